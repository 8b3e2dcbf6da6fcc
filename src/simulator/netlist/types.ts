/**
 * Circuits as plain data: what is connected to what, in base units. Nothing here computes; `checkCircuit` refuses what can
 * not be simulated, `compileCircuit` makes equations of it, `spiceNetlist` writes it for others.
 */

/** The node every voltage counts from. */
export const ground = "0";

/** How a source goes with time. Values are volts or amperes, whichever the element forces. */
export type Waveform =
  | { readonly kind: "dc"; readonly value: number }
  /**
   * `low` until `delay_s`, then `rise_s` up, `width_s` at `high`, `fall_s` down; again every `period_s` when that is given,
   * `count` times at most. A rise or fall of 0 is a jump.
   */
  | {
      readonly kind: "pulse";
      readonly low: number;
      readonly high: number;
      readonly delay_s?: number;
      readonly rise_s?: number;
      readonly fall_s?: number;
      readonly width_s: number;
      readonly period_s?: number;
      readonly count?: number;
    }
  /** Straight lines between points; the first value before the first, the last after the last. Times rise; two equal times are a jump. */
  | { readonly kind: "pwl"; readonly times_s: ArrayLike<number>; readonly values: ArrayLike<number> }
  /** `offset` until `delay_s`, then offset + amplitude sin(2 pi f (t - delay) + phase). */
  | {
      readonly kind: "sine";
      readonly amplitude: number;
      readonly frequency_Hz: number;
      readonly offset?: number;
      readonly phase_rad?: number;
      readonly delay_s?: number;
    }
  /** A sine whose frequency goes in a straight line from start to stop in `duration_s`; `offset` before and after. */
  | {
      readonly kind: "chirp";
      readonly amplitude: number;
      readonly start_Hz: number;
      readonly stop_Hz: number;
      readonly duration_s: number;
      readonly offset?: number;
      readonly delay_s?: number;
    }
  /** Measured or computed values at equal intervals, joined by straight lines; the solver does not restart at each. */
  | {
      readonly kind: "samples";
      readonly interval_s: number;
      readonly values: ArrayLike<number>;
      readonly start_s?: number;
    }
  /**
   * Random values at equal intervals, joined by straight lines, from a generator of its own: same seed, same noise.
   * `size` is the peak-to-peak width when uniform, the standard deviation when normal. Starts from 0 at `start_s`.
   */
  | {
      readonly kind: "noise";
      readonly distribution: "uniform" | "normal";
      readonly size: number;
      readonly interval_s: number;
      readonly seed: number;
      readonly start_s?: number;
    }
  | { readonly kind: "sum"; readonly of: readonly Waveform[] };

export type Element =
  | { readonly kind: "R"; readonly name: string; readonly a: string; readonly b: string; readonly R_ohm: number }
  /** `initial_V`: voltage a over b when a simulation starts from values, not from rest; 0 when left out. */
  | {
      readonly kind: "C";
      readonly name: string;
      readonly a: string;
      readonly b: string;
      readonly C_F: number;
      readonly initial_V?: number;
    }
  /** Forces the voltage of `plus` over `minus`. Its current counts from `plus` through the source to `minus`, as in SPICE. */
  | {
      readonly kind: "V";
      readonly name: string;
      readonly plus: string;
      readonly minus: string;
      readonly wave: Waveform;
    }
  /** Forces a current out of `from`, through the source, into `to`. */
  | { readonly kind: "I"; readonly name: string; readonly from: string; readonly to: string; readonly wave: Waveform }
  /**
   * A voltage source with compliance: emf behind `series_ohm`, current at most `limit_A` either way. The limiter takes
   * `response_s` to act (0: at once); until then more flows. `cable_F` lies across the terminals and discharges into
   * the device whatever the limit says. A current source with voltage limit U is emf = U and the current as the limit.
   */
  | {
      readonly kind: "limited";
      readonly name: string;
      readonly plus: string;
      readonly minus: string;
      readonly wave: Waveform;
      readonly series_ohm: number;
      readonly limit_A: number;
      readonly response_s?: number;
      readonly cable_F?: number;
    }
  /**
   * n-channel MOS transistor by the square law, drain and source interchangeable:
   * i = k ((vgs - vth) vds - vds^2/2) (1 + lambda vds) below saturation, k/2 (vgs - vth)^2 (1 + lambda vds) in it.
   */
  | {
      readonly kind: "nmos";
      readonly name: string;
      readonly drain: string;
      readonly gate: string;
      readonly source: string;
      readonly k_A_per_V2: number;
      readonly vth_V: number;
      readonly lambda_per_V?: number;
    }
  /**
   * Any model of the catalogue; its current flows from a to b. Without a seed it is the nominal device and nothing varies
   * from cycle to cycle; with one, it and its cycles are drawn from the model's spreads.
   */
  | {
      readonly kind: "device";
      readonly name: string;
      readonly a: string;
      readonly b: string;
      readonly model: string;
      readonly parameters?: Readonly<Record<string, number>>;
      readonly seed?: number;
      /** States at the start when not solved for rest; the model's own when left out. */
      readonly initial?: readonly number[];
    };

/** Something in a circuit that has a value at every time. */
export type Quantity =
  /** Voltage of a node over ground, or over another node. */
  | { readonly kind: "voltage"; readonly node: string; readonly over?: string }
  /** Current through an element, from its first terminal to its second (drain to source of a transistor). */
  | { readonly kind: "current"; readonly element: string }
  /** A state of a device; index 0 is the first. */
  | { readonly kind: "state"; readonly element: string; readonly index: number };

/** A quantity under the name its column and its initial value have. */
export interface Probe {
  readonly name: string;
  readonly quantity: Quantity;
  /** SI; "" for a bare number. */
  readonly unit: string;
}

/** A circuit, complete: every number in it is final. */
export interface Circuit {
  readonly name: string;
  readonly title: string;
  /** Where it comes from. */
  readonly source: string;
  readonly elements: readonly Element[];
  readonly probes: readonly Probe[];
}

/** A moment to be located: a quantity passes a level. */
export interface EventSpec {
  /** As it appears in results: `X1_on`. */
  readonly event: string;
  readonly quantity: Quantity;
  readonly level: number;
  readonly direction: "up" | "down" | "both";
}
