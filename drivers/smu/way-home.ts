import type { SweepPlan } from "../../src/capabilities/index.js";
import { LONGEST_SAFE_RAMP_S, RAMP_STEP_S, rampBetween } from "../../src/scpi/index.js";
import { defaultRamp } from "../entry.js";
import type { DriverSettings } from "../entry.js";

/** Longest time between two steps that still counts as a way of steps: a volt at the default slew. */
const COARSE_STEP_S = 0.05;

/** How fast what is forced goes where a plan does not say: V/s or A/s. */
export function slewOf(drive: "voltage" | "current", { ramp = defaultRamp }: DriverSettings): number {
  return drive === "voltage" ? ramp.V_per_s : ramp.A_per_s;
}

/** Levels from the end of a sweep to zero, at the slew that the bench file says. */
export function wayHomeOf({ levels, drive, dwell_s }: SweepPlan, settings: DriverSettings): readonly number[] {
  return wayHome(levels.at(-1) ?? 0, slewOf(drive, settings), dwell_s);
}

/**
 * Levels from the end of a sweep to zero, to be run as further levels of it: an instrument whose sweep ends with the output
 * off would jump there else.
 *
 * @param slew_per_s V/s or A/s
 * @param dwell_s time that the sweep gives each level: no step is larger than the slew goes in it, or in 50 ms, unless the
 *   way took longer than half a second then
 * @returns none where it ends at zero
 */
export function wayHome(last: number, slew_per_s: number, dwell_s: number): readonly number[] {
  const step_s = Math.min(dwell_s, COARSE_STEP_S);
  // The steps of a ramp are that many of its own; only how many there are counts here.
  const scale = step_s / RAMP_STEP_S;
  return rampBetween(last, 0, slew_per_s * scale, LONGEST_SAFE_RAMP_S / scale).levels;
}
