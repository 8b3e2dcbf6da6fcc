/** Points of a line, in order. NaN breaks the line. */
export interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * Fewer points for a picture: each run of neighbours is replaced by its first, lowest, highest and last point in their order, so
 * that no peak is lost and the line keeps its direction. A gap in a run is kept. Short series are returned as they are.
 *
 * @param most largest number of points wanted, at least 8
 */
export function decimate(x: ArrayLike<number>, y: ArrayLike<number>, most = 20_000): Points {
  const length = Math.min(x.length, y.length);
  if (length <= most)
    return {
      x: Float64Array.from({ length }, (_, k) => x[k] as number),
      y: Float64Array.from({ length }, (_, k) => y[k] as number),
    };
  const run = Math.ceil(length / Math.floor(most / 5));
  const kept: number[] = [];
  for (let from = 0; from < length; from += run) kept.push(...keptOf(y, from, Math.min(length, from + run)));
  return {
    x: Float64Array.from(kept, (k) => x[k] as number),
    y: Float64Array.from(kept, (k) => y[k] as number),
  };
}

function keptOf(y: ArrayLike<number>, from: number, to: number): number[] {
  let [low, high, gap] = [-1, -1, -1];
  for (let k = from; k < to; k++) {
    const value = y[k] as number;
    if (Number.isNaN(value)) {
      gap = k;
      continue;
    }
    if (low < 0 || value < (y[low] as number)) low = k;
    if (high < 0 || value > (y[high] as number)) high = k;
  }
  const chosen = [from, low, high, gap, to - 1].filter((k) => k >= 0);
  return [...new Set(chosen)].sort((a, b) => a - b);
}
