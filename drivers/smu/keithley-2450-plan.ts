import type { SweepPlan, SweepPulse } from "../../src/capabilities/index.js";
import { si } from "../../src/units.js";
import type { DriverSettings } from "../entry.js";
import { baseCompliance, checkSweep, refusal, unitsOf } from "./checks.js";
import type { SmuFacts } from "./checks.js";
import { readingTime } from "./reading-time.js";
import { scpiWords } from "./scpi-words.js";
import type { ScpiWords } from "./scpi-words.js";
import { asRamp } from "./sweep-shape.js";
import type { Ramp } from "./sweep-shape.js";
import { wayHomeOf } from "./way-home.js";

/** Integration time of a reading in power line cycles (2450-901-01, :SENSe:<function>:NPLCycles). */
export const NPLC = { min: 0.01, max: 10 };
/** A sweep delay is nothing, or at least this (2450-901-01 p. 6-81). */
const MIN_DELAY_S = 50e-6;
/** Levels of a source list (2450-901-01, :SOURce:LIST:<function>:APPend). */
const MAX_LIST = 2500;
/**
 * Readings that one run of the trigger model leaves in the buffer. The first 2450s hold 250 000 readings in all, and
 * the two default buffers take 200 000 of them.
 */
export const MAX_READINGS = 50_000;
const SMALLEST_RANGE = { voltage_V: 20e-3, current_A: 10e-9 };
/** The integer range of a sweep's count. */
const MAX_CYCLES = 268_435_455;
/** Longest autorange settling that fits between two readings: below this the range is fixed. */
const AUTORANGE_DWELL_S = 10e-3;

/** What is forced, measured and limited, in the instrument's words. */
export interface Words extends ScpiWords {
  readonly limit: "ILIM" | "VLIM";
}

export function wordsOf(drive: "voltage" | "current"): Words {
  return { ...scpiWords(drive), limit: drive === "voltage" ? "ILIM" : "VLIM" };
}

/** Asks for the smallest source range that holds a level: switching ranges on the way makes steps. */
export function sourceRangeFor(drive: "voltage" | "current", largest: number): number {
  return Math.max(Math.abs(largest), drive === "voltage" ? SMALLEST_RANGE.voltage_V : SMALLEST_RANGE.current_A);
}

/** Levels of one run of the trigger model. */
export interface Run {
  /** As a ramp; undefined: `list` is sent. */
  readonly ramp: Ramp | undefined;
  readonly list: readonly number[];
  /** How often it is run. */
  readonly count: number;
  /** Readings that belong to the plan. */
  readonly expected: number;
  /** Readings that the run takes, those on the way to zero included. */
  readonly total: number;
  /** It goes back by the levels it came: what is read on the way back belongs to nobody, and need not be waited for. */
  readonly comesBack: boolean;
}

/** A sweep plan as this instrument will be told it. */
export interface SweepSetup extends Words {
  readonly plan: SweepPlan;
  readonly wires: 2 | 4;
  readonly sourceRange: number;
  /** Integration time of a reading, power line cycles. */
  readonly nplc: number;
  /** Time between setting a level and measuring. */
  readonly delay_s: number;
  /**
   * Where the measuring range is fixed; undefined: it follows the reading, which resolves a cell's off-state. Where the
   * dwell leaves no time for that, the range is fixed at the compliance.
   */
  readonly measureRange: number | undefined;
  /** Whole cycles that go into one run of the trigger model. */
  readonly cyclesPerRun: number;
  runOf(cycles: number): Run;
  /** Largest limit at a steady level: that of all levels, or of the base of pulses. */
  readonly steadyCompliance: number;
  /** Where the levels are pulses from zero. */
  readonly pulse: { readonly width_s: number; readonly off_s: number } | undefined;
}

/**
 * Checks a plan against what the instrument can do, before anything is sent.
 *
 * @param lineFrequency_Hz of the mains, by the instrument: the unit of `nplc`
 * @throws MemrigError `invalid-request`: which value, what is allowed
 */
