import type { Trace } from "./waveform.js";

/** One quantity at times that rise but need not be equally spaced; straight lines between them. */
export interface Wave {
  readonly times_s: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** Equally spaced samples as a wave. */
export function waveOf(trace: Trace): Wave {
  const { start_s, step_s, values } = trace;
  return { times_s: Float64Array.from({ length: values.length }, (_, k) => start_s + k * step_s), values };
}

/** Index of the last sample at or before a time; -1 where all are after it. */
export function sampleBefore(times_s: ArrayLike<number>, time_s: number): number {
  let [low, high] = [-1, times_s.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((times_s[middle] as number) <= time_s) low = middle;
    else high = middle;
  }
  return low;
}

/** Value at a time; NaN before the first sample and after the last. */
export function valueAt(wave: Wave, time_s: number): number {
  const { times_s, values } = wave;
  const k = sampleBefore(times_s, time_s);
  const [t0, y0] = [times_s[k] ?? NaN, values[k] ?? NaN];
  if (t0 === time_s) return y0;
  const [t1, y1] = [times_s[k + 1] ?? NaN, values[k + 1] ?? NaN];
  return y0 + ((y1 - y0) * (time_s - t0)) / (t1 - t0);
}

/**
 * Integral over time of a wave, or of the product of two on the same times (a voltage and a current: an energy, J), exact for the
 * straight lines. From `from_s` to `to_s`; NaN where a wave does not reach.
 */
export function integralOf(wave: Wave, from_s: number, to_s: number, times?: ArrayLike<number>): number {
  const { times_s, values } = wave;
  const other = times && { times_s, values: times };
  let sum = 0;
  let [t0, a0, b0] = [from_s, valueAt(wave, from_s), other ? valueAt(other, from_s) : 1];
  for (let k = sampleBefore(times_s, from_s) + 1; t0 < to_s; k++) {
    const inside = k < times_s.length && (times_s[k] as number) < to_s;
    const t1 = inside ? (times_s[k] as number) : to_s;
    const a1 = inside ? (values[k] as number) : valueAt(wave, to_s);
    const b1 = !other ? 1 : inside ? (other.values[k] as number) : valueAt(other, to_s);
    sum += ((t1 - t0) * (2 * (a0 * b0 + a1 * b1) + a0 * b1 + a1 * b0)) / 6;
    [t0, a0, b0] = [t1, a1, b1];
  }
  return sum;
}

/** Mean over time between two times: samples that are close together count for no more. NaN where the wave does not reach. */
export function meanOver(wave: Wave, from_s: number, to_s: number): number {
  return to_s > from_s ? integralOf(wave, from_s, to_s) / (to_s - from_s) : valueAt(wave, from_s);
}
