/** A solver's result at one setting: how wrong, and what it cost. */
export interface Point {
  readonly error: number;
  readonly cpu_s: number;
}

/** Points nobody beats in both: error falling, cost rising. A lucky error at a loose tolerance stays in, for every solver. */
export function frontier(points: readonly Point[]): Point[] {
  const finite = points.filter(({ error, cpu_s }) => Number.isFinite(error) && cpu_s > 0);
  return finite.filter((point) => !finite.some((other) => beats(other, point))).sort((a, b) => b.error - a.error);
}

function beats(a: Point, b: Point): boolean {
  return a.error <= b.error && a.cpu_s <= b.cpu_s && (a.error < b.error || a.cpu_s < b.cpu_s);
}

/**
 * CPU a solver needs to be wrong by `error`, on straight lines between its settings in log-log. A solver whose loosest
 * setting is already better pays for that setting. Undefined: none of its settings is that good.
 */
export function cpuAtError(points: readonly Point[], error: number): number | undefined {
  const best = frontier(points);
  const [loosest] = best;
  if (!loosest) return undefined;
  if (error >= loosest.error) return loosest.cpu_s;
  const right = best.findIndex((point) => point.error <= error);
  const [a, b] = [best[right - 1], best[right]];
  if (!a || !b) return undefined;
  const share = Math.log(error / a.error) / Math.log(b.error / a.error);
  return Math.exp(Math.log(a.cpu_s) + share * Math.log(b.cpu_s / a.cpu_s));
}

export interface Ratio {
  readonly error: number;
  /** CPU of the peer over CPU of ours. */
  readonly ratio: number;
}

/** At the error of each setting of the peer's frontier, how many times more CPU the peer took. */
export function ratios(ours: readonly Point[], peer: readonly Point[]): Ratio[] {
  return frontier(peer).flatMap(({ error, cpu_s }) => {
    const own_s = cpuAtError(ours, error);
    return own_s === undefined ? [] : [{ error, ratio: cpu_s / own_s }];
  });
}
