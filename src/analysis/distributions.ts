import type { Sample } from "./gathered.js";
import { normalCdf, normalQuantile } from "./normal.js";

/** A distribution fitted to a sample. */
export interface DistributionFit {
  readonly name: "gaussian" | "lognormal" | "weibull";
  /**
   * By largest likelihood. Gaussian: mean and standard deviation; lognormal: median and standard deviation of the logarithm; Weibull:
   * scale (63.2 % lie below) and shape.
   */
  readonly place: number;
  readonly shape: number;
  /** Square of the correlation in the probability plot, where the distribution is a straight line (median ranks after Benard). */
  readonly r2: number;
  /** Largest distance of the sample's cumulative probability from the fit's (Kolmogorov and Smirnov). */
  readonly ks: number;
}

/** Fewer values than this have no distribution. */
const fewest = 5;

/**
 * Fits the three distributions that resistances of memristors are described with; values of one size have none of them.
 *
 * @param sample positive values, rising
 * @see Rinne, The Weibull Distribution (2009), ch. 11; Benard, Bos-Levenbach, Statistica Neerlandica 7 (1953) 163
 */
export function fitDistributions(sample: Sample): readonly DistributionFit[] {
  const { values, counts, n } = sample;
  if (n < fewest || values.length < 3 || values[0] === values.at(-1)) return [];
  const logs = values.map((value) => Math.log(value));
  const [mean, sd] = momentsOf(values, counts, n);
  const [logMean, logSd] = momentsOf(logs, counts, n);
  const weibull = weibullOf(logs, counts, n);
  const probit = plotted(sample, normalQuantile);
  const extreme = plotted(sample, weibullQuantile);
  return [
    {
      name: "gaussian",
      place: mean,
      shape: sd,
      r2: correlation2(values, probit, counts),
      ks: distance(sample, (x) => normalCdf((x - mean) / sd)),
    },
    {
      name: "lognormal",
      place: Math.exp(logMean),
      shape: logSd,
      r2: correlation2(logs, probit, counts),
      ks: distance(sample, (x) => normalCdf((Math.log(x) - logMean) / logSd)),
    },
    {
      name: "weibull",
      place: weibull.scale,
      shape: weibull.shape,
      r2: correlation2(logs, extreme, counts),
      ks: distance(sample, (x) => -Math.expm1(-((x / weibull.scale) ** weibull.shape))),
    },
  ];
}

/** Where a share of a Weibull distribution lies on the axis on which it is a straight line: ln(−ln(1 − F)). */
export const weibullQuantile = (share: number): number => Math.log(-Math.log1p(-share));

/** Cumulative probability up to each value, by the median rank of the middle of those that are equal. */
export function sharesOf({ counts, n }: Sample): Float64Array {
  let before = 0;
  return counts.map((count) => {
    const rank = before + (count + 1) / 2;
    before += count;
    return (rank - 0.3) / (n + 0.4);
  });
}

function plotted(sample: Sample, quantile: (share: number) => number): Float64Array {
  return sharesOf(sample).map(quantile);
}

/** Mean and standard deviation of the largest likelihood (n, not n − 1). */
function momentsOf(values: Float64Array, counts: Float64Array, n: number): [number, number] {
  let sum = 0;
  values.forEach((value, k) => (sum += value * (counts[k] ?? 0)));
  const mean = sum / n;
  let squares = 0;
  values.forEach((value, k) => (squares += (counts[k] ?? 0) * (value - mean) ** 2));
  return [mean, Math.sqrt(squares / n)];
}

/**
 * Shape k and scale of the largest likelihood: Σ x^k ln x/Σ x^k − 1/k = mean ln x, by Newton from the spread of the logarithms. On
 * logarithms less their largest, so that no power overflows.
 */
function weibullOf(logs: Float64Array, counts: Float64Array, n: number): { shape: number; scale: number } {
  const [mean, sd] = momentsOf(logs, counts, n);
  const top = logs.at(-1) ?? 0;
  let shape = Math.PI / Math.sqrt(6) / sd;
  let power = n;
  for (let round = 0; round < 100; round++) {
    let [sum, first, second] = [0, 0, 0];
    logs.forEach((log, k) => {
      const weight = (counts[k] ?? 0) * Math.exp(shape * (log - top));
      sum += weight;
      first += weight * (log - top);
      second += weight * (log - top) ** 2;
    });
    power = sum;
    const off = first / sum - 1 / shape - (mean - top);
    const slope = second / sum - (first / sum) ** 2 + 1 / shape ** 2;
    const next = Math.max(shape / 3, shape - off / slope);
    const settled = Math.abs(next - shape) <= 1e-13 * shape;
    shape = next;
    if (settled) break;
  }
  return { shape, scale: Math.exp(top + Math.log(power / n) / shape) };
}

function correlation2(x: Float64Array, y: Float64Array, counts: Float64Array): number {
  const n = counts.reduce((sum, count) => sum + count, 0);
  const [meanX, sdX] = momentsOf(x, counts, n);
  const [meanY, sdY] = momentsOf(y, counts, n);
  let sum = 0;
  x.forEach((value, k) => (sum += (counts[k] ?? 0) * (value - meanX) * ((y[k] ?? 0) - meanY)));
  return (sum / n / (sdX * sdY)) ** 2;
}

function distance({ values, counts, n }: Sample, cdf: (value: number) => number): number {
  let before = 0;
  let largest = 0;
  values.forEach((value, k) => {
    const fitted = cdf(value);
    const after = before + (counts[k] ?? 0) / n;
    // of many equal values (a bin) the middle stands for all
    const one = (counts[k] ?? 0) === 1;
    largest = one
      ? Math.max(largest, Math.abs(fitted - before), Math.abs(after - fitted))
      : Math.max(largest, Math.abs(fitted - (before + after) / 2));
    before = after;
  });
  return largest;
}
