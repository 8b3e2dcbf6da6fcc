import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { RunnerProcess } from "../../../dashboard/server/desk.js";
import { inheritedOptions } from "../../bench/child-process.js";

/** The command line: beside this module in the bundle, else a folder up, `.ts` where the source runs as it is. */
const program =
  ["./main", "../main"]
    .map((place) => fileURLToPath(new URL(`${place}${path.extname(fileURLToPath(import.meta.url))}`, import.meta.url)))
    .find((file) => existsSync(file)) ?? "";

/**
 * Starts `memrig queue run` in a process of its own, which Ctrl-C on the dashboard does not reach: runs go on without it. What it says
 * stands in `queue/runner.log` of the store.
 */
export function startRunner(store: string, first: string): RunnerProcess {
  const folder = path.join(store, "queue");
  mkdirSync(folder, { recursive: true });
  const log = path.join(folder, "runner.log");
  const file = openSync(log, "w");
  let ended: string | undefined;
  try {
    const args = [...inheritedOptions(), program, "queue", "run", "--store", store, "--first", first];
    const child = spawn(process.execPath, args, {
      detached: true,
      stdio: ["ignore", file, file],
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_CHANNEL_FD: undefined },
    });
    child.on("error", (error) => (ended = error.message));
    child.on("exit", (code) => (ended = `the program that was to do it ended with exit code ${code}.`));
    child.unref();
  } finally {
    closeSync(file);
  }
  return {
    trouble: () => (ended === undefined ? "" : `${ended} ${readFileSync(log, "utf8").trim().slice(-1000)}`.trim()),
  };
}
