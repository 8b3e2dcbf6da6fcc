/** Ways from one step of a ladder to the next. */
export type LadderKind = "linear" | "geometric";

/** No ladder has more steps: a step width mistyped by a thousand should be refused, not climbed. */
export const mostSteps = 100_000;

/**
 * From `start` up (in magnitude) in equal steps; the end is always the last step, and nothing lies beyond it.
 *
 * @param start magnitude; @param stop magnitude, `start` or more; @param step above 0
 */
export function linearLadder(start: number, stop: number, step: number): number[] {
  const whole = Math.floor((stop - start) / step + 1e-9);
  const ladder = Array.from({ length: whole + 1 }, (_, k) => Math.min(stop, start + k * step));
  return closed(ladder, stop, step);
}

/** From `start` up by a factor each; the end is always the last step. @param factor above 1 */
export function geometricLadder(start: number, stop: number, factor: number): number[] {
  const whole = Math.floor(Math.log(stop / start) / Math.log(factor) + 1e-9);
  const ladder = Array.from({ length: whole + 1 }, (_, k) => Math.min(stop, start * factor ** k));
  return closed(ladder, stop, start * (factor - 1));
}

/** With the end as the last step, in place of one that is there but for rounding. */
function closed(ladder: number[], stop: number, step: number): number[] {
  const last = ladder.at(-1);
  if (last !== undefined && stop - last < 1e-6 * step) return [...ladder.slice(0, -1), stop];
  return [...ladder, stop];
}
