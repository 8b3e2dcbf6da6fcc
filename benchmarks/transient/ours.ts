import { compileCircuit } from "../../src/simulator/transient/compile.js";
import { transient } from "../../src/simulator/transient/transient.js";
import type { System } from "../../src/simulator/transient/api.js";
import { eventSpecs } from "./events.js";
import type { Case, Outcome, Solver } from "./solvers.js";

/** Long enough for the compiler to have made its best code, and for the clock's grain not to matter. */
const warmUp_s = 1;
const measure_s = 0.2;
/** Of the runs that warm up. */
const usualTolerance = 1e-4;

function cpuNow_s(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

const systems = new Map<string, System>();

/** The circuit's equations, compiled once: what a fit, a sweep or an instrument does. */
function systemOf({ name, deck }: Case): System {
  const known = systems.get(name);
  if (known) return known;
  const system = compileCircuit(deck.circuit);
  systems.set(name, system);
  return system;
}

function simulate(given: Case, tolerance: number) {
  const devices = given.deck.circuit.elements.filter(({ kind }) => kind === "device").length;
  return transient(systemOf(given), {
    stop_s: given.deck.stop_s,
    tolerance,
    initial: given.deck.initial,
    events: eventSpecs(devices),
    record: false,
  });
}

/** This program's engine, in this process: CPU of the whole process, all its threads, over many repetitions. */
export function ours(): Solver {
  const firstRuns_s = new Map<string, number>();
  return {
    name: "memrig",
    settings: ["1e-2", "3e-3", "1e-3", "3e-4", "1e-4", "1e-5", "1e-6", "1e-7", "1e-8", "1e-9"].map((label) => ({
      label,
      tolerance: Number(label),
    })),
    firstRun_s: ({ name }) => firstRuns_s.get(name),
    run(given, { tolerance }): Outcome {
      if (!firstRuns_s.has(given.name)) {
        const started_s = cpuNow_s();
        simulate(given, usualTolerance);
        firstRuns_s.set(given.name, cpuNow_s() - started_s);
        while (cpuNow_s() < started_s + warmUp_s) simulate(given, usualTolerance);
      }
      const { events, steps, failure } = simulate(given, tolerance);
      if (failure) return { cpu_s: Number.NaN, steps, events, failure: failure.message };
      // twice as many runs until the clock, which costs as much as some steps, is read seldom
      for (let runs = 1; ; runs *= 2) {
        const begin_s = cpuNow_s();
        for (let run = 0; run < runs; run++) simulate(given, tolerance);
        const spent_s = cpuNow_s() - begin_s;
        if (spent_s >= measure_s) return { cpu_s: spent_s / runs, steps, events };
      }
    },
  };
}
