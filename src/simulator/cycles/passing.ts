/** Where a guard passes zero: below it at `low`, at or above it at `high`. */
export interface Passing {
  readonly low: number;
  readonly high: number;
  /** The guard there. */
  readonly below: number;
  readonly above: number;
}

/**
 * Narrows a stretch in which a guard passes zero (Illinois rule).
 *
 * @param guard called at places inside the stretch
 * @param width stops when the stretch is no longer than this
 */
export function narrowed(from: Passing, width: number, guard: (at: number) => number): Passing {
  let { low, high, below, above } = from;
  let [pullBelow, pullAbove] = [below, above];
  for (let side = 0; high - low > width;) {
    // not nearer to an end than half of what is asked for, so that the other end gets there too
    const straight = high - (pullAbove * (high - low)) / (pullAbove - pullBelow);
    const at = Math.min(high - width / 2, Math.max(low + width / 2, straight));
    const here = guard(at);
    if (here >= 0) {
      [high, above, pullAbove] = [at, here, here];
      if (side === 1) pullBelow /= 2;
      side = 1;
    } else {
      [low, below, pullBelow] = [at, here, here];
      if (side === -1) pullAbove /= 2;
      side = -1;
    }
  }
  return { low, high, below, above };
}
