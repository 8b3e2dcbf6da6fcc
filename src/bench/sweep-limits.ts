import type { Bias, SweepPlan } from "../capabilities/index.js";
import { defaultRamp } from "../../drivers/entry.js";
import { RAMP_STEP_S } from "../scpi/index.js";
import { si } from "../units.js";
import type { Limits } from "./bounds.js";
import { above0, finite, hold, invalid, oneOf, whole } from "./refusals.js";

/** The fastest edge of any instrument this bench has a driver for (33600A: 2.9 ns). Slower ones stay within it. */
export const fastestEdge_s = 2.9e-9;

/** Voltage, current, and both at once. Left out: not forced. */
export function checkExtremes(limits: Limits, who: string, voltage_V?: number, current_A?: number): void {
  hold(limits.voltage, voltage_V, "V", who, "a voltage of");
  hold(limits.current, current_A, "A", who, "a current of");
  if (voltage_V !== undefined && current_A !== undefined) {
    hold(
      limits.power,
      voltage_V * current_A,
      "W",
      who,
      `with ${si(voltage_V, "V")} at ${si(current_A, "A")} a power of`,
    );
  }
}

/**
 * Refuses a sweep that could bring more to the device than the bench allows. A source-measure unit holds its
 * compliance, so the worst case is the highest level at full compliance. Slew is the steepest step over the dwell, of
 * pulses over their edge, or the fastest there is. The energy of a pulse is looked at where the sweep has pulses.
 *
 * @throws MemrigError `limit-refused`, or `invalid-request` where a number is none; nothing was sent
 */
export function checkSweep(limits: Limits, who: string, plan: SweepPlan): void {
  const { drive, levels, cycles, compliance, dwell_s, nplc, wires, measureRange, pulse } = plan;
  if (levels.length === 0) throw invalid(who, "a sweep without levels");
  for (const level of levels) finite(who, "a level", level);
  oneOf(who, "a drive", drive, ["voltage", "current"]);
  above0(who, "a compliance", compliance);
  above0(who, "a dwell", dwell_s);
  whole(who, "a number of cycles", cycles);
  if (nplc !== undefined) above0(who, "an integration time", nplc);
  if (measureRange !== undefined) above0(who, "a measuring range", measureRange);
  oneOf(who, "a number of wires", wires, [undefined, 2, 4]);
  const all = pulse === undefined ? levels : [...levels, pulse.base];
  const highest = all.reduce((most, level) => Math.max(most, Math.abs(level)), 0);
  const [voltage_V, current_A] = drive === "voltage" ? [highest, compliance] : [compliance, highest];
  if (pulse !== undefined) checkPulses(limits, who, plan, pulse);
  checkExtremes(limits, who, voltage_V, current_A);
  hold(limits.slew, slewOfSweep(plan), "V/s", who, pulse === undefined ? "a slew of" : "an edge of up to");
}

/**
 * The steepest step over the dwell, of pulses over their edge or the fastest there is. A forced current may go from one
 * compliance to the other; what it makes of the voltage follows the device, however slow its own edge is.
 */
export function slewOfSweep({ drive, levels, compliance, dwell_s, pulse }: SweepPlan): number {
  if (pulse === undefined) return (drive === "voltage" ? largestStep(levels) : 2 * compliance) / dwell_s;
  if (drive === "current") return (2 * compliance) / fastestEdge_s;
  return largestStep(levels.flatMap((level) => [pulse.base, level])) / (pulse.edge_s ?? fastestEdge_s);
}

function checkPulses(limits: Limits, who: string, plan: SweepPlan, pulse: NonNullable<SweepPlan["pulse"]>): void {
  const { levels, cycles, compliance, dwell_s } = plan;
  finite(who, "a base", pulse.base);
  above0(who, "a pulse width", pulse.width_s);
  const edge_s = pulse.edge_s ?? fastestEdge_s;
  above0(who, "an edge", edge_s);
  if (!(pulse.width_s <= dwell_s)) throw invalid(who, `a pulse of ${si(pulse.width_s, "s")} every ${si(dwell_s, "s")}`);
  // Whatever the drive, the power at a level is at most level times compliance. The way back counts as if it were at the level.
  const lasts_s = pulse.width_s + (pulse.edge_s ?? 0);
  const energies = levels.map((level) => Math.abs(level) * compliance * lasts_s);
  const resting_J = Math.abs(pulse.base) * compliance * (dwell_s - pulse.width_s);
  const energy_J =
    pulse.base === 0
      ? energies.reduce((most, energy) => Math.max(most, energy), 0)
      : cycles * energies.reduce((sum, energy) => sum + energy + resting_J, 0);
  hold(limits.energyPerPulse, energy_J, "J", who, "a pulse of up to");
}

/**
 * Refuses a level that could bring more to the device than the bench allows. With a forced current the voltage may go
 * from one end of its compliance to the other in one step of the way.
 *
 * @throws MemrigError `limit-refused`, or `invalid-request` where a number is none; nothing was sent
 */
export function checkBias(limits: Limits, who: string, bias: Bias): void {
  const { drive, level, compliance, slew_per_s, wires } = bias;
  oneOf(who, "a drive", drive, ["voltage", "current"]);
  finite(who, "a level", level);
  above0(who, "a compliance", compliance);
  if (slew_per_s !== undefined) above0(who, "a slew", slew_per_s);
  oneOf(who, "a number of wires", wires, [undefined, 2, 4]);
  const size = Math.abs(level);
  const [voltage_V, current_A] = drive === "voltage" ? [size, compliance] : [compliance, size];
  checkExtremes(limits, who, voltage_V, current_A);
  if (drive === "voltage") hold(limits.slew, slew_per_s, "V/s", who, "a slew of");
  else hold(limits.slew, slewOfBias(bias), "V/s", who, "a slew of up to");
}

/** On its way to the level; once it is there it moves no more. */
export function slewOfBias({ drive, compliance, slew_per_s }: Bias): number {
  return drive === "voltage" ? (slew_per_s ?? defaultRamp.V_per_s) : (2 * compliance) / RAMP_STEP_S;
}

/** From zero through the levels, round again, and back to zero. */
export function largestStep(levels: readonly number[]): number {
  let most = 0;
  let before = 0;
  for (const level of [...levels, levels[0] ?? 0, 0]) {
    most = Math.max(most, Math.abs(level - before));
    before = level;
  }
  return Math.max(most, Math.abs(levels.at(-1) ?? 0));
}
