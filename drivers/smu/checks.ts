import type { Bias, PulseRegion, SweepPlan, SweepPulse, SweepRanges } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { si } from "../../src/units.js";

/** What every SMU has: how many channels, and how far they reach. */
export interface SmuFacts {
  readonly label: string;
  readonly channels: number;
  readonly ranges: SweepRanges;
}

/** Units of what is forced and of what is limited and measured. */
export function unitsOf(drive: "voltage" | "current"): { readonly forced: "V" | "A"; readonly limited: "A" | "V" } {
  return drive === "voltage" ? { forced: "V", limited: "A" } : { forced: "A", limited: "V" };
}

/** A refusal before anything was sent: what was asked, what is allowed. */
export function refusal(label: string, asked: string, allowed: string, details: Record<string, unknown>): MemrigError {
  return new MemrigError(
    "invalid-request",
    `${label}: ${asked}; this instrument takes ${allowed}. Nothing was sent.`,
    details,
  );
}

/** What a sweep and a held level have in common. */
interface Forced {
  readonly channel?: number;
  readonly drive: "voltage" | "current";
  readonly compliance: number;
}

/** Source ranges reach 5 % beyond their names in both quantities. */
const OVERRANGE_POWER = 1.05 ** 2;

/** @param besides what else is allowed, for the message */
function checkForced(
  { label, channels, ranges }: SmuFacts,
  asked: Forced,
  levels: readonly number[],
  besides = "",
): void {
  const { forced, limited } = unitsOf(asked.drive);
  const [maxLevel, maxLimit] =
    asked.drive === "voltage" ? [ranges.maxVoltage_V, ranges.maxCurrent_A] : [ranges.maxCurrent_A, ranges.maxVoltage_V];
  checkChannel(label, channels, asked.channel ?? 1);
  const beyond = levels.find((level) => !(Math.abs(level) <= maxLevel));
  if (beyond !== undefined) {
    throw refusal(label, `a level of ${si(beyond, forced)} was asked for`, `up to ${si(maxLevel, forced)}${besides}`, {
      asked: beyond,
    });
  }
  const { compliance } = asked;
  if (!(compliance > 0 && compliance <= maxLimit)) {
    const allowed = `more than 0 ${limited}, up to ${si(maxLimit, limited)}${besides}`;
    throw refusal(label, `a compliance of ${si(compliance, limited)} was asked for`, allowed, { asked: compliance });
  }
  const largest = levels.reduce((most, level) => Math.max(most, Math.abs(level)), 0);
  if (largest * compliance > ranges.maxPower_W * OVERRANGE_POWER) {
    const what = `${si(largest, forced)} with a compliance of ${si(compliance, limited)} was asked for`;
    throw refusal(label, what, `up to ${si(ranges.maxPower_W, "W")}${besides}`, { asked_W: largest * compliance });
  }
}

/** @throws MemrigError `invalid-request`: no such channel */
export function checkChannel(label: string, channels: number, channel: number): void {
  if (Number.isInteger(channel) && channel >= 1 && channel <= channels) return;
  const has = channels === 1 ? "channel 1 only" : `channels 1 to ${channels}`;
  throw refusal(label, `channel ${channel} was asked for`, has, { channel });
}

/**
 * Checks of a sweep that are the same for every SMU: channel, levels, limit, power, number of cycles, measuring range, and
 * pulses where there are any. Times are the driver's.
 *
 * @param maxCycles the instrument's
 * @throws MemrigError `invalid-request`: which value, what is allowed
 */
export function checkSweep(smu: SmuFacts, plan: SweepPlan, maxCycles: number): void {
  const { label, ranges } = smu;
  const { limited } = unitsOf(plan.drive);
  if (plan.levels.length === 0) throw refusal(label, "a sweep without levels was asked for", "at least one", {});
  if (plan.pulse) checkPulses(smu, plan, plan.pulse);
  else checkForced(smu, plan, plan.levels);
  if (!(Number.isInteger(plan.cycles) && plan.cycles >= 1 && plan.cycles <= maxCycles)) {
    throw refusal(label, `${plan.cycles} cycles were asked for`, `1 to ${maxCycles}`, { asked: plan.cycles });
  }
  const { measureRange } = plan;
  const most = plan.drive === "voltage" ? ranges.maxCurrent_A : ranges.maxVoltage_V;
  if (measureRange !== undefined && !(measureRange > 0 && measureRange <= most)) {
    const allowed = `more than 0 ${limited}, up to ${si(most, limited)}`;
    throw refusal(label, `a measuring range of ${si(measureRange, limited)} was asked for`, allowed, {
      asked: measureRange,
    });
  }
}

