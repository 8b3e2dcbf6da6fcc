/** Counts of values in bins of equal width. */
export interface Histogram {
  /** Middles of the bins, rising. */
  readonly centres: Float64Array;
  readonly counts: Float64Array;
}

const mostBins = 200;

/**
 * Counts the finite values in bins centred on whole multiples of `width`: for quantities that a sweep takes in steps,
 * each step is one bin. More than 200 bins are merged in whole numbers.
 *
 * @param width above 0
 */
export function histogramOnGrid(values: Iterable<number>, width: number): Histogram {
  const finite = Float64Array.from(values).filter(Number.isFinite);
  if (finite.length === 0 || !(width > 0)) return { centres: new Float64Array(0), counts: new Float64Array(0) };
  const [low, high] = extremes(finite);
  const merged = width * Math.max(1, Math.ceil((high - low) / width / mostBins));
  const first = Math.round(low / merged);
  const bins = Math.round(high / merged) - first + 1;
  const counts = new Float64Array(bins);
  for (const value of finite) {
    const bin = Math.round(value / merged) - first;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { centres: Float64Array.from(counts, (_, k) => Number(((first + k) * merged).toPrecision(12))), counts };
}

/** The same with a width that suits the spread (Freedman and Diaconis: 2·IQR/∛n), for continuous quantities. */
export function histogramOf(values: Iterable<number>): Histogram {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const [low, high] = [at(0), at(1)];
  const width = (2 * (at(0.75) - at(0.25))) / Math.cbrt(sorted.length);
  return histogramOnGrid(sorted, width > 0 ? width : high > low ? (high - low) / 10 : Math.abs(high) / 100 || 1);
}

function extremes(values: Float64Array): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}
