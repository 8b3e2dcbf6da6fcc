import { INFINITY, NOT_A_NUMBER } from "../scpi/index.js";
import { OVERRANGE, rangeFor, rangeNamed, rounded, topOf } from "./models.js";
import type { RangeFacts } from "./models.js";
import type { SourceFunction } from "./settings.js";
import type { Smu } from "./smu.js";

/**
 * A true value as the converter gives it: with the noise of the range in use, rounded to its last digit.
 *
 * @param value volts or amperes; NaN where there is none
 * @param draw standard normal
 * @param cycles aperture in power line cycles: the noise falls with its square root
 * @returns 9.9E37 beyond a fixed range, 9.91E37 for NaN
 */
export function converted(smu: Smu, of: SourceFunction, value: number, draw: number, cycles: number): number {
  if (Number.isNaN(value)) return NOT_A_NUMBER;
  return digitised(rangeInUse(smu, of, value), value, draw, cycles);
}

/** The same on a range that is known. */
export function digitised(range: RangeFacts, value: number, draw: number, cycles: number): number {
  if (Number.isNaN(value)) return NOT_A_NUMBER;
  if (Math.abs(value) > topOf(range) * (1 + 1e-6)) return Math.sign(value) * INFINITY;
  return rounded(value + (range.noise / Math.sqrt(cycles)) * draw, range.readStep);
}

function rangeInUse(smu: Smu, of: SourceFunction, value: number): RangeFacts {
  const { senseFunction, sense, sourceFunction } = smu.settings;
  const ranges = smu.ranges(of);
  const measured = senseFunction === of;
  if (measured && sense[of].range !== undefined) return rangeNamed(ranges, sense[of].range);
  if (!measured && sourceFunction === of) {
    const sourced = smu.sourceRange(of); // read back on the range it is sourced on
    if (Math.abs(value) <= sourced.full * OVERRANGE) return sourced;
  }
  return rangeFor(ranges, Math.max(Math.abs(value), sense[of].lowerRange));
}
