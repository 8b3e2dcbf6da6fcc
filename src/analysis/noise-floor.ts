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
  /** The current was below its floor: `ohm` is the least the resistance can be. */
  readonly atFloor: boolean;
  /** The voltage was below its floor: `ohm` is the most the resistance can be. */
  readonly shorted: boolean;
}

/** Resistance from a voltage and a current, each known to its floor. */
export function boundedResistance(voltage: Level, current: Level): BoundedResistance {
  const atFloor = !(Math.abs(current.value) > current.floor);
  const shorted = !atFloor && !(Math.abs(voltage.value) > voltage.floor && voltage.value * current.value > 0);
  const [volts, amperes] = [shorted ? voltage.floor : voltage.value, atFloor ? current.floor : current.value];
  return { ohm: Math.abs(volts / amperes), atFloor, shorted };
}
