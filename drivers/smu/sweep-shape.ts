/** Levels that the instrument can make by itself from three numbers. */
export interface Ramp {
  readonly start: number;
  readonly stop: number;
  /** From start to stop, both included. */
  readonly points: number;
  /** There and back: the levels go to `stop` and return, the turning point once. */
  readonly dual: boolean;
}

/** Rounding of the arithmetic that made the levels, as a part of the whole span. */
const ROUNDING = 1e-9;

/** The levels as a straight ramp, or one there and back; undefined where they are neither. */
export function asRamp(levels: readonly number[]): Ramp | undefined {
  if (isStraight(levels, 0, levels.length - 1)) return ramp(levels, levels.length, false);
  const turn = (levels.length - 1) / 2;
  if (!Number.isInteger(turn) || !isStraight(levels, 0, turn)) return undefined;
  const tolerance = ROUNDING * Math.abs((levels[turn] ?? 0) - (levels[0] ?? 0));
  const mirrored = levels.every((level, i) => Math.abs(level - (levels[levels.length - 1 - i] ?? NaN)) <= tolerance);
  return mirrored ? ramp(levels, turn + 1, true) : undefined;
}

function ramp(levels: readonly number[], points: number, dual: boolean): Ramp {
  return { start: levels[0] ?? 0, stop: levels[points - 1] ?? 0, points, dual };
}

function isStraight(levels: readonly number[], from: number, to: number): boolean {
  const start = levels[from];
  const stop = levels[to];
  if (start === undefined || stop === undefined || to <= from || start === stop) return false;
  const tolerance = ROUNDING * Math.abs(stop - start);
  for (let i = from; i <= to; i++) {
    const level = start + ((stop - start) * (i - from)) / (to - from);
    if (!(Math.abs((levels[i] ?? NaN) - level) <= tolerance)) return false;
  }
  return true;
}
