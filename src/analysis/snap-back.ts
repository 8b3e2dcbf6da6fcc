/** A fold of the V-I curve under current drive. */
export interface Fold {
  /** Index of the extreme voltage in the branch. */
  readonly at: number;
}

/** A fold counts when the voltage comes back by this share of the branch's largest voltage, */
const leastShare = 0.05;
/** for this many readings in a row: more than noise does. */
const settled = 3;

/**
 * The snap-back of an S-shaped device under rising current: the first local maximum of |V| from which the voltage falls
 * although the current rises.
 *
 * @param voltages_V along the branch of rising |current|
 * @returns undefined where the voltage never falls by 5 % of its largest value
 */
export function findPeak(voltages_V: ArrayLike<number>): Fold | undefined {
  return firstFold(voltages_V, 1);
}

/** The other fold: the first local minimum of |V| on the way back, from which the voltage rises although the current falls. */
export function findValley(voltages_V: ArrayLike<number>): Fold | undefined {
  return firstFold(voltages_V, -1);
}

function firstFold(voltages_V: ArrayLike<number>, sense: 1 | -1): Fold | undefined {
  let largest_V = 0;
  for (let k = 0; k < voltages_V.length; k++) largest_V = Math.max(largest_V, Math.abs(voltages_V[k] ?? 0));
  let at = 0;
  let extreme_V = Number.NEGATIVE_INFINITY;
  let inARow = 0;
  for (let k = 0; k < voltages_V.length; k++) {
    const here_V = sense * Math.abs(voltages_V[k] ?? 0);
    if (here_V > extreme_V) {
      extreme_V = here_V;
      at = k;
    }
    inARow = extreme_V - here_V > leastShare * largest_V ? inARow + 1 : 0;
    if (inARow === settled) return { at };
  }
  return undefined;
}
