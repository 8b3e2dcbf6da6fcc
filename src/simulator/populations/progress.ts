/** How far a long computation is. */
export interface Progress {
  readonly done: number;
  /** Of those done, how many failed. */
  readonly failed: number;
  readonly total: number;
  readonly elapsed_s: number;
  /** At the mean rate so far; NaN before the first is done. */
  readonly left_s: number;
}

export function progressOf(done: number, failed: number, total: number, elapsed_s: number): Progress {
  const left_s = done > 0 ? (elapsed_s / done) * (total - done) : NaN;
  return { done, failed, total, elapsed_s, left_s };
}
