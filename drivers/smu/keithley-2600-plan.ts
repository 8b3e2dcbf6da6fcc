import type { PulseRegion, SweepPlan, SweepPulse } from "../../src/capabilities/index.js";
import { si } from "../../src/units.js";
import type { DriverSettings } from "../entry.js";
import { baseCompliance, checkSweep, refusal, regionOf, unitsOf } from "./checks.js";
import type { SmuFacts } from "./checks.js";
import type { Model2600 } from "./keithley-2600-models.js";
import { readingTime } from "./reading-time.js";
import { asRamp } from "./sweep-shape.js";
import type { Ramp } from "./sweep-shape.js";
import { wayHomeOf } from "./way-home.js";

/** Integration time of a reading in power line cycles (2600BS-901-01, smuX.measure.nplc). */
export const NPLC = { min: 0.001, max: 25 };
/** Readings of one run: two buffers of this size leave room in the memory that scripts have. */
export const MAX_READINGS = 20_000;
/** Levels of one list, which scripts share their memory with. */
const MAX_LIST = 10_000;
const MAX_CYCLES = 1_000_000_000;
/**
 * A measurement goes before the end of its pulse, which it would delay; so long before, as it begins later than it is told
 * (as in Keithley's example of a pulsed sweep for the series).
 */
const PULSE_SLACK_S = 60e-6;
/** Longest autorange settling that fits between two readings: below this the range is fixed. */
const AUTORANGE_DWELL_S = 10e-3;

/** What is forced and limited, in the letters of the commands. */
export interface Letters {
  readonly source: "v" | "i";
  readonly limit: "i" | "v";
  /** `smua` or `smub`. */
  readonly smu: string;
  /** Table of the driver's own in the instrument: `memrig_a`, `memrig_b`. */
  readonly own: string;
}

export function lettersOf(drive: "voltage" | "current", channel: number): Letters {
  const letter = channel === 2 ? "b" : "a";
  const names = { smu: `smu${letter}`, own: `memrig_${letter}` };
  return drive === "voltage" ? { source: "v", limit: "i", ...names } : { source: "i", limit: "v", ...names };
}

/** Pulses, timed by three of the instrument's timers. */
export interface PulseSetup {
  readonly base: number;
  readonly width_s: number;
  /** From the beginning of a pulse to its measurement. */
  readonly measureDelay_s: number;
  /** After the last pulse of a run: where only pulses reach the level, the instrument lets none begin before. */
  readonly rest_s: number;
  /** Numbers of the timers of the period, of the measurement and of the width: each channel has its own. */
  readonly timers: readonly [period: number, measure: number, width: number];
}

/** A sweep plan as this instrument will be told it. */
export interface SweepSetup extends Letters {
  readonly plan: SweepPlan;
  readonly channel: number;
  readonly wires: 2 | 4;
  /** Largest level: the range is fixed there, as switching ranges on the way makes steps. */
  readonly largest: number;
  readonly nplc: number;
  /** Time between setting a level and measuring. */
  readonly delay_s: number;
  /** Where the measuring range is fixed; undefined: it follows the reading. */
  readonly measureRange: number | undefined;
  /** The levels as a straight ramp, or one there and back; undefined: each is sent. */
  readonly ramp: Ramp | undefined;
  /** Levels from the last one to zero: the sweep's end goes to zero in one step. */
  readonly home: readonly number[];
  /** Largest limit at a steady level: that of all levels, or of the base of pulses. */
  readonly steadyCompliance: number;
  /** Where the levels are pulses. */
  readonly pulse: PulseSetup | undefined;
  readonly cyclesPerRun: number;
}

/**
 * Checks a plan against what the instrument can do, before anything is sent.
 *
 * @param lineFrequency_Hz of the mains, by the instrument: the unit of `nplc`
 * @throws MemrigError `invalid-request`: which value, what is allowed
 */
