/**
 * Loaded into every process of a run (`node --import`, which the program hands on to its own processes): writes down now and then what the
 * process holds. The folder comes by the environment, and so does the time between two lines.
 */
import { appendFileSync, existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { Sample } from "./samples.js";

const folder = process.env["MEMRIG_WATCH_FOLDER"];
const every_s = Number(process.env["MEMRIG_WATCH_EVERY_S"] ?? 5);
const program = basename(process.argv[1] ?? "node").replace(/\.\w+$/, "");

function now(): Sample {
  const { user, system } = process.cpuUsage();
  return {
    wall_ms: Date.now(),
    cpu_s: (user + system) / 1e6,
    resident_MB: process.memoryUsage.rss() / 1e6,
    most_MB: process.resourceUsage().maxRSS / 1e3,
    // where the system lists them
    descriptors: process.platform === "linux" ? readdirSync("/proc/self/fd").length : Number.NaN,
    timers: process.getActiveResourcesInfo().filter((name) => name === "Timeout").length,
  };
}

if (folder !== undefined) {
  const file = join(folder, `${program}.${process.pid}.jsonl`);
  const write = () => {
    if (existsSync(folder)) appendFileSync(file, `${JSON.stringify(now())}\n`); // the bench of a killed run outlives it
  };
  setInterval(write, every_s * 1000).unref(); // not one of those that are counted
  process.on("exit", write);
}
