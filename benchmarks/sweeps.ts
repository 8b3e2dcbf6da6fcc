/**
 * 1024 double sweeps of the ZnO device, 121 points each, through the virtual 2450 over TCP into a run folder: `memrig run`
 * as a user starts it. Bound: 60 s.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "memrig-bench-"));
try {
  const started = performance.now();
  const result = spawnSync(
    process.execPath,
    [
      join(root, "bin/memrig.mjs"),
      ...["run", "iv-sweep", "--bench", join(root, "examples/zno-virtual.yaml")],
      ...["--set", "stop=0.3V,step=5mV,shape=double,compliance=10uA,dwell=50ms,cycles=1024", "--json"],
    ],
    { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1e8 },
  );
  const seconds = (performance.now() - started) / 1000;
  const { rows, status } = JSON.parse(result.stdout) as { rows: number; status: string };
  console.log(
    `${status}: ${rows} points in ${seconds.toFixed(1)} s, ${Math.round(rows / seconds)} points/s (bound: 60 s)`,
  );
  process.exitCode = status === "done" && seconds < 60 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
