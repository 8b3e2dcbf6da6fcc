/**
 * One way out from zero and back, at one polarity: the magnitude of the level rises from `upFrom` to `peak` and falls
 * from there to `downTo`. All are indices into the sweep and belong to the branches; a branch that was not run has one point.
 */
export interface Excursion {
  readonly polarity: 1 | -1;
  readonly upFrom: number;
  readonly peak: number;
  readonly downTo: number;
}

/**
 * Cuts the programmed levels of one cycle into excursions: one for 0 → V → 0, two for 0 → V → 0 → −V → 0, and likewise
 * for sweeps that begin elsewhere. A level may be read more than once: many instruments read the turning point twice.
 *
 * @param levels programmed levels of the whole sweep, V or A
 * @param from first point of the cycle
 * @param to one past its last point
 */
export function excursionsOf(levels: ArrayLike<number>, from: number, to: number): Excursion[] {
  const level = (k: number) => levels[k] ?? 0;
  const goesOn = (k: number, outwards: boolean) =>
    k + 1 < to &&
    level(k) * level(k + 1) >= 0 &&
    (outwards ? Math.abs(level(k + 1)) >= Math.abs(level(k)) : Math.abs(level(k + 1)) <= Math.abs(level(k)));
  const found: Excursion[] = [];
  for (let upFrom = from; upFrom < to - 1;) {
    let peak = upFrom;
    while (goesOn(peak, true)) peak++;
    let downTo = peak;
    while (goesOn(downTo, false)) downTo++;
    const top = Math.abs(level(peak));
    if (top > Math.abs(level(upFrom)) || top > Math.abs(level(downTo)))
      found.push({ polarity: level(peak) < 0 ? -1 : 1, upFrom, peak, downTo });
    upFrom = Math.max(downTo, upFrom + 1); // the turning point ends one excursion and begins the next
  }
  return found;
}
