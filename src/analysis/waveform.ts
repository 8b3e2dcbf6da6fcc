/** Equally spaced samples of one quantity. */
export interface Trace {
  /** Time of the first sample, s. */
  readonly start_s: number;
  readonly step_s: number;
  readonly values: ArrayLike<number>;
}

export interface WindowStatistics {
  readonly mean: number;
  /** Sample standard deviation of the single samples. */
  readonly sd: number;
  readonly n: number;
}

/** First and one-past-last sample of the times from_s … to_s. */
function indices(trace: Trace, from_s: number, to_s: number): [number, number] {
  const first = Math.max(0, Math.ceil((from_s - trace.start_s) / trace.step_s - 1e-9));
  const end = Math.min(trace.values.length, Math.floor((to_s - trace.start_s) / trace.step_s + 1e-9) + 1);
  return [first, Math.max(first, end)];
}

/** Mean and spread of the samples between two times, both included; n 0 and NaN where there are none. */
export function windowOf(trace: Trace, from_s: number, to_s: number): WindowStatistics {
  const [first, end] = indices(trace, from_s, to_s);
  const n = end - first;
  if (n === 0) return { mean: Number.NaN, sd: Number.NaN, n };
  let sum = 0;
  for (let k = first; k < end; k++) sum += trace.values[k] as number;
  const mean = sum / n;
  let squares = 0;
  for (let k = first; k < end; k++) squares += ((trace.values[k] as number) - mean) ** 2;
  return { mean, sd: n > 1 ? Math.sqrt(squares / (n - 1)) : 0, n };
}

/** Largest |value − base| between two times, with its sign; 0 where there are no samples. */
export function peakOf(trace: Trace, base: number, from_s: number, to_s: number): number {
  const [first, end] = indices(trace, from_s, to_s);
  let peak = 0;
  for (let k = first; k < end; k++) {
    const value = (trace.values[k] as number) - base;
    if (Math.abs(value) > Math.abs(peak)) peak = value;
  }
  return peak;
}

/**
 * First time at or after `from_s` at which the trace goes through `level` away from where it is, and is still beyond it at
 * the next sample (one sample of noise is no crossing). Linear between samples.
 *
 * @param rising +1: upwards, −1: downwards
 * @returns NaN where it does not by `to_s`
 */
export function crossing_s(trace: Trace, level: number, rising: 1 | -1, from_s: number, to_s: number): number {
  const [first, end] = indices(trace, from_s, to_s);
  const beyond = (k: number) => rising * ((trace.values[k] as number) - level) >= 0;
  for (let k = first; k < end; k++) {
    if (!beyond(k) || (k + 1 < end && !beyond(k + 1))) continue;
    const after = trace.values[k] as number;
    const before = k > 0 ? (trace.values[k - 1] as number) : after;
    const share = k === first || after === before ? 0 : (after - level) / (after - before);
    return trace.start_s + (k - Math.min(1, Math.max(0, share))) * trace.step_s;
  }
  return Number.NaN;
}
