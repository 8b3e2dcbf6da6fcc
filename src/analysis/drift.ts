import { fitLine } from "./line-fit.js";

/** Resistance against time, R = R(1 s) (t/1 s)^nu. */
export interface Drift {
  /** Exponent nu: 0 holds, above 0 the resistance grows. */
  readonly exponent: number;
  readonly error: number;
  readonly r2: number;
  /** Resistance of the law at a time. */
  readonly at_ohm: (time_s: number) => number;
}

/** Power law through resistances above 0 at times above 0, by least squares of the logarithms (Ielmini et al., IEEE T-ED 54 (2007) 308). */
export function driftOf(time_s: ArrayLike<number>, resistance_ohm: ArrayLike<number>): Drift {
  const line = fitLine(
    Array.from(time_s, (t) => (t > 0 ? Math.log(t) : Number.NaN)),
    Array.from(resistance_ohm, (r) => (r > 0 ? Math.log(r) : Number.NaN)),
  );
  return {
    exponent: line.slope,
    error: line.slopeError,
    r2: line.r2,
    at_ohm: (t) => Math.exp(line.intercept + line.slope * Math.log(t)),
  };
}

/** When a state is lost. */
export interface TimeToFail {
  /** First reading beyond the bounds and not back in the one after it; NaN: none was. */
  readonly observed_s: number;
  /** Where the drift law leaves the bounds, later than the last reading; NaN: it has, or never does within `farthest`. */
  readonly expected_s: number;
}

/** A law from hours says nothing about more than this many times as long. */
const farthest = 1e6;

/**
 * When the resistance has changed by `factor` against the first reading, up or down.
 *
 * @param factor above 1
 */
export function timeToFail(
  time_s: ArrayLike<number>,
  resistance_ohm: ArrayLike<number>,
  factor: number,
  { exponent, error, at_ohm }: Drift,
): TimeToFail {
  const first = resistance_ohm[0] ?? NaN;
  const beyond = (k: number) => Math.abs(Math.log((resistance_ohm[k] ?? NaN) / first)) > Math.log(factor);
  for (let k = 1; k < time_s.length; k++) {
    if (beyond(k) && (k + 1 === time_s.length || beyond(k + 1)))
      return { observed_s: time_s[k] ?? NaN, expected_s: Number.NaN };
  }
  const last_s = time_s[time_s.length - 1] ?? NaN;
  const bound_ohm = first * factor ** Math.sign(exponent);
  const expected_s = (bound_ohm / at_ohm(1)) ** (1 / exponent);
  const drifts = Math.abs(exponent) > 2 * error; // of noise nothing is expected
  return {
    observed_s: Number.NaN,
    expected_s: drifts && expected_s > last_s && expected_s < farthest * last_s ? expected_s : Number.NaN,
  };
}
