/** Task of `runMany`: one circuit through time, for the moments at which its events happen. */
import { circuitNamed, type CircuitDrive } from "../circuits/index.js";
import { compileCircuit } from "../transient/compile.js";
import { transient } from "../transient/transient.js";

/** A circuit by name, and all that its run depends on. */
export interface CircuitItem {
  readonly circuit: string;
  /** Those that differ from the circuit's defaults, base units. */
  readonly parameters?: Readonly<Record<string, number>>;
  /** Left out: the circuit's own. */
  readonly drive?: CircuitDrive;
  /** Left out: the circuit's own. */
  readonly stop_s?: number;
  readonly tolerance?: number;
  /** Draws the devices and their cycles; left out, nominal devices. */
  readonly seed?: number;
}

export interface CircuitRun {
  /** `failed`: the solve ended early, `message` says where and why; the events until then are good. */
  readonly status: "done" | "failed";
  readonly message: string;
  readonly end_s: number;
  /** Times of each event, by its name, s; empty where it did not happen. */
  readonly events: Readonly<Record<string, Float64Array>>;
  readonly steps: number;
}

export function run({ circuit: name, parameters = {}, drive, stop_s, tolerance, seed }: CircuitItem): CircuitRun {
  const circuit = circuitNamed(name);
  const specs = circuit.eventsWith(parameters);
  const result = transient(compileCircuit(circuit.build(parameters, drive, seed)), {
    stop_s: stop_s ?? circuit.stop_s,
    ...(tolerance !== undefined && { tolerance }),
    ...(circuit.start === "rest" && { initial: "rest" as const }),
    events: specs,
    record: false,
  });
  const timesOf = (wanted: string) =>
    Float64Array.from(result.events.filter(({ event }) => event === wanted).map(({ t_s }) => t_s));
  return {
    status: result.status === "failed" ? "failed" : "done",
    message: result.failure?.message ?? "",
    end_s: result.end_s,
    events: Object.fromEntries(specs.map(({ event }) => [event, timesOf(event)])),
    steps: result.steps,
  };
}
