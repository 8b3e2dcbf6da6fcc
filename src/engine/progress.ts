import type { RunState } from "./state.js";

/** How far a run is. */
export interface RunProgress {
  readonly state: RunState;
  /** Rows of the main table so far. */
  readonly rows: number;
  /** 0: not known. */
  readonly expectedRows: number;
  /** Over the last seconds; 0 while it is paused. */
  readonly rate_per_s: number;
  /** Since this sitting began, pauses included. */
  readonly elapsed_s: number;
  /** Of measuring: while the run is paused it stands still. Left out until there is a rate to tell it from. */
  readonly left_s?: number;
}

/** At most five a second: a person can not read more, and a sweep must not wait for a screen. */
const interval_s = 0.2;
/** The rate is that of this long: a run that slows down shows it, a pause between cycles does not. */
const window_s = 10;
/** Shorter than this, a rate is that of one block of readings. */
const least_s = 0.2;

interface Moment {
  readonly at_s: number;
  readonly rows: number;
}

/** Counts rows and tells how long the rest will take. */
export class ProgressMeter {
  private readonly began_s: number;
  private told_s = -Infinity;
  /** Moments at which rows had come, oldest first; the first may be older than the window. */
  private moments: Moment[];
  private resting = false;
  /** That of the stretch before a pause, until there is one again. */
  private lastRate_per_s = 0;

  /**
   * @param expectedRows rows at the end, 0 where not known
   * @param clock_s a clock that only rises, seconds
   * @param rows there already: of an earlier sitting, which says nothing of how fast this one is
   */
  constructor(
    private readonly expectedRows: number,
    private readonly tell: (progress: RunProgress) => void,
    private readonly clock_s: () => number,
    rows = 0,
  ) {
    this.began_s = clock_s();
    this.moments = [{ at_s: this.began_s, rows }];
  }

  /** Takes the count; tells it when the last telling is long enough ago, or when `always`. */
  update(state: RunState, rows: number, always = false): void {
    const now_s = this.clock_s();
    this.note(state, now_s, rows);
    if (!always && now_s - this.told_s < interval_s) return;
    this.told_s = now_s;
    const rate_per_s = this.resting ? 0 : this.rateAt(now_s);
    const left = this.expectedRows - rows;
    const basis_per_s = rate_per_s > 0 ? rate_per_s : this.lastRate_per_s;
    this.tell({
      state,
      rows,
      expectedRows: this.expectedRows,
      rate_per_s,
      elapsed_s: now_s - this.began_s,
      ...(basis_per_s > 0 && left >= 0 ? { left_s: left / basis_per_s } : {}),
    });
  }

  private note(state: RunState, now_s: number, rows: number): void {
    const resting = state === "paused";
    if (resting !== this.resting) {
      // The time of a pause is in no rate: the window begins anew behind it.
      if (resting) this.lastRate_per_s = this.rateAt(now_s) || this.lastRate_per_s;
      this.resting = resting;
      this.moments = [{ at_s: now_s, rows }];
      return;
    }
    const [last, before] = [this.moments.at(-1), this.moments.at(-2)];
    if (last === undefined || rows === last.rows) return;
    // Four moments a second are enough; the newest is kept up to date.
    if (before !== undefined && now_s - before.at_s < window_s / 40) this.moments.pop();
    this.moments.push({ at_s: now_s, rows });
    while (this.moments.length > 2 && now_s - (this.moments[1]?.at_s ?? now_s) > window_s) this.moments.shift();
  }

  /**
   * Rows between the first and the last moment over their time. When nothing has come for longer than rows usually take, the silence
   * counts too: a run that stands still does not keep its old speed.
   */
  private rateAt(now_s: number): number {
    const [first, last] = [this.moments[0], this.moments.at(-1)];
    if (first === undefined || last === undefined || last.at_s - first.at_s < least_s) return 0;
    const spacing_s = (last.at_s - first.at_s) / (this.moments.length - 1);
    const end_s = now_s - last.at_s > 2 * spacing_s ? now_s : last.at_s;
    return (last.rows - first.rows) / (end_s - first.at_s);
  }
}
