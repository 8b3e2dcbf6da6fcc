/** Items for `runMany`: every combination of values, seeded devices, repetitions. */

export type Axes = Readonly<Record<string, readonly number[]>>;
export type PointOf<A extends Axes> = { readonly [Name in keyof A]: number };

/**
 * Every combination of the values of all axes; the last axis changes fastest.
 *
 * @param axes values by parameter name, base units; an axis without values gives no points
 */
export function gridOf<const A extends Axes>(axes: A): PointOf<A>[] {
  let points: Record<string, number>[] = [{}];
  for (const [name, values] of Object.entries(axes)) {
    points = points.flatMap((point) => values.map((value) => ({ ...point, [name]: value })));
  }
  return points as PointOf<A>[];
}

/** `count` values from one end to the other, both included, equally spaced; the start alone for a count of 1. */
export function linear(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, k) =>
    k === 0 ? from : k === count - 1 ? to : from + ((to - from) * k) / (count - 1),
  );
}

/** As `linear`, equally spaced in the logarithm; both ends above 0. */
export function logarithmic(from: number, to: number, count: number): number[] {
  return linear(Math.log(from), Math.log(to), count).map((value, k) =>
    k === 0 ? from : k === count - 1 ? to : Math.exp(value),
  );
}

/** `count` copies of each item in a row, each with a seed of its own: `base` and up. A population, or repetitions. */
export function seeded<Item extends object>(
  items: readonly Item[],
  count: number,
  base: number,
): (Item & { readonly seed: number })[] {
  return items.flatMap((item, i) => Array.from({ length: count }, (_, k) => ({ ...item, seed: base + i * count + k })));
}
