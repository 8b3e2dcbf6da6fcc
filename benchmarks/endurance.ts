/**
 * The run of 26.6 million cycles, or the beginning of it: the virtual bench, drivers, protocol, store and analysis as `memrig run` has them,
 * in processes of their own, watched from inside. Told: pace, memory, descriptors and timers along the run; whether each cycle is a row,
 * once.
 *
 *   --cycles n   1 000 000 where left out; the preset has 26 600 000
 *   --kill       kills the controller (SIGKILL) at a random moment, and resumes
 */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { listRuns, openRun } from "../src/store/index.js";
import { isFlat, mostBetween, type Sample, samplesOf } from "./endurance/samples.js";

const program = fileURLToPath(new URL("../../bin/memrig.mjs", import.meta.url));
const example = fileURLToPath(new URL("../../examples/vo2-virtual.yaml", import.meta.url));
const watch = new URL("./endurance/watch.js", import.meta.url).href;

const option = process.argv.indexOf("--cycles");
const cycles = option < 0 ? 1_000_000 : Number(process.argv[option + 1]);
const kill = process.argv.includes("--kill");
if (!(Number.isInteger(cycles) && cycles >= 1000)) {
  console.error("--cycles takes a whole number from 1000.");
  process.exit(2);
}

/** Of the whole run: 26.6 million cycles in 20 minutes, and its memory. */
const bars = { us_a_cycle: (20 * 60 * 1e6) / 26.6e6, memory_MB: 500 };
const parts = 10;
const programs = [
  { name: "memrig", label: "controller" },
  { name: "virtual-process", label: "virtual bench" },
];

const folder = mkdtempSync(join(tmpdir(), "memrig-endurance-"));
const [store, watched] = [join(folder, "runs"), join(folder, "watched")];
mkdirSync(watched);
copyFileSync(example, join(folder, "lab.yaml"));

interface Sitting {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; stdout: string }>;
}

let child: ChildProcess | undefined;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    child?.kill("SIGKILL"); // its guardian and its bench end by themselves
    rmSync(folder, { recursive: true, force: true });
    process.exit(1);
  });
}

function start(args: readonly string[], every_s: number): Sitting {
  child = spawn(process.execPath, ["--import", watch, program, ...args, "--json"], {
    cwd: folder,
    env: { ...process.env, MEMRIG_WATCH_FOLDER: watched, MEMRIG_WATCH_EVERY_S: String(every_s) },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const started = child;
  let stdout = "";
  started.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const ended = new Promise<{ code: number | null; stdout: string }>((resolve) => {
    started.once("close", (code) => resolve({ code, stdout }));
  });
  return { child: started, ended };
}

async function completed(): Promise<number> {
  const [run] = await listRuns(store).catch(() => []);
  return run ? ((await (await openRun(store, run.run)).completed()) ?? 0) : 0;
}

interface Mark {
  readonly done: number;
  readonly wall_ms: number;
}

/** Where a sitting was at each tenth of the run that it came to, by looking twice a second; first where it began. */
async function followed({ ended }: Sitting, until = cycles): Promise<Mark[]> {
  const before = await completed();
  const marks: Mark[] = [{ done: before, wall_ms: Date.now() }];
  let over = false;
  void ended.then(() => (over = true));
  for (let done = before; !over && done < until;) {
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 500))]);
    done = await completed();
    const tenth = (cycle: number) => Math.floor((cycle * parts) / cycles);
    if (tenth(done) <= tenth(marks.at(-1)?.done ?? 0)) continue;
    marks.push({ done, wall_ms: Date.now() });
    console.error(`… ${done} cycles`);
  }
  return marks;
}

const held = (sample: Sample | undefined) =>
  sample
    ? `${sample.resident_MB.toFixed(0)} MB, ${sample.descriptors} descriptors, ${sample.timers} timers`
    : "no sample yet";

/** Cycles 1 to n in order, none missing and none twice; each was read. */
async function checked(run: string): Promise<{ rows: number; wrong?: string }> {
  const reader = await openRun(store, run);
  let rows = 0;
  for await (const { columns, length } of reader.blocks("cycles")) {
    const [cycle, on_ohm, off_ohm] = [columns["cycle"], columns["rOn_ohm"], columns["rOff_ohm"]] as Float64Array[];
    for (let k = 0; k < length; k++) {
      rows++;
      if (cycle?.[k] !== rows) return { rows, wrong: `row ${rows} is cycle ${cycle?.[k]}` };
      if (!((on_ohm?.[k] ?? NaN) > 0 && (off_ohm?.[k] ?? NaN) > 0))
        return { rows, wrong: `cycle ${rows} was not read` };
    }
  }
  return rows === cycles ? { rows } : { rows, wrong: `${rows} rows instead of ${cycles}` };
}

