import type { Wave } from "./wave.js";

/** What counts as a spike. The wave may be a voltage, a current, or a state of the model (u of a VO2 device through 0.25). */
export interface SpikeRule {
  /** A spike begins where the wave rises through this. */
  readonly above: number;
  /** It ends where the wave falls through this, at most `above`, which is taken where it is left out: noise between the two is no new spike. */
  readonly below?: number;
  /** -1 for spikes downwards: then it begins falling through `above` and ends rising through `below`, at least `above`. */
  readonly polarity?: 1 | -1;
}

/** Spikes in the order of their beginning; arrays of one length. */
export interface Spikes {
  readonly length: number;
  /** Crossing of `above`, linear between samples, s. */
  readonly start_s: Float64Array;
  /** Crossing of `below`; NaN where the wave ends before. */
  readonly end_s: Float64Array;
  /** The outermost sample of the spike: when, and its value. */
  readonly peak_s: Float64Array;
  readonly peak: Float64Array;
}

/**
 * Finds spikes: threshold with hysteresis. A wave that is beyond the threshold from its first sample on has not been seen to begin
 * a spike; the first one begins after it has come back.
 */
export function spikesOf(wave: Wave, rule: SpikeRule): Spikes {
  const { times_s, values } = wave;
  const sign = rule.polarity ?? 1;
  const above = sign * rule.above;
  const below = Math.min(above, sign * (rule.below ?? rule.above));
  const found: { start: number; end: number; peakAt: number; peak: number }[] = [];
  const height = (k: number) => sign * (values[k] as number);
  const crossing_s = (k: number, level: number) => {
    const [t0, t1] = [times_s[k - 1] as number, times_s[k] as number];
    return t0 + ((t1 - t0) * (level - height(k - 1))) / (height(k) - height(k - 1));
  };
  let on = values.length > 0 && height(0) >= above;
  let current: (typeof found)[number] | undefined;
  for (let k = 1; k < values.length; k++) {
    const here = height(k);
    if (!on && here >= above) {
      on = true;
      current = { start: crossing_s(k, above), end: NaN, peakAt: k, peak: here };
      found.push(current);
    } else if (on && here < below) {
      if (current) current.end = crossing_s(k, below);
      on = false;
      current = undefined;
    } else if (current && here > current.peak) {
      current.peak = here;
      current.peakAt = k;
    }
  }
  return {
    length: found.length,
    start_s: Float64Array.from(found, ({ start }) => start),
    end_s: Float64Array.from(found, ({ end }) => end),
    peak_s: Float64Array.from(found, ({ peakAt }) => times_s[peakAt] as number),
    peak: Float64Array.from(found, ({ peak }) => sign * peak),
  };
}

/** From a time (the edge of a stimulus) to the first spike at or after it, s; NaN without one. Times rise. */
export function latency_s(spike_s: ArrayLike<number>, from_s: number): number {
  for (let k = 0; k < spike_s.length; k++) {
    const time_s = spike_s[k] as number;
    if (time_s >= from_s) return time_s - from_s;
  }
  return NaN;
}
