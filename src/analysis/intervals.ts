import type { Metric } from "../store/shapes.js";
import { median, metricOf } from "./statistics.js";

/** From each spike to the next, s: one less than there are spikes. */
export function intervalsOf(spike_s: ArrayLike<number>): Float64Array {
  const count = Math.max(0, spike_s.length - 1);
  return Float64Array.from({ length: count }, (_, k) => (spike_s[k + 1] as number) - (spike_s[k] as number));
}

/** Regularity of a train of spikes. NaN where there are too few spikes to say. */
export interface SpikeTrain {
  readonly spikes: number;
  /** Mean, spread and C_v (`cv`) of the inter-spike intervals, s. */
  readonly interval_s: Metric;
  readonly median_s: number;
  /** 1 / mean interval: what is left before the first spike and after the last does not count. */
  readonly frequency_Hz: number;
  /**
   * Mean of 2 |difference| / sum over neighbouring intervals: irregularity that a slow change of the rate does not feign.
   * Holt et al., J. Neurophysiol. 75 (1996) 1806. 0 regular, 1 a Poisson process.
   */
  readonly cv2: number;
}

export function spikeTrainOf(spike_s: ArrayLike<number>): SpikeTrain {
  const intervals = intervalsOf(spike_s);
  const interval_s = metricOf(intervals);
  const local = Array.from({ length: Math.max(0, intervals.length - 1) }, (_, k) => {
    const [a, b] = [intervals[k] as number, intervals[k + 1] as number];
    return (2 * Math.abs(b - a)) / (a + b);
  });
  return {
    spikes: spike_s.length,
    interval_s,
    median_s: median(intervals),
    frequency_Hz: 1 / interval_s.mean,
    cv2: metricOf(local).mean,
  };
}

/** Intervals as whole multiples of the shortest kind: cycles skipped between spikes. */
export interface Multiples {
  /** Length of one cycle, s; NaN without intervals. */
  readonly fundamental_s: number;
  /** Whole number of cycles in each interval, at least 1. */
  readonly cycles: Int32Array;
  /** Share of the intervals with 1, 2, 3 … cycles; index 0 is of 1 cycle. */
  readonly shares: readonly number[];
  /** Largest distance of an interval from its multiple, in cycles: well below 0.5, or these are no multiples. */
  readonly misfit: number;
}

/** Intervals longer than the shortest by this much are not taken for one cycle. */
const sameCycle = 1.5;

/**
 * Sorts intervals by whole multiples of one cycle.
 *
 * @param fundamental_s length of the cycle. Left out: the mean length of a cycle when that is first taken as the median of the intervals
 *   up to 1.5 times the shortest one.
 */
export function multiplesOf(intervals_s: ArrayLike<number>, fundamental_s?: number): Multiples {
  const intervals = Float64Array.from(intervals_s);
  const cyclesAt = (length_s: number) =>
    Int32Array.from(intervals, (value) => Math.max(1, Math.round(value / length_s)));
  let cycle_s = fundamental_s ?? NaN;
  if (fundamental_s === undefined && intervals.length > 0) {
    const shortest_s = intervals.reduce((least, value) => Math.min(least, value));
    const first_s = median(intervals.filter((value) => value <= sameCycle * shortest_s));
    cycle_s = sum(intervals) / sum(cyclesAt(first_s));
  }
  const cycles = cyclesAt(cycle_s);
  const most = cycles.reduce((largest, n) => Math.max(largest, n), 0);
  return {
    fundamental_s: cycle_s,
    cycles,
    shares: Array.from({ length: most }, (_, n) => cycles.filter((value) => value === n + 1).length / cycles.length),
    misfit: intervals.reduce(
      (worst, value, k) => Math.max(worst, Math.abs(value / cycle_s - (cycles[k] as number))),
      0,
    ),
  };
}

function sum(values: Float64Array | Int32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
