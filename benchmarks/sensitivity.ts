/**
 * How far the event times of every named circuit and preset can be trusted: the default tolerance against the tightest, the
 * tightest against one ten times looser, and what a disturbance of the start by 1e-12 does to them at the tightest. A
 * solver can not be better than the last column; where it is far above 1e-12, the circuit itself forgets nothing.
 *
 * `npm run bench -- sensitivity`; two minutes, most of it for the noise-driven preset (skipping). With words behind it, run
 * directly, only the cases whose names contain one of them.
 */
import { circuits, type NamedCircuit, type Preset } from "../src/simulator/circuits/index.js";
import { defaultTolerance, type LocatedEvent, type TransientOptions } from "../src/simulator/transient/api.js";
import { compileCircuit } from "../src/simulator/transient/compile.js";
import { restState } from "../src/simulator/transient/rest.js";
import type { System } from "../src/simulator/transient/system.js";
import { tightestTolerance, transient } from "../src/simulator/transient/transient.js";
import { largestError } from "./transient/events.js";

/** Of each unknown, or of its scale where that is larger. */
const disturbance = 1e-12;
/** Event times worth quoting at the default tolerance, and at the tightest. */
const [defaultGoal, tightestGoal] = [1e-5, 1e-8];

const words = process.argv.slice(2);
row(["case", "events", "steps", "default", "tightest", "disturbed"]);
for (const circuit of circuits.values()) {
  for (const preset of [undefined, ...circuit.presets.values()]) {
    const name = preset ? `${circuit.name} ${preset.name}` : circuit.name;
    if (words.length === 0 || words.some((word) => name.includes(word))) study(name, circuit, preset);
  }
}
console.log(
  `\nLargest relative change of an event time (inf: not the same events). default: ${defaultTolerance} against ` +
    `${tightestTolerance}. tightest: ${tightestTolerance} against ${10 * tightestTolerance}. disturbed: the start moved by ` +
    `${disturbance}, at ${tightestTolerance}. * above ${defaultGoal} or ${tightestGoal}.`,
);

function study(name: string, circuit: NamedCircuit, preset: Preset | undefined): void {
  const parameters = preset?.parameters ?? {};
  const system = compileCircuit(circuit.build(parameters, preset?.drive));
  const start = startOf(circuit, system);
  const options = {
    stop_s: preset?.stop_s ?? circuit.stop_s,
    events: circuit.eventsWith(parameters),
    record: false,
  };
  const tight = follow(system, { ...options, initial: start, tolerance: tightestTolerance });
  const against = (initial: Readonly<Record<string, number>>, tolerance: number): number =>
    largestError(follow(system, { ...options, initial, tolerance }).events, tight.events);
  const byDefault = against(start, defaultTolerance);
  const looser = against(start, 10 * tightestTolerance);
  const moved = against(disturbed(system, start), tightestTolerance);
  const marked = (error: number, goal: number): string => `${error.toExponential(1)}${error > goal ? " *" : "  "}`;
  row([
    name,
    String(tight.events.length),
    String(tight.steps),
    marked(byDefault, defaultGoal),
    marked(looser, tightestGoal),
    marked(moved, tightestGoal),
  ]);
}

/** Where a simulation starts when nothing is said, as values; an oscillator without rest state from its own. */
function startOf(circuit: NamedCircuit, system: System): Readonly<Record<string, number>> {
  if (circuit.start === "rest") {
    const rest = restState(system);
    if (rest.status === "found") return rest.values;
  }
  system.restart();
  return system.named(system.memory.X);
}

function disturbed({ layout }: System, start: Readonly<Record<string, number>>): Record<string, number> {
  const moved = layout.names.map((name, i) => {
    const value = start[name] ?? 0;
    return [name, value + disturbance * Math.max(Math.abs(value), layout.scales[i] ?? 0)];
  });
  return Object.fromEntries(moved) as Record<string, number>;
}

function follow(system: System, options: TransientOptions): { events: readonly LocatedEvent[]; steps: number } {
  const { status, failure, events, steps } = transient(system, options);
  if (status !== "done") throw new Error(failure?.message ?? status);
  return { events, steps };
}

function row(cells: readonly string[]): void {
  console.log(cells.map((cell, k) => (k === 0 ? cell.padEnd(42) : cell.padStart(11))).join(" "));
}
