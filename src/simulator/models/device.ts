import type { Random } from "../random.js";

/** A parameter of a model, as users write it. Bounds are inclusive. */
export interface ParameterInfo {
  readonly name: string;
  /** SI, as `si` prints it. */
  readonly unit: string;
  readonly default: number;
  readonly min?: number;
  readonly max?: number;
  readonly description: string;
}

/** What a person needs to choose a model and set it. */
export interface ModelInfo {
  readonly name: string;
  readonly title: string;
  /** Where the equations and constants come from. */
  readonly source: string;
  readonly parameters: readonly ParameterInfo[];
}

/** One row of a parameter table; bounds are inclusive. */
export function parameter<const Name extends string>(
  name: Name,
  unit: ParameterInfo["unit"],
  nominal: number,
  min: number,
  max: number,
  description: string,
): ParameterInfo & { readonly name: Name } {
  return { name, unit, default: nominal, min, max, description };
}

/** The values of a parameter table by name. */
export type ParametersOf<Table extends readonly ParameterInfo[]> = Readonly<Record<Table[number]["name"], number>>;

/** A model and how a device is made from it. */
export interface DeviceModel extends ModelInfo {
  /**
   * @param parameters complete and within range
   * @param draws `device`: present when the device is one of many; `cycle`: what varies from cycle to cycle
   */
  create(parameters: Readonly<Record<string, number>>, draws: Draws): Device;
}

export interface Draws {
  /** Left out: the nominal device. */
  readonly device?: Random;
  readonly cycle: Random;
}

/**
 * The equations of one device between two terminals: i = i(v, x), dx/dt = f(v, x), with a parallel capacitance and
 * resets where the state passes a guard. Everything but `fire` and `accepted` is a pure function of v, x and the
 * constants of the present cycle; a solver may call it in any order. `v` volts, `x` the states, matrices row by row.
 */
export interface Device {
  /** Number of states. */
  readonly size: number;
  /** Across the terminals, F; 0 for none. */
  readonly capacitance_F: number;
  /** State at the start; length `size`. */
  readonly initial: readonly number[];
  /** Size of each state that matters: errors are judged against the larger of this and the state itself. */
  readonly scale: readonly number[];
  /** Rising with v, and zero at v = 0 unless `emf_V` says otherwise. */
  current_A(v: number, x: Float64Array): number;
  /** di/dv, at least 0. */
  conductance_S(v: number, x: Float64Array): number;
  /** di/dx. */
  currentByState(v: number, x: Float64Array, out: Float64Array): void;
  rates(v: number, x: Float64Array, out: Float64Array): void;
  /** df/dv. */
  ratesByVoltage(v: number, x: Float64Array, out: Float64Array): void;
  /** df/dx, row by row. */
  ratesByState(v: number, x: Float64Array, out: Float64Array): void;
  /** Negative between events; the event is where it reaches zero. -1 for a device without events. */
  guard(v: number, x: Float64Array): number;
  /** The event: changes the state in place and draws what the next cycle is like. */
  fire(v: number, x: Float64Array): void;
  /** Told of every accepted state, in order; may round what no longer matters. */
  accepted(x: Float64Array): void;
  /** Bound of the voltage the device shows when nothing is connected, V. Left out: it is passive, and shows none. */
  readonly emf_V?: number;
  /** The stage has another temperature from now on, K. Left out: the model knows none, or only that of its parameters. */
  setTemperature?(temperature_K: number): void;
  /** False: the guard never reaches zero. Left out: it may. */
  readonly fires?: boolean;
  /**
   * Faster, for a solver in its innermost loop: all that one state gives, through one array, sharing what they have in
   * common. With n states, `io` holds v, the n states; behind them go the current and the n rates.
   */
  flow?(io: Float64Array): void;
  /** As `flow`, and behind it di/dv, di/dx (n), df/dv (n), df/dx (n x n, row by row). Comes with `flow` or not at all. */
  linearise?(io: Float64Array): void;
  /** `flow` as text, for a solver that writes it into its own innermost function: no call, nothing handed over in memory. */
  readonly text?: DeviceText;
  /**
   * From now on `flow` and `linearise` take the voltage in front of so many ohms in series, which costs them no more. The other
   * functions stay at the terminals. For devices whose current is proportional to the voltage.
   */
  behind?(series_ohm: number): void;
}

/** Names that the lines of a device read and declare. */
export interface DeviceNames {
  /** Variables that hold the voltage and the states. */
  readonly v: string;
  readonly x: readonly string[];
  /** A number of the device, by its position in `constants`. */
  readonly constant: (position: number) => string;
  /** The name of a variable that no other device and no other moment has. */
  readonly own: (name: string) => string;
}

/** The current and the rates of a device as lines of JavaScript. */
export interface DeviceText {
  /** Numbers of this device that the lines read: always this array, with other values after an event. */
  readonly constants: Float64Array;
  /** Tables that the lines read under these names, the same for every device. */
  readonly tables: Readonly<Record<string, Float64Array>>;
  /** Lines that declare variables for the current and the rates. */
  flow(names: DeviceNames): { readonly lines: string[]; readonly current: string; readonly rates: readonly string[] };
}