/** The limit at the base of pulses, and at their levels where those are steady ones: a limit that only pulses may have is none for it. */
export function baseCompliance({ drive, compliance }: Forced, ranges: SweepRanges): number {
  return Math.min(compliance, drive === "voltage" ? ranges.maxCurrent_A : ranges.maxVoltage_V);
}

function checkPulses(smu: SmuFacts, plan: SweepPlan, { base, width_s, edge_s }: SweepPulse): void {
  const { label, ranges } = smu;
  const reach = ranges.pulse;
  if (!reach) throw refusal(label, "pulses were asked for", "steady levels only", {});
  const within = (what: string, asked_s: number, min_s: number, max_s: number): void => {
    if (asked_s >= min_s && asked_s <= max_s) return;
    const allowed = `${si(min_s, "s")} to ${si(max_s, "s")}`;
    throw refusal(label, `${what} of ${si(asked_s, "s")} was asked for`, allowed, { asked_s });
  };
  within("a pulse", width_s, reach.minWidth_s, reach.maxWidth_s);
  if (!(width_s < plan.dwell_s)) {
    const what = `pulses of ${si(width_s, "s")} every ${si(plan.dwell_s, "s")} were asked for`;
    throw refusal(label, what, "some time between them", { asked_s: plan.dwell_s });
  }
  if (edge_s !== undefined) {
    if (!reach.edge_s) throw refusal(label, `an edge of ${si(edge_s, "s")} was asked for`, "edges of its own only", {});
    within("an edge", edge_s, reach.edge_s.min, reach.edge_s.max);
  }
  checkForced(smu, { ...plan, compliance: baseCompliance(plan, ranges) }, [base]);
  const beyond = reach.beyond ?? [];
  if (regionOf(plan, beyond) === undefined) checkForced(smu, plan, plan.levels, beyond.map(inWords).join(""));
}

function inWords({ maxVoltage_V, maxCurrent_A, maxWidth_s, maxDuty }: PulseRegion): string {
  const most = `${si(maxVoltage_V, "V")} with ${si(maxCurrent_A, "A")}`;
  return `, or up to ${most} in pulses of up to ${si(maxWidth_s, "s")} for up to ${100 * maxDuty} % of the time`;
}

/** The first of what only pulses reach that holds this plan. Undefined: none, or it has no pulses. */
export function regionOf(plan: SweepPlan, regions: readonly PulseRegion[]): PulseRegion | undefined {
  const { drive, levels, compliance, dwell_s, pulse } = plan;
  if (!pulse || !(compliance > 0)) return undefined;
  return regions.find(({ maxVoltage_V, maxCurrent_A, maxWidth_s, maxDuty }) => {
    const [maxLevel, maxLimit] = drive === "voltage" ? [maxVoltage_V, maxCurrent_A] : [maxCurrent_A, maxVoltage_V];
    return (
      compliance <= maxLimit &&
      levels.every((level) => Math.abs(level) <= maxLevel) &&
      pulse.width_s <= maxWidth_s &&
      pulse.width_s <= maxDuty * dwell_s
    );
  });
}

/**
 * Checks of a held level that are the same for every SMU.
 *
 * @throws MemrigError `invalid-request`: which value, what is allowed
 */
export function checkBias(smu: SmuFacts, bias: Bias): void {
  checkForced(smu, bias, [bias.level]);
  const { slew_per_s } = bias;
  if (slew_per_s !== undefined && !(slew_per_s > 0)) {
    const unit = unitsOf(bias.drive).forced === "V" ? "V/s" : "A/s";
    throw refusal(smu.label, `a slew of ${si(slew_per_s, unit)} was asked for`, `more than 0 ${unit}`, {
      asked: slew_per_s,
    });
  }
}

/** The limit in force may differ from the one asked for by the resolution of its range. */
const LIMIT_TOLERANCE = 1e-3;

/**
 * Compares the limit that the instrument reads back with the one asked for.
 *
 * @throws MemrigError `instrument-refused`: it has another one; the caller turns the output off
 */
export function checkLimit(label: string, drive: "voltage" | "current", asked: number, inForce: number): void {
  if (Math.abs(inForce - asked) <= LIMIT_TOLERANCE * asked) return;
  const unit = unitsOf(drive).limited;
  throw new MemrigError(
    "instrument-refused",
    `${label}: a compliance of ${si(asked, unit)} was asked for, and the instrument made it ${si(inForce, unit)}. ` +
      `The output is off. Choose a compliance that it has.`,
    { asked, inForce },
  );
}

/** What is thrown where an output is on, and not by this program. Nothing was changed. */
export function foundOn(label: string, what: string): MemrigError {
  return new MemrigError(
    "busy",
    `${label}: the output is on already. ${what} would step what is connected from where it is now. Nothing was ` +
      `changed. Bring it down and turn it off where that does no harm, or run memrig safe.`,
    { instrument: label },
  );
}