interface Told {
  readonly run: string;
  readonly status: string;
  readonly metrics: Record<string, { mean: number; sd: number }>;
}

async function told({ ended }: Sitting): Promise<Told> {
  const { code, stdout } = await ended;
  if (code !== 0) throw new Error(`memrig ended with ${code}: ${stdout}`);
  return JSON.parse(stdout) as Told;
}

const run = ["run", "endurance", "--bench", "lab.yaml", "--preset", "vo2-26.6M", "--set", `cycles=${cycles}`];
const every_s = Math.min(5, Math.max(0.5, (cycles * 35e-6) / 50));
let good = true;
try {
  const began_ms = Date.now();
  let sitting = start(run, every_s);
  if (kill) {
    const share = 0.05 + 0.9 * Math.random();
    await followed(sitting, share * cycles);
    sitting.child.kill("SIGKILL");
    await sitting.ended;
    const [left] = await listRuns(store);
    if (!left) throw new Error("it was killed before there was a run");
    console.log(`killed with ${await completed()} of ${cycles} cycles complete; ${left.run} is ${left.status}`);
    sitting = start(["resume", left.run], every_s);
  }
  const marks = await followed(sitting);
  const { run: id, status, metrics } = await told(sitting);
  const wall_s = (Date.now() - began_ms) / 1000;
  const all = programs.map(({ name, label }) => {
    const sittings = samplesOf(watched, name);
    const tenths = marks.slice(1).map(({ wall_ms }, k) => {
      return mostBetween(sittings.at(-1) ?? [], marks[k]?.wall_ms ?? 0, wall_ms);
    });
    return { label, sittings, tenths };
  });
  for (const [k, { done, wall_ms }] of marks.slice(1).entries()) {
    const seen = all.map(({ label, tenths }) => `${label} ${held(tenths[k])}`);
    console.log(`${done} cycles after ${((wall_ms - began_ms) / 1000).toFixed(0)} s: ${seen.join("; ")}`);
  }
  const each_us = (wall_s * 1e6) / cycles;
  const { rows, wrong } = await checked(id);
  const ratio = metrics["ratio"];
  console.log(`${status}: ${rows} cycles in ${wall_s.toFixed(1)} s, ${each_us.toFixed(1)} us a cycle`);
  console.log(`R_off/R_on ${ratio?.mean.toFixed(2)}, standard deviation ${ratio?.sd.toFixed(2)}`);
  console.log(wrong === undefined ? `cycles 1 to ${cycles}, each once` : `NOT each cycle once: ${wrong}`);
  good &&= wrong === undefined && status === "done";
  for (const { label, sittings } of all) {
    const most_MB = Math.max(...sittings.flat().map((sample) => sample.most_MB));
    const cpu_s = sittings.reduce((sum, samples) => sum + (samples.at(-1)?.cpu_s ?? 0), 0);
    const small = most_MB < bars.memory_MB;
    const cpu_us = ((cpu_s * 1e6) / cycles).toFixed(1);
    console.log(
      `${label}: ${most_MB.toFixed(0)} MB at most (${small ? "under" : "NOT under"} ${bars.memory_MB}), ${cpu_us} us of CPU a cycle`,
    );
    good &&= small;
  }
  if (!kill) {
    for (const { label, tenths } of all) {
      const flat = isFlat(tenths);
      console.log(`${label}: ${flat ? "flat, the last tenth is as the second" : "NOT flat"}`);
      good &&= flat;
    }
    const [first, last] = [marks[1], marks.at(-1)]; // starting is left out
    const pace_us = first && last ? ((last.wall_ms - first.wall_ms) * 1e3) / (last.done - first.done) : NaN;
    const verdict = pace_us < bars.us_a_cycle ? "under" : "NOT under";
    console.log(
      `${pace_us.toFixed(1)} us a cycle without start and end: 26.6 million in ${((pace_us * 26.6e6) / 60e6).toFixed(1)} min ` +
        `(${verdict} 20, which is for an idle machine)`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = good ? 0 : 1;
