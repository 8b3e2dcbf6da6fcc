/** From `npm start` (packages installed, nothing built) to the first live point on the dashboard's stream. Bound: 5 s. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const store = mkdtempSync(join(tmpdir(), "memrig-bench-"));
rmSync(join(root, "dist/.stamp"), { force: true }); // as after a change: the build is part of the figure

const started = performance.now();
const since = () => `${((performance.now() - started) / 1000).toFixed(2)} s`;
const npm = process.env["npm_execpath"];
const child = spawn(process.execPath, [npm ?? "npm", "start", "--", "--port", "0", "--store", store], {
  cwd: root,
  stdio: ["ignore", "pipe", "pipe"],
  detached: true,
});

/** The dashboard's address as `npm start` prints it. */
function address(): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    child.stderr.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
      const match = /Dashboard: (http:\/\/\S+)/.exec(text);
      if (match?.[1]) resolve(match[1]);
    });
  });
}

/** Resolves with the first frame of the live stream that carries points. */
function firstPoint(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(new URL("/api/live", url), (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
        if (/"(x|voltage_V|points)":\[-?\d/.test(text)) {
          request.destroy();
          resolve();
        }
      });
    });
    request.once("error", reject);
  });
}

const url = await address();
console.log(`dashboard answers after ${since()}`);
await firstPoint(url);
const seconds = (performance.now() - started) / 1000;
console.log(`first live point after ${seconds.toFixed(2)} s (bound: 5 s)`);
if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
await new Promise((resolve) => child.once("close", resolve));
rmSync(store, { recursive: true, force: true });
process.exitCode = seconds < 5 ? 0 : 1;