export function setUp(
  smu: SmuFacts,
  plan: SweepPlan,
  lineFrequency_Hz: number,
  settings: DriverSettings = {},
): SweepSetup {
  const { label } = smu;
  checkSweep(smu, plan, MAX_CYCLES);
  // Forced and measured quantity are read one after the other, each for the whole integration time.
  const { nplc, reading_s } = readingTime(smu, plan, lineFrequency_Hz, NPLC, 2);
  const delay_s = Math.round((plan.dwell_s - reading_s) * 1e6) / 1e6;
  const largest = plan.levels.reduce((most, level) => Math.max(most, Math.abs(level)), 0);
  const followsReading = plan.dwell_s >= AUTORANGE_DWELL_S && plan.pulse === undefined;
  return {
    plan,
    ...wordsOf(plan.drive),
    wires: wiresOf(label, plan.wires, settings),
    sourceRange: sourceRangeFor(plan.drive, largest),
    nplc,
    delay_s: delay_s < MIN_DELAY_S ? 0 : delay_s,
    measureRange: plan.measureRange ?? (followsReading ? undefined : plan.compliance),
    steadyCompliance: baseCompliance(plan, smu.ranges),
    pulse: plan.pulse && pulseOf(label, plan.dwell_s, plan.pulse),
    ...(plan.pulse ? pulseRuns(label, plan) : runs(label, plan, settings)),
  };
}

/** A pulse sweep turns its output on and off at the base, which would be a jump. */
function pulseOf(label: string, dwell_s: number, { base, width_s }: SweepPulse) {
  if (base !== 0) throw refusal(label, `pulses from a base of ${base} were asked for`, "pulses from 0", { base });
  return { width_s, off_s: Math.round((dwell_s - width_s) * 1e6) / 1e6 };
}

function pulseRuns(label: string, { levels, cycles }: SweepPlan): Pick<SweepSetup, "cyclesPerRun" | "runOf"> {
  if (levels.length > MAX_LIST)
    throw refusal(label, `${levels.length} pulses in a cycle were asked for`, `up to ${MAX_LIST}`, {});
  const runOf = (count: number): Run => {
    const total = count * levels.length;
    return { ramp: undefined, list: levels, count, expected: total, total, comesBack: false };
  };
  return { cyclesPerRun: Math.min(cycles, Math.floor(MAX_READINGS / levels.length)), runOf };
}

/** ZERO and GUARD switch the instrument to two wires (2450-901-01, :OUTPut:<function>:SMODe). */
export function wiresOf(label: string, asked: 2 | 4 | undefined, { wires = 2, offState }: DriverSettings): 2 | 4 {
  const chosen = asked ?? wires;
  if (chosen === 4 && (offState === "zero" || offState === "guard")) {
    throw refusal(label, `four wires were asked for, with the off state ${offState}`, "two wires with it", {
      offState,
    });
  }
  return chosen;
}

/** How the cycles are run: the sweep's own end turns the output off, so that its last level must be zero. */
function runs(label: string, plan: SweepPlan, settings: DriverSettings): Pick<SweepSetup, "cyclesPerRun" | "runOf"> {
  const { levels, cycles } = plan;
  const home = wayHomeOf(plan, settings);
  const ramp = asRamp(levels);
  if (home.length === 0) {
    if (!ramp && levels.length > MAX_LIST) throw tooMany(label, levels.length, MAX_LIST);
    if (levels.length > MAX_READINGS) throw tooMany(label, levels.length, MAX_READINGS);
    const cyclesPerRun = Math.min(cycles, Math.floor(MAX_READINGS / levels.length));
    const runOf = (count: number): Run => {
      const readings = count * levels.length;
      return { ramp, list: levels, count, expected: readings, total: readings, comesBack: false };
    };
    return { cyclesPerRun, runOf };
  }
  const fit = Math.floor((MAX_LIST - home.length) / levels.length);
  if (fit >= 1) {
    const runOf = (count: number): Run => {
      const list = [...Array.from({ length: count }, () => levels).flat(), ...home];
      const expected = count * levels.length;
      return { ramp: undefined, list, count: 1, expected, total: list.length, comesBack: false };
    };
    return { cyclesPerRun: Math.min(cycles, fit), runOf };
  }
  const total = 2 * levels.length - 1;
  if (ramp && !ramp.dual && ramp.start === 0 && total <= MAX_READINGS) {
    const back: Ramp = { ...ramp, dual: true };
    const run: Run = { ramp: back, list: levels, count: 1, expected: levels.length, total, comesBack: true };
    return { cyclesPerRun: 1, runOf: () => run };
  }
  const end = si(levels.at(-1) ?? NaN, unitsOf(plan.drive).forced);
  throw refusal(
    label,
    `${levels.length} levels that end at ${end} were asked for`,
    `up to ${MAX_LIST - home.length} that do not end at zero, as it needs ${home.length} more to come back in steps`,
    { levels: levels.length },
  );
}

function tooMany(label: string, asked: number, most: number): Error {
  const allowed = `up to ${most}${most === MAX_LIST ? ", unless they are an even ramp, or one there and back" : ""}`;
  return refusal(label, `${asked} levels in a cycle were asked for`, allowed, {});
}
