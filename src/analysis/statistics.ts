import type { Metric } from "../store/shapes.js";
import { Running } from "./running.js";

/**
 * Mean, sample standard deviation (n − 1) and coefficient of variation sd/|mean| of the finite values.
 * One value: sd and cv 0. None: all NaN, n 0.
 */
export function metricOf(values: Iterable<number>): Metric {
  const running = new Running();
  for (const value of values) running.add(value);
  return running.metric;
}

/** Share of the cases in which something held: mean is the share, n the number of cases. */
export function shareOf(held: Iterable<boolean>): Metric {
  return metricOf(Array.from(held, (yes) => (yes ? 1 : 0)));
}

/** Middle value of the finite ones (mean of the two middle ones where their number is even); NaN of none. */
export function median(values: Iterable<number>): number {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  const half = sorted.length >> 1;
  const upper = sorted[half];
  if (upper === undefined) return Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? upper) + upper) / 2;
}

/** Resistance by Ohm's law; NaN where the two have unlike signs or either is 0: that is a reading of noise, not of the device. */
export function resistance_ohm(voltage_V: number, current_A: number): number {
  return voltage_V * current_A > 0 ? voltage_V / current_A : Number.NaN;
}
