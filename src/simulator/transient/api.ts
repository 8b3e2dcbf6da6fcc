import type { EventSpec, Quantity } from "../netlist/types.js";

/** A circuit made into equations; see `compileCircuit`. Used by one simulation at a time. */
export type { System } from "./system.js";

export interface TransientOptions {
  readonly stop_s: number;
  /** Relative error allowed in a step; `defaultTolerance` when left out, between 1e-12 and 1e-2. */
  readonly tolerance?: number;
  /**
   * Where it starts. `rest`: solved with the sources as they are at time 0. Values by probe name (voltages of nodes over
   * ground, states of devices); what is not named starts from the circuit's own initial values, nodes at 0 V.
   * Left out: the circuit's own initial values.
   */
  readonly initial?: "rest" | Readonly<Record<string, number>>;
  /** Moments to locate. */
  readonly events?: readonly EventSpec[];
  /** Ends the simulation at the `count`-th event of that name (the first when left out). */
  readonly stopWhen?: { readonly event: string; readonly count?: number };
  /** Keep every step for `Waveforms`; true when left out. */
  readonly record?: boolean;
  /**
   * False takes the limit off steps on branches where disturbances grow (`growth.ts`). Results are then wrong in ways no
   * tolerance shows; it exists so that this can be shown.
   */
  readonly growthLimited?: boolean;
  /** More steps than this is a failure; 1e8 when left out. */
  readonly maxSteps?: number;
}

export interface LocatedEvent {
  readonly event: string;
  readonly t_s: number;
}

/** Why and where a solve ended early. The message is for the person: time, element or node, state, what to try. */
export interface SolveFailure {
  readonly t_s: number;
  /** Node or element whose equation would not be solved. */
  readonly where: string;
  readonly state: Readonly<Record<string, number>>;
  readonly message: string;
}

export interface TransientResult {
  /** `done` at stop_s; `stopped` by `stopWhen`; `failed`: the data so far are good, `failure` says what happened. */
  readonly status: "done" | "stopped" | "failed";
  readonly failure?: SolveFailure;
  readonly end_s: number;
  readonly steps: number;
  readonly rejected: number;
  /** In order of time. */
  readonly events: readonly LocatedEvent[];
  /** All unknowns at the end, by name. */
  readonly final: Readonly<Record<string, number>>;
  readonly waveforms: Waveforms;
}

/** Values between the steps by the method's own continuous output. Empty when nothing was recorded. */
export interface Waveforms {
  /** Ends of the accepted steps, from the start; two equal times are the two sides of a jump. */
  readonly times_s: Float64Array;
  /** Values at those times. */
  atSteps(quantity: Quantity): Float64Array;
  /** Values at the given times, in rising order, within the simulated span. */
  sample(quantity: Quantity, times_s: ArrayLike<number>): Float64Array;
  /** Times and values such that straight lines between them meet the waveform to `share` of its range. */
  polyline(quantity: Quantity, share?: number): { readonly times_s: Float64Array; readonly values: Float64Array };
}

/** The state a circuit rests in with its sources as at time 0. */
export interface RestState {
  /** `none`: the sources can not be raised to their full value with every device staying on the branch it starts on. */
  readonly status: "found" | "none";
  /** By name: `V(node)` and `element.index`; at the last share reached when there is no rest. */
  readonly values: Readonly<Record<string, number>>;
  /** Share of the source values up to which the state could be followed; 1 when found. */
  readonly share: number;
  /** What ended the search, and what to try; empty when found. */
  readonly message: string;
}

export interface QuasiStaticOptions {
  /** What is forced between the terminals of `source`. */
  readonly drive: "voltage" | "current";
  readonly from: number;
  readonly to: number;
  readonly points: number;
  /** Name of the V or I element that is swept; the circuit's only one when left out. */
  readonly source?: string;
  /** Back to `from` again; false when left out. */
  readonly returns?: boolean;
}

export interface QuasiStaticPoint {
  /** Forced value, V or A. */
  readonly drive: number;
  readonly voltage_V: number;
  readonly current_A: number;
  /** Unknowns by name. */
  readonly values: Readonly<Record<string, number>>;
  /** False: reached by a jump since the point before (a fold was passed). */
  readonly jumped: boolean;
}

/**
 * Relative error allowed in a step when nothing else is asked. Event times of every circuit and preset are then right to
 * 1e-5, all but a few to 1e-8, where anything short of a disturbance of 1e-12 determines them (`benchmarks/sensitivity.ts`).
 */
export const defaultTolerance = 1e-8;
