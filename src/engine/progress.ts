import type { RunState } from "./state.js";

/** How far a run is. */
export interface RunProgress {
  readonly state: RunState;
  /** Rows of the main table so far. */
  readonly rows: number;
  /** 0: not known. */
  readonly expectedRows: number;
  /** Over the last seconds. */
  readonly rate_per_s: number;
  readonly elapsed_s: number;
  /** Left out until there is a rate to tell it from. */
  readonly left_s?: number;
}

/** At most five a second: a person can not read more, and a sweep must not wait for a screen. */
const interval_s = 0.2;
/** The rate is that of this long: a run that slows down shows it, a pause between cycles does not. */
const window_s = 10;

/** Counts rows and tells how long the rest will take. */
export class ProgressMeter {
  private readonly began_s: number;
  private told_s = -Infinity;
  private marks: { at_s: number; rows: number }[];

  /**
   * @param expectedRows rows at the end, 0 where not known
   * @param clock_s a clock that only rises, seconds
   */
  constructor(
    private readonly expectedRows: number,
    private readonly tell: (progress: RunProgress) => void,
    private readonly clock_s: () => number,
  ) {
    this.began_s = clock_s();
    this.marks = [{ at_s: this.began_s, rows: 0 }];
  }

  /** Takes the count; tells it when the last telling is long enough ago, or when `always`. */
  update(state: RunState, rows: number, always = false): void {
    const now_s = this.clock_s();
    if (!always && now_s - this.told_s < interval_s) return;
    this.told_s = now_s;
    this.marks.push({ at_s: now_s, rows });
    while (this.marks.length > 2 && now_s - (this.marks[1]?.at_s ?? now_s) > window_s) this.marks.shift();
    const first = this.marks[0] ?? { at_s: this.began_s, rows: 0 };
    const span_s = now_s - first.at_s;
    const rate_per_s = span_s > 0 ? (rows - first.rows) / span_s : 0;
    const left = this.expectedRows - rows;
    this.tell({
      state,
      rows,
      expectedRows: this.expectedRows,
      rate_per_s,
      elapsed_s: now_s - this.began_s,
      ...(rate_per_s > 0 && left >= 0 ? { left_s: left / rate_per_s } : {}),
    });
  }
}
