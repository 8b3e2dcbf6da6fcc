/** Mean and spread of what was read of one level. */
export interface LevelSpread {
  readonly mean: number;
  readonly sd: number;
}

/**
 * The most levels that can be told from each other, any two of them: means at least `sigma` times the sum of their standard
 * deviations apart. Each level is then an interval mean ± sigma · sd, two are apart where these do not overlap, and the largest choice of
 * intervals without overlap is found by taking whichever ends first.
 *
 * @param sigma above 0
 * @returns their indices in the list, lowest first
 */
export function levelsApart(levels: readonly LevelSpread[], sigma: number): number[] {
  const intervals = levels
    .map(({ mean, sd }, index) => ({ index, low: mean - sigma * sd, high: mean + sigma * sd }))
    .filter(({ low, high }) => Number.isFinite(low) && Number.isFinite(high))
    .sort((a, b) => a.high - b.high);
  const chosen: number[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const { index, low, high } of intervals) {
    if (!(low > end || (low === end && high > low))) continue;
    chosen.push(index);
    end = high;
  }
  return chosen;
}
