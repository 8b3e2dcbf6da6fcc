import type { SweepPlan } from "../../src/capabilities/index.js";
import type { DriverSettings } from "../entry.js";
import { checkSweep, refusal } from "./checks.js";
import type { SmuFacts } from "./checks.js";
import { readingTime } from "./reading-time.js";
import { asRamp } from "./sweep-shape.js";
import type { Ramp } from "./sweep-shape.js";
import { scpiWords } from "./scpi-words.js";
import type { ScpiWords } from "./scpi-words.js";

/** Integration time of a reading in power line cycles (2400S-900-01, :SENSe:<function>:NPLCycles). */
export const NPLC_2400 = { min: 0.01, max: 10 };
/** Readings of one run: arm count times trigger count, and values of a list (2400S-900-01, 18-96, 11-18). */
const MAX_RUN = 2500;
const MAX_CYCLES = 1e9;
/** Below this the measuring range is fixed: looking for a range takes longer. */
const AUTORANGE_DWELL_S = 20e-3;
const SMALLEST = { VOLT: 0.2, CURR: 1e-6 };

/** Asks for the smallest source range that holds a level. */
export function sourceRange2400({ source }: ScpiWords, largest: number): number {
  return Math.max(Math.abs(largest), SMALLEST[source]);
}

/** A sweep plan as this instrument will be told it. */
export interface Setup2400 extends ScpiWords {
  readonly plan: SweepPlan;
  readonly wires: 2 | 4;
  readonly sourceRange: number;
  readonly nplc: number;
  readonly delay_s: number;
  /** Where the measuring range is fixed; undefined: it follows the reading. */
  readonly measureRange: number | undefined;
  /** One cycle as a staircase; undefined: as a list. */
  readonly ramp: Ramp | undefined;
  readonly cyclesPerRun: number;
}

/**
 * Checks a plan against what the instrument can do, before anything is sent.
 *
 * @throws MemrigError `invalid-request`: which value, what is allowed
 */
export function setUp2400(
  smu: SmuFacts,
  plan: SweepPlan,
  lineFrequency_Hz: number,
  settings: DriverSettings = {},
): Setup2400 {
  const { label } = smu;
  checkSweep(smu, plan, MAX_CYCLES);
  if (plan.levels.length > MAX_RUN) {
    throw refusal(label, `${plan.levels.length} levels in a cycle were asked for`, `up to ${MAX_RUN}`, {});
  }
  // Forced and measured quantity are read one after the other, each for the whole integration time.
  const { nplc, reading_s } = readingTime(smu, plan, lineFrequency_Hz, NPLC_2400, 2);
  const words = scpiWords(plan.drive);
  const largest = plan.levels.reduce((most, level) => Math.max(most, Math.abs(level)), 0);
  const ramp = asRamp(plan.levels);
  // A measuring range beyond the compliance's is +824.
  const fixed = plan.measureRange === undefined ? undefined : Math.min(plan.measureRange, plan.compliance);
  return {
    plan,
    ...words,
    wires: plan.wires ?? settings.wires ?? 2,
    sourceRange: sourceRange2400(words, largest),
    nplc,
    delay_s: Math.round((plan.dwell_s - reading_s) * 1e5) / 1e5,
    measureRange: fixed ?? (plan.dwell_s >= AUTORANGE_DWELL_S ? undefined : plan.compliance),
    ramp: ramp?.dual === false ? ramp : undefined,
    cyclesPerRun: Math.min(plan.cycles, Math.floor(MAX_RUN / plan.levels.length)),
  };
}
