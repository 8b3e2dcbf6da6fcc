/**
 * A two-terminal device behind one source, with a clock of its own. This is all that the virtual lab knows of the
 * simulator: it sets what drives the device, lets time pass, and watches terminal voltage and current on the way.
 */
export interface OnePort {
  readonly time_s: number;
  /** Terminal voltage now, V. */
  readonly voltage_V: number;
  /** Current through the device now, A. */
  readonly current_A: number;
  /** Of what the device stands on, from now on. Left out where the model knows no temperature but its parameters'. */
  setTemperature?(temperature_K: number): void;
  /**
   * Lets time pass under a drive; with `until_s` the present time, only the drive changes. Steps end exactly at every
   * corner of the drive and at `until_s`.
   *
   * @param until_s end, at or after `time_s`
   * @param drive what is connected meanwhile
   * @param probe told of every accepted step
   * @param resolution_s the probe can tell nothing shorter apart: steps below need not be cut until they are straight
   * @throws SimulationError the solve failed; says where and in which state; the device keeps the last good state
   */
  advance(until_s: number, drive: Drive, probe?: Probe, resolution_s?: number): void;
}

/**
 * The source as the device's terminals see it: i = clamp((emf(t) − v)/series, ±limit). A voltage source with compliance
 * has a small series resistance and a limit; a current source I with voltage limit U is emf = sign(I)·U with limit |I|.
 */
export interface Drive {
  readonly emf: Pwl;
  /** At least 0; 0 is an ideal source. */
  readonly series_ohm: number;
  /** Largest magnitude of current the source delivers; Infinity for none, 0 for nothing connected. */
  readonly limit_A: number;
  /** Where no single source does the same: this drives the device instead, and of `emf` only the times of its corners count. */
  readonly around?: Network;
}

/** Sources and resistors at both terminals of the device, and between them. Terminals and ground are its only nodes. */
export interface Network {
  readonly sources: readonly NetworkSource[];
  /** From the top, and from the bottom, to ground. */
  readonly top_S: number;
  readonly bottom_S: number;
}

/** From ground to the top or the bottom of the device, or from its bottom to its top. */
export interface NetworkSource {
  readonly place: "top" | "bottom" | "across";
  readonly emf: Pwl;
  /** Below `least_ohm` it counts as that. */
  readonly series_ohm: number;
  readonly limit_A: number;
}

/** Least resistance of a source in a network: two ideal ones at one node would have no solution. */
export const least_ohm = 1e-3;

/** Piecewise linear in time: holds the first value before the first corner, the last one after the last. Times rise. */
export interface Pwl {
  readonly times_s: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** Called for each accepted step in order with the two ends of the step. Linear between them is within tolerance. */
export type Probe = (t0_s: number, v0_V: number, i0_A: number, t1_s: number, v1_V: number, i1_A: number) => void;

export class SimulationError extends Error {
  override readonly name = "SimulationError";
  constructor(
    message: string,
    readonly details: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}
