const window_s = 10;
/** Shorter than this, a rate would be that of one flush to the disk. */
const least_s = 1;

/**
 * How fast rows come and how long the rest will take, as seen from outside: what was there before the first look counts
 * as progress, not as speed.
 */
export class Progress {
  private seen: { at_s: number; rows: number }[] = [];
  /** That of the stretch before a pause, until there is one again. */
  private before_per_s = 0;

  /** The run is paused, or comes out of a pause: the time of it counts for no rate. */
  rest(at_s: number, rows: number): void {
    this.before_per_s = this.rate_per_s || this.before_per_s;
    this.seen = [{ at_s, rows }];
  }

  /** Notes that `rows` were there at `at_s` (any steady clock). */
  note(at_s: number, rows: number): void {
    const before = this.seen.at(-2);
    // A mark each quarter of a second is enough; the newest is kept up to date.
    if (before !== undefined && at_s - before.at_s < 0.25) this.seen.pop();
    this.seen.push({ at_s, rows });
    while (this.seen.length > 2 && at_s - (this.seen[1]?.at_s ?? at_s) >= window_s) this.seen.shift();
  }

  get rate_per_s(): number {
    const first = this.seen[0];
    const last = this.seen.at(-1);
    if (first === undefined || last === undefined || last.at_s - first.at_s < least_s) return 0;
    return (last.rows - first.rows) / (last.at_s - first.at_s);
  }

  /** Seconds until `expected` rows are there; null where it can not be told. */
  left_s(expected: number): number | null {
    const rate_per_s = this.rate_per_s || this.before_per_s;
    if (expected <= 0 || rate_per_s <= 0) return null;
    return Math.max(0, expected - (this.seen.at(-1)?.rows ?? 0)) / rate_per_s;
  }
}
