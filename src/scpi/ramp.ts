// Without imports: the guardian process loads this, and can not fail for want of another module.

/** The way from one level to another, in equal steps. */
export interface Ramp {
  /** Levels to be set one after the other, the first one now; the last one is where it leads. Empty: it is there already. */
  readonly levels: readonly number[];
  /** Time from one to the next. */
  readonly step_s: number;
  /** What it comes to: steeper than was asked where the way would have taken too long. */
  readonly slew_per_s: number;
}

/** A step: long against what setting a level takes on most links, and 0.2 V at the default slew. */
export const RAMP_STEP_S = 0.01;
/** A person or a guardian who makes safe wants the output off: its ramp takes no longer, however slow the slew. */
export const LONGEST_SAFE_RAMP_S = 0.5;

/**
 * Steps between two levels, no steeper than the slew.
 *
 * @param slew_per_s V/s or A/s, above 0
 * @param longest_s the way takes no longer, and is steeper where it would
 * @throws RangeError a number is none, or the slew not above 0
 */
export function rampBetween(from: number, to: number, slew_per_s: number, longest_s = Infinity): Ramp {
  if (!(Number.isFinite(from) && Number.isFinite(to) && slew_per_s > 0 && longest_s > 0)) {
    throw new RangeError(`no ramp from ${from} to ${to} at ${slew_per_s} per second within ${longest_s} s`);
  }
  const way = to - from;
  // What rounding adds must not make a step of its own.
  const wanted = Math.ceil((Math.abs(way) / slew_per_s / RAMP_STEP_S) * (1 - 1e-9));
  const most = Math.max(1, Math.floor(longest_s / RAMP_STEP_S));
  const count = way === 0 ? 0 : Math.max(1, Math.min(wanted, most));
  const levels = Array.from({ length: count }, (_, k) => (k === count - 1 ? to : from + (way * (k + 1)) / count));
  const slower = wanted <= most;
  return { levels, step_s: RAMP_STEP_S, slew_per_s: slower ? slew_per_s : Math.abs(way) / (count * RAMP_STEP_S) };
}

/**
 * Which level of a ramp is due after so long. A link too slow for every step leaves some out and is not late at the end.
 */
export function dueLevel(ramp: Ramp, elapsed_s: number): number {
  return Math.min(ramp.levels.length - 1, Math.max(0, Math.floor(elapsed_s / ramp.step_s)));
}
