import type { WindowStatistics } from "./waveform.js";

/** A mean over a window less the base line before it, and the smallest difference the two can tell from nothing. */
export interface Level {
  readonly value: number;
  /** Three standard errors of the difference, or half a step of the converter where there is too little noise to average over. */
  readonly floor: number;
}

/**
 * The level in a window above its base line, with what an 8-bit converter can honestly say of it. Averaging goes below one step
 * of the converter only while noise moves the reading over several steps (a standard deviation of a third of a step is about where it stops).
 *
 * @param step one step of the converter, in the unit of the values
 */
export function levelAbove(base: WindowStatistics, window: WindowStatistics, step: number): Level {
  const sd = Math.max(base.sd, window.sd);
  const error = 3 * Math.max(sd, step / Math.sqrt(12)) * Math.sqrt(1 / base.n + 1 / window.n);
  return { value: window.mean - base.mean, floor: sd < step / 3 ? Math.max(error, step / 2) : error };
}

/** A resistance, or a bound of it. */
export interface BoundedResistance {
  readonly ohm: number;
  /** The current was below the floor: `ohm` is the least the resistance can be. */
  readonly atFloor: boolean;
}

/** Resistance from a voltage and a current known to `floor_A`. */
export function boundedResistance(voltage_V: number, current_A: number, floor_A: number): BoundedResistance {
  const atFloor = !(Math.abs(current_A) > floor_A && voltage_V * current_A > 0);
  return { ohm: Math.abs(voltage_V) / (atFloor ? floor_A : Math.abs(current_A)), atFloor };
}
