import type { Metric } from "../store/shapes.js";
import { intervalsOf } from "./intervals.js";
import { metricOf } from "./statistics.js";

/** Groups of spikes; arrays of one length. */
export interface Bursts {
  readonly length: number;
  /** The pause that parts them: longer is between bursts, s. NaN where the train has no two kinds of interval. */
  readonly pause_s: number;
  /** Index of the first spike, and number of spikes. */
  readonly first: Int32Array;
  readonly spikes: Int32Array;
  readonly start_s: Float64Array;
  readonly end_s: Float64Array;
  /** Over the bursts but the first and the last, which the ends of the record may have cut. */
  readonly spikesPerBurst: Metric;
  /** From the first spike of a burst to that of the next, s; bursts as above and the one that follows. */
  readonly period_s: Metric;
}

/** The longest interval inside bursts and the shortest pause differ at least by this factor. */
const leastContrast = 2;

/**
 * Groups spikes into bursts: intervals longer than the pause part them.
 *
 * @param spike_s rising
 * @param pause_s left out: where the logarithms of the sorted intervals are furthest apart, if that is a factor of 2 or more. A train without
 *   such a gap is one burst.
 */
export function burstsOf(spike_s: ArrayLike<number>, pause_s?: number): Bursts {
  const intervals = intervalsOf(spike_s);
  const parting_s = pause_s ?? pauseOf_s(intervals);
  const first: number[] = spike_s.length > 0 ? [0] : [];
  intervals.forEach((interval_s, k) => interval_s > parting_s && first.push(k + 1));
  const spikes = first.map((from, b) => (first[b + 1] ?? spike_s.length) - from);
  const start_s = Float64Array.from(first, (from) => spike_s[from] as number);
  return {
    length: first.length,
    pause_s: parting_s,
    first: Int32Array.from(first),
    spikes: Int32Array.from(spikes),
    start_s,
    end_s: Float64Array.from(first, (from, b) => spike_s[from + (spikes[b] ?? 0) - 1] as number),
    spikesPerBurst: metricOf(spikes.slice(1, -1)),
    period_s: metricOf(intervalsOf(start_s).slice(1)),
  };
}

/** Between the two kinds of interval (geometric mean); NaN where there is one kind. */
function pauseOf_s(intervals: Float64Array): number {
  const sorted = Float64Array.from(intervals).sort();
  let [widest, pause_s] = [leastContrast, NaN];
  for (let k = 1; k < sorted.length; k++) {
    const [shorter, longer] = [sorted[k - 1] as number, sorted[k] as number];
    if (!(longer / shorter >= widest)) continue;
    [widest, pause_s] = [longer / shorter, Math.sqrt(shorter * longer)];
  }
  return pause_s;
}
