/**
 * 10 000 runs through the whole program in one process, as a server that works off its queue does them: the queue's file, the
 * bench file, locks, guardian, sessions, protocol, store, analysis, outputs off; every tenth run on a bench of its own virtual
 * process, and with its twin. Memory, descriptors, timers and child processes stay flat. `--runs n` for fewer.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { loadBench } from "../src/bench/index.js";
import { lockFolder } from "../src/bench/lock.js";
import { measure } from "../src/cli/measure.js";
import { runQueue } from "../src/cli/queue/run-queue.js";
import { planFrom } from "../src/cli/settings.js";
import { runTwin } from "../src/cli/twin.js";
import { Queue } from "../src/engine/queue/queue.js";
import { protocolFor } from "../src/protocol-files/index.js";

const option = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const runs = option("--runs", 10_000);
/** Every so many runs one goes on a virtual bench of its own, with its twin: each starts two processes. */
const twinEach = option("--twin-each", 10);

const scratch = mkdtempSync(join(tmpdir(), "memrig-soak-engine-"));
const store = join(scratch, "runs");
const benchFile = (name: string, resource: string): string => {
  const file = join(scratch, `${name}.yaml`);
  writeFileSync(
    file,
    [
      `name: ${name}`,
      `instruments: { smu: { driver: keithley-2450, resource: "${resource}" } }`,
      "dut: { id: soak, model: zno-diffusive, seed: 7 }",
      "limits: { voltage: 3 V, current: 5 mA }",
      `store: ${store}`,
      "",
    ].join("\n"),
  );
  return file;
};
const settings = { stop: "0.3", step: "0.05", compliance: "1e-5" };

/** What a person would see of this process from outside. */
const inFolder = (folder: string): number => {
  try {
    return readdirSync(folder).length;
  } catch {
    return Number.NaN; // another system than Linux
  }
};
const descriptors = (): number => inFolder("/proc/self/fd");
const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
const children = (): number => process.getActiveResourcesInfo().filter((name) => name === "ProcessWrap").length;
const listeners = (): number =>
  process.eventNames().reduce<number>((sum, name) => sum + process.listenerCount(name), 0);
/** Of another process, where the system tells. */
const residentOf_MB = (pid: number): number => {
  try {
    const [, pages = ""] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
    return Math.round((Number(pages) * 4096) / 1e6);
  } catch {
    return Number.NaN;
  }
};

interface Sample {
  readonly MB: number;
  readonly heap_MB: number;
  readonly files: number;
  readonly timers: number;
  readonly children: number;
  readonly listeners: number;
}

function sample(): Sample {
  (globalThis as { gc?: () => void }).gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const MB = (bytes: number): number => Math.round(bytes / 1e6);
  return {
    MB: MB(rss),
    heap_MB: MB(heapUsed),
    ...{ files: descriptors(), timers: timers(), children: children(), listeners: listeners() },
  };
}

/** The instrument that the runs share: a virtual one in a process of its own, reached by its address as a real one is. */
async function laboratory(): Promise<{ resource: string; pid: number; end(): Promise<void> }> {
  const memrig = fileURLToPath(new URL("../../bin/memrig.mjs", import.meta.url));
  const bench = benchFile("laboratory", "virtual");
  const child = spawn(process.execPath, [memrig, "virtual", "--no-announce", "--bench", bench, "--json"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  for await (const line of createInterface({ input: child.stdout })) {
    text += `${line}\n`;
    if (line === "]") break;
  }
  const [served] = JSON.parse(text) as { resources: string[] }[];
  const resource = served?.resources[0];
  if (resource === undefined || child.pid === undefined) throw new Error(`nothing is served: ${text}`);
  return {
    resource,
    pid: child.pid,
    end: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGINT");
      }),
  };
}

const protocol = await protocolFor("iv-sweep");
const quiet = new AbortController().signal;
const lab = await laboratory();
const shared = benchFile("shared", lab.resource);
const own = benchFile("own", "virtual");
const queue = new Queue(store);

async function queuedRun(): Promise<void> {
  const request = { protocol: "iv-sweep", bench: shared, settings, tags: { soak: "1" } };
  await queue.add({ ...request, addedAt: new Date().toISOString(), addedBy: "soak" });
  const end = await runQueue({ queue, keepGoing: false, signal: quiet });
  if (end.done !== 1) throw new Error("a run out of the queue did not end well", { cause: end.error });
}

async function runWithTwin(): Promise<void> {
  const request = { config: await loadBench(own), protocol, plan: planFrom(protocol, settings), signal: quiet };
  const outcome = await measure(request);
  if (outcome.status !== "done") throw new Error(`${outcome.run}: ${outcome.reason ?? outcome.status}`);
  await runTwin(request, outcome);
}

const samples: Sample[] = [];
const before = inFolder(lockFolder());
const started = performance.now();
let twins = 0;
try {
  for (let k = 1; k <= runs; k += 1) {
    if (k % twinEach === 0) {
      await runWithTwin();
      twins += 1;
    } else await queuedRun();
    if (k % Math.ceil(runs / 10) !== 0) continue;
    const now = sample();
    samples.push(now);
    const each_ms = ((performance.now() - started) / k).toFixed(0);
    console.log(
      `${k} runs, ${twins} twins: ${now.MB} MB resident (${now.heap_MB} MB heap), ${now.files} descriptors, ${now.timers} timers, ` +
        `${now.children} child processes, ${now.listeners} listeners; the laboratory ${residentOf_MB(lab.pid)} MB, ` +
        `${inFolder(`/proc/${lab.pid}/fd`)} descriptors; ${each_ms} ms a run`,
    );
  }
} finally {
  await lab.end();
  rmSync(scratch, { recursive: true, force: true });
}
const [second, last] = [samples[1], samples.at(-1)];
const left = inFolder(lockFolder()) - before;
const flat =
  second !== undefined &&
  last !== undefined &&
  last.MB < 1.25 * second.MB + 20 &&
  (["files", "timers", "children", "listeners"] as const).every((name) => !(last[name] > second[name])) &&
  !(left > 0);
console.log(flat ? "flat: the last tenth is as the second" : `NOT flat; ${left} locks left behind`);
process.exitCode = flat ? 0 : 1;
