import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { memrig, scratchFolder } from "../support/cli.js";

const example = fileURLToPath(new URL("../../examples/zno-virtual.yaml", import.meta.url));

// Wang et al. 2025, Fig. 2i: 1.2 V/5 µs and 0.1 V/10 µs, 10 µs apart, beyond 1e5 cycles.
test("the ZnO device switches in every one of 100 000 pulsed cycles, each of them kept", async (t) => {
  const folder = await scratchFolder(t);
  await copyFile(example, join(folder, "lab.yaml"));
  const ran = await memrig(t, ["run", "endurance", "--bench", "lab.yaml", "--set", "cycles=100000", "--json"], {
    cwd: folder,
  });
  assert.equal(ran.code, 0, ran.stderr);
  const { rows, metrics } = JSON.parse(ran.stdout) as {
    rows: number;
    metrics: Record<string, { mean: number; n: number }>;
  };
  assert.equal(rows, 100_000);
  assert.equal(metrics["yield"]?.mean, 1);
  assert.equal(metrics["ratio"]?.n, 100_000);
  assert.ok((metrics["ratio"]?.mean ?? 0) > 1e3, `R_off/R_on ${metrics["ratio"]?.mean}`);
});
