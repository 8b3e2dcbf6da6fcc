/**
 * The transient engine beside ngspice and SUNDIALS CVODE, on the four netlists of transient/data/, in one run and in turn:
 * each solver at all its tolerances, its event times against transient/data/*_spikes.csv, its CPU time (the machine may
 * be busy), the best of several passes. Then the CPU of each at the error of the others.
 *
 * `npm run bench -- transient`; MEMRIG_BENCH_PASSES=1 for a quick look.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ratios, type Point } from "./transient/compare.js";
import { cvode } from "./transient/cvode.js";
import { readDeck } from "./transient/deck.js";
import { countSpikes, largestError, readEvents } from "./transient/events.js";
import { ngspice } from "./transient/ngspice.js";
import { ours } from "./transient/ours.js";
import type { Case, Outcome, Setting, Solver } from "./transient/solvers.js";

/** CPU that ngspice and CVODE must take at least, at equal error, for one unit of ours. */
const goals: Readonly<Record<string, number>> = { ngspice: 200, CVODE: 2 };
const passes = Number(process.env["MEMRIG_BENCH_PASSES"] ?? 5);

const sources = join(rootOf(fileURLToPath(import.meta.url)), "benchmarks/transient");
const data = join(sources, "data");
const cases: Case[] = ["pearson_anson", "tonic", "burst", "phasic"].map((name) => ({
  name,
  deck: readDeck(join(data, `${name}.cir`)),
  expected: readEvents(join(data, `${name}_spikes.csv`)),
}));

/** The folder that holds package.json: this file runs from benchmarks/ and from dist/benchmarks/. */
function rootOf(file: string): string {
  let folder = dirname(file);
  while (!existsSync(join(folder, "package-lock.json"))) folder = dirname(folder);
  return folder;
}

interface Measured extends Outcome {
  readonly error: number;
}

const folder = mkdtempSync(join(tmpdir(), "memrig-transient-"));
try {
  await compare();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compare(): Promise<void> {
  const made = [ours(), ngspice(folder), cvode(join(sources, "cvode.c"), folder)];
  for (const reason of made) if (typeof reason === "string") console.log(reason);
  const solvers = made.filter((each): each is Solver => typeof each !== "string");

  const best = new Map<string, Measured>();
  for (let pass = 1; pass <= passes; pass++) {
    console.error(`pass ${pass} of ${passes}, load ${loadavg()[0]?.toFixed(1)}`);
    for (const given of cases)
      for (const solver of solvers) for (const setting of solver.settings) measure(best, given, solver, setting);
  }

  console.log(`${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}, best of ${passes} passes.`);
  console.log(
    "memrig: CPU of this process over repetitions of the whole simulation, compiled and warm; nothing recorded.",
  );
  console.log(
    "CVODE: CPU by the program's own clock over five cold starts; ngspice: user + system time less its start-up.",
  );
  console.log("error: largest |t/t_reference - 1| of all switching times; inf: events too many or too few.\n");
  printSettings(solvers, best);
  for (const { name, firstRun_s } of solvers) {
    if (!firstRun_s) continue;
    const firsts = cases.map((given) => `${given.name} ${ms(firstRun_s(given) ?? Number.NaN)}`);
    console.log(`\n${name}, first run of a case, making its equations included, at 1e-4: ${firsts.join(", ")}`);
  }
  const kept = printRatios(solvers.slice(1), best);
  process.exitCode = kept ? 0 : 1;
}

function measure(best: Map<string, Measured>, given: Case, solver: Solver, setting: Setting): void {
  const outcome = solver.run(given, setting);
  const key = keyOf(given, solver, setting);
  const before = best.get(key);
  if (before && !(outcome.cpu_s < before.cpu_s)) return;
  const error = outcome.failure === undefined ? largestError(outcome.events, given.expected) : Number.NaN;
  best.set(key, { ...outcome, error });
}

function keyOf(given: Case, solver: Solver, setting: Setting): string {
  return `${given.name}/${solver.name}/${setting.label}`;
}

function printSettings(solvers: readonly Solver[], best: ReadonlyMap<string, Measured>): void {
  row(["case", "solver", "tolerance", "error", "steps", "CPU/ms", "CPU/spike"]);
  for (const given of cases) {
    const stop_ms = given.deck.stop_s * 1e3;
    const spikes = countSpikes(given.expected);
    for (const solver of solvers) {
      for (const setting of solver.settings) {
        const at = best.get(keyOf(given, solver, setting));
        if (!at) continue;
        const start = [given.name, solver.name, setting.label];
        if (at.failure !== undefined) console.log(`${start.join("  ")}  failed: ${at.failure}`);
        else row([...start, short(at.error), String(at.steps), ms(at.cpu_s / stop_ms), ms(at.cpu_s / spikes)]);
      }
    }
  }
}

/** @returns whether every goal is met on every case */
function printRatios(peers: readonly Solver[], best: ReadonlyMap<string, Measured>): boolean {
  const pointsOf = (given: Case, name: string): Point[] =>
    [...best].filter(([key]) => key.startsWith(`${given.name}/${name}/`)).map(([, measured]) => measured);
  let met = true;
  console.log(
    "\nCPU of the peer over CPU of memrig at the peer's error (error: ratio), for what nobody of its settings beats",
  );
  for (const peer of peers) {
    const goal = goals[peer.name] ?? 1;
    for (const given of cases) {
      const found = ratios(pointsOf(given, "memrig"), pointsOf(given, peer.name));
      const least = Math.min(...found.map(({ ratio }) => ratio));
      const most = Math.max(...found.map(({ ratio }) => ratio));
      if (!(least >= goal)) met = false;
      const list = found.map(({ error, ratio }) => `${short(error)}: ${ratio.toFixed(1)}`).join("   ");
      const verdict = least >= goal ? "met" : most >= goal ? `met in part, least ${least.toFixed(1)}` : "not met";
      console.log(`${given.name.padEnd(14)} ${peer.name.padEnd(8)} ${list}   goal ${goal}: ${verdict}`);
    }
  }
  return met;
}

function short(value: number): string {
  return Number.isFinite(value) ? value.toExponential(1) : "inf";
}

function ms(seconds: number): string {
  return `${(seconds * 1e3).toPrecision(3)} ms`;
}

function row(cells: readonly string[]): void {
  console.log(cells.map((cell, k) => (k < 3 ? cell.padEnd(14) : cell.padStart(11))).join(" "));
}
