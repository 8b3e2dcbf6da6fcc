/** What the tests of the named circuits share: a run of one, and what came of it. */
import assert from "node:assert/strict";
import { circuitNamed, type CircuitDrive } from "../../src/simulator/circuits/index.js";
import type { Waveform } from "../../src/simulator/netlist/types.js";
import type { TransientResult } from "../../src/simulator/transient/api.js";
import { compileCircuit } from "../../src/simulator/transient/compile.js";
import { transient } from "../../src/simulator/transient/transient.js";

export interface CircuitRun {
  readonly result: TransientResult;
  /** Times of the events of that name, s. */
  at(event: string): number[];
  /** Times between neighbouring events of that name, s. */
  intervals(event: string): number[];
  /** A column at the given times. */
  column(name: string, times_s: readonly number[]): Float64Array;
  /** A column at the steps. */
  atSteps(name: string): { times_s: Float64Array; values: Float64Array };
}

export interface CircuitRunOptions {
  readonly preset?: string;
  readonly set?: Readonly<Record<string, number>>;
  readonly drive?: CircuitDrive;
  readonly stop_s?: number;
  readonly tolerance?: number;
  readonly seed?: number;
}

export function runCircuit(name: string, options: CircuitRunOptions = {}): CircuitRun {
  const named = circuitNamed(name);
  const preset = options.preset === undefined ? undefined : named.presets.get(options.preset);
  assert.ok(options.preset === undefined || preset, `${name} has a preset ${options.preset}`);
  const parameters = { ...preset?.parameters, ...options.set };
  const result = transient(compileCircuit(named.build(parameters, options.drive ?? preset?.drive, options.seed)), {
    stop_s: options.stop_s ?? preset?.stop_s ?? named.stop_s,
    events: named.eventsWith(parameters),
    ...(named.start === "rest" ? { initial: "rest" } : {}),
    ...(options.tolerance === undefined ? {} : { tolerance: options.tolerance }),
  });
  assert.equal(result.status, "done", result.failure?.message);
  const at = (event: string): number[] => result.events.filter((e) => e.event === event).map(({ t_s }) => t_s);
  const quantity = (column: string) => {
    const found = named.columns.find((candidate) => candidate.name === column);
    assert.ok(found, `${name} has a column ${column}`);
    return found.quantity;
  };
  return {
    result,
    at,
    intervals: (event) => differences(at(event)),
    column: (column, times_s) => result.waveforms.sample(quantity(column), times_s),
    atSteps: (column) => ({ times_s: result.waveforms.times_s, values: result.waveforms.atSteps(quantity(column)) }),
  };
}

export function differences(values: readonly number[]): number[] {
  return values.slice(1).map((value, i) => value - (values[i] ?? NaN));
}

export function current(wave: Waveform): CircuitDrive {
  return { kind: "current", wave };
}

export function voltage(wave: Waveform): CircuitDrive {
  return { kind: "voltage", wave };
}

export function dc(value: number): Waveform {
  return { kind: "dc", value };
}

/** Equal within a share of the expected value. */
export function near(value: number | undefined, expected: number, share: number, what: string): void {
  assert.ok(
    value !== undefined && Math.abs(value - expected) <= share * Math.abs(expected),
    `${what}: ${value}, expected ${expected} within ${100 * share} %`,
  );
}

/** Integral over the steps by trapezia. */
export function integral(times_s: ArrayLike<number>, values: ArrayLike<number>, from_s: number, to_s: number): number {
  let sum = 0;
  for (let i = 1; i < times_s.length; i++) {
    const [t0, t1] = [times_s[i - 1] ?? 0, times_s[i] ?? 0];
    if (t0 >= from_s && t1 <= to_s) sum += ((t1 - t0) * ((values[i - 1] ?? 0) + (values[i] ?? 0))) / 2;
  }
  return sum;
}