export function setUp(
  smu: SmuFacts,
  model: Model2600,
  plan: SweepPlan,
  lineFrequency_Hz: number,
  settings: DriverSettings = {},
): SweepSetup {
  const { label } = smu;
  checkSweep(smu, plan, MAX_CYCLES);
  checkOffState(label, settings);
  const largest = plan.levels.reduce((most, level) => Math.max(most, Math.abs(level)), Math.abs(plan.pulse?.base ?? 0));
  const steadyCompliance = baseCompliance(plan, smu.ranges);
  const region = regionOf(plan, smu.ranges.pulse?.beyond ?? []);
  if (region) {
    checkArea(label, model, plan.drive, Math.abs(plan.pulse?.base ?? 0), steadyCompliance);
  } else checkArea(label, model, plan.drive, largest, plan.compliance);
  // Both quantities in the same aperture, by a converter each.
  const { nplc, reading_s } = readingTime(smu, plan, lineFrequency_Hz, NPLC, 1, PULSE_SLACK_S);
  const home = plan.pulse ? [] : wayHomeOf(plan, settings);
  const most = home.length === 0 ? MAX_READINGS : MAX_LIST - home.length;
  if (plan.levels.length > Math.min(most, MAX_LIST)) {
    const asked = `${plan.levels.length} levels in a cycle were asked for`;
    throw refusal(label, asked, `up to ${Math.min(most, MAX_LIST)}`, { levels: plan.levels.length });
  }
  const followsReading = plan.dwell_s >= AUTORANGE_DWELL_S && plan.pulse === undefined;
  const channel = plan.channel ?? 1;
  return {
    plan,
    channel,
    ...lettersOf(plan.drive, channel),
    wires: plan.wires ?? settings.wires ?? 2,
    largest,
    nplc,
    delay_s: plan.pulse ? 0 : Math.round((plan.dwell_s - reading_s) * 1e6) / 1e6,
    measureRange: plan.measureRange ?? (followsReading ? undefined : plan.compliance),
    ramp: asRamp(plan.levels),
    home,
    steadyCompliance,
    pulse: plan.pulse && pulseOf(plan.pulse, reading_s, channel, region),
    cyclesPerRun: Math.min(plan.cycles, Math.floor(most / plan.levels.length)),
  };
}

function pulseOf(
  { base, width_s }: SweepPulse,
  reading_s: number,
  channel: number,
  region: PulseRegion | undefined,
): PulseSetup {
  const measureDelay_s = Math.max(0, Math.floor((width_s - reading_s - PULSE_SLACK_S) * 1e6 + 1e-6) / 1e6);
  const rest_s = region ? Math.ceil((width_s / region.maxDuty - width_s) * 1e6) / 1e6 : 0;
  return { base, width_s, measureDelay_s, rest_s, timers: channel === 2 ? [4, 5, 6] : [1, 2, 3] };
}

/** @throws MemrigError `invalid-request`: it has no guarded off state */
export function checkOffState(label: string, { offState }: DriverSettings): void {
  if (offState !== "guard") return;
  throw refusal(label, "the off state guard was asked for", "normal, zero and high-impedance", { offState });
}

/** @throws MemrigError `invalid-request`: so much current is not to be had at such a voltage */
export function checkArea(
  label: string,
  { corner_V, highVoltageCurrent_A }: Model2600,
  drive: "voltage" | "current",
  largest: number,
  compliance: number,
): void {
  const [voltage_V, current_A] = drive === "voltage" ? [largest, compliance] : [compliance, largest];
  if (voltage_V <= corner_V || current_A <= highVoltageCurrent_A) return;
  const { forced, limited } = unitsOf(drive);
  const asked = `${si(largest, forced)} with a compliance of ${si(compliance, limited)} was asked for`;
  const allowed = `above ${si(corner_V, "V")} up to ${si(highVoltageCurrent_A, "A")}`;
  throw refusal(label, asked, allowed, { asked: largest, compliance });
}
