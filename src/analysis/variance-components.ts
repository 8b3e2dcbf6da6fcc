import type { Metric } from "../store/shapes.js";

/** How much of the spread of a quantity lies between devices, and how much within each from cycle to cycle. */
export interface VarianceComponents {
  /** Devices with at least one value. */
  readonly devices: number;
  /** Values of all devices. */
  readonly values: number;
  /** Mean of all values. */
  readonly mean: number;
  /** Standard deviation from device to device, the cycles' share taken off; 0 where the cycles alone explain the spread. */
  readonly betweenSd: number;
  /** Standard deviation from cycle to cycle within a device. */
  readonly withinSd: number;
  /** Share of the variance that is between devices, 0 to 1 (the intraclass correlation). */
  readonly betweenShare: number;
  /** Mean square between over mean square within; NaN where a device has no spread or there is one device. */
  readonly f: number;
  /** Degrees of freedom of the two. */
  readonly df: readonly [number, number];
}

/**
 * One-way random effects by the method of moments, from mean, standard deviation and number of each device; the numbers may
 * differ. Values within a device count as independent.
 *
 *   n0 = (N − Σnᵢ²/N)/(k − 1)   σ²_within = MSW   σ²_between = max(0, (MSB − MSW)/n0)
 *
 * @param devices a metric for each; those with n 0 are left out
 * @see Searle, Casella, McCulloch, Variance Components (1992), section 3.6
 */
export function varianceComponents(devices: readonly Metric[]): VarianceComponents {
  const groups = devices.filter(({ n, mean }) => n > 0 && Number.isFinite(mean));
  const k = groups.length;
  const N = groups.reduce((sum, { n }) => sum + n, 0);
  const mean = k === 0 ? Number.NaN : groups.reduce((sum, group) => sum + group.n * group.mean, 0) / N;
  const between = groups.reduce((sum, group) => sum + group.n * (group.mean - mean) ** 2, 0);
  const within = groups.reduce((sum, { n, sd }) => sum + (n - 1) * sd ** 2, 0);
  const df = [Math.max(0, k - 1), N - k] as const;
  const msb = df[0] > 0 ? between / df[0] : Number.NaN;
  const msw = df[1] > 0 ? within / df[1] : Number.NaN;
  const n0 = (N - groups.reduce((sum, { n }) => sum + n * n, 0) / N) / df[0];
  // One value a device: all the spread is between, as far as can be seen.
  const noise = Number.isNaN(msw) ? 0 : msw;
  const betweenVariance = Number.isNaN(msb) ? Number.NaN : Math.max(0, (msb - noise) / n0);
  return {
    devices: k,
    values: N,
    mean,
    betweenSd: Math.sqrt(betweenVariance),
    withinSd: Math.sqrt(msw),
    betweenShare: betweenVariance / (betweenVariance + noise),
    f: msw > 0 ? msb / msw : Number.NaN,
    df,
  };
}

/** Mean, sample standard deviation and number of two sets of values together, from those of each. */
export function pooled(a: Metric, b: Metric): Metric {
  if (a.n === 0) return b;
  if (b.n === 0) return a;
  const n = a.n + b.n;
  const apart = b.mean - a.mean;
  const mean = a.mean + (apart * b.n) / n;
  const squares = (a.n - 1) * a.sd ** 2 + (b.n - 1) * b.sd ** 2 + (apart ** 2 * a.n * b.n) / n;
  const sd = Math.sqrt(squares / (n - 1));
  return { mean, sd, cv: sd === 0 ? 0 : sd / Math.abs(mean), n };
}
