/**
 * How a conductance gets from its first value to its last, pulse by pulse: 0 in equal steps, towards 1 all of it with the first
 * pulse, towards −1 all with the last. Twice the mean height of the curve above the straight line between its ends, both scaled to 0 … 1.
 * For G = 1 − exp(−p/a) that is 2 (1/(1 − exp(−1/a)) − a) − 1, the measure behind the A of Chen, Peng and Yu (IEDM 2017), without a fit.
 *
 * @param conductance before the first pulse and after each, S
 * @returns NaN for fewer than two pulses, or where first and last do not differ
 */
export function nonlinearityOf(conductance: ArrayLike<number>): number {
  const n = conductance.length - 1;
  const scaled = toEnds(conductance);
  if (n < 2 || scaled === undefined) return Number.NaN;
  let sum = 0;
  for (let k = 1; k <= n; k++) sum += ((scaled[k - 1] as number) + (scaled[k] as number)) / (2 * n);
  return 2 * sum - 1;
}

/**
 * Mean distance of the way down from the way up walked backwards, both as shares of the whole range and of the number of pulses: 0
 * for a device that goes back the way it came, up to 1. NaN where one of the two is missing or the range is empty.
 */
export function asymmetryOf(up: ArrayLike<number>, down: ArrayLike<number>): number {
  if (up.length < 2 || down.length < 2) return Number.NaN;
  const all = [...Array.from(up), ...Array.from(down)];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  if (!(high > low)) return Number.NaN;
  const steps = 2 * Math.max(up.length, down.length);
  let sum = 0;
  for (let k = 0; k <= steps; k++) {
    sum += Math.abs(alongOf(up, k / steps) - alongOf(down, 1 - k / steps)) / (high - low);
  }
  return sum / (steps + 1);
}

/** Value at a share of the way through the list, straight between neighbours. */
function alongOf(values: ArrayLike<number>, share: number): number {
  const place = share * (values.length - 1);
  const [before, after] = [Math.floor(place), Math.ceil(place)];
  const [low, high] = [values[before] as number, values[after] as number];
  return low + (high - low) * (place - before);
}

/** Scaled so that the first is 0 and the last 1. */
function toEnds(values: ArrayLike<number>): Float64Array | undefined {
  const [first, last] = [values[0] ?? Number.NaN, values[values.length - 1] ?? Number.NaN];
  if (!(Math.abs(last - first) > 0)) return undefined;
  return Float64Array.from(values, (value) => (value - first) / (last - first));
}
