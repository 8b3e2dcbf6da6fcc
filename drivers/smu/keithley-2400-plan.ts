import type { SweepPlan } from "../../src/capabilities/index.js";
import { si } from "../../src/units.js";
import type { DriverSettings } from "../entry.js";
import { checkSweep, refusal } from "./checks.js";
import type { SmuFacts } from "./checks.js";
import { asRamp } from "./sweep-shape.js";
import type { Ramp } from "./sweep-shape.js";

/** Integration time of a reading in power line cycles (2400S-900-01, :SENSe:<function>:NPLCycles). */
export const NPLC_2400 = { min: 0.01, max: 10 };
/** Share of the dwell that reading may take where the integration time is left to the driver; the rest is settling. */
const READING_SHARE = 0.8;
/** Readings of one run: arm count times trigger count, and values of a list (2400S-900-01, 18-96, 11-18). */
const MAX_RUN = 2500;
const MAX_CYCLES = 1e9;
/** Below this the measuring range is fixed: looking for a range takes longer. */
const AUTORANGE_DWELL_S = 20e-3;
const SMALLEST = { VOLT: 0.2, CURR: 1e-6 };

/** What is forced and measured, in the instrument's words. */
export interface Words2400 {
  readonly source: "VOLT" | "CURR";
  readonly sense: "CURR" | "VOLT";
}

export function wordsOf2400(drive: "voltage" | "current"): Words2400 {
  return drive === "voltage" ? { source: "VOLT", sense: "CURR" } : { source: "CURR", sense: "VOLT" };
}

/** Asks for the smallest source range that holds a level. */
export function sourceRange2400({ source }: Words2400, largest: number): number {
  return Math.max(Math.abs(largest), SMALLEST[source]);
}

/** A sweep plan as this instrument will be told it. */
export interface Setup2400 extends Words2400 {
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
  const { label, ranges } = smu;
  checkSweep(smu, plan, MAX_CYCLES);
  const nplc = plan.nplc ?? fitting(plan.dwell_s, lineFrequency_Hz);
  if (!(nplc >= NPLC_2400.min && nplc <= NPLC_2400.max)) {
    const asked = `an integration of ${nplc} power line cycles was asked for`;
    throw refusal(label, asked, `${NPLC_2400.min} to ${NPLC_2400.max}`, { asked: nplc });
  }
  if (plan.levels.length > MAX_RUN) {
    throw refusal(label, `${plan.levels.length} levels in a cycle were asked for`, `up to ${MAX_RUN}`, {});
  }
  const reading_s = (2 * nplc) / lineFrequency_Hz;
  const shortest_s = Math.max(ranges.minDwell_s, reading_s);
  if (!(plan.dwell_s >= shortest_s)) {
    const allowed = `at ${nplc} power line cycles of ${lineFrequency_Hz} Hz at least ${si(shortest_s, "s")}, and less with a smaller nplc`;
    const details = { asked_s: plan.dwell_s, min_s: shortest_s };
    throw refusal(label, `a dwell of ${si(plan.dwell_s, "s")} was asked for`, allowed, details);
  }
  const words = wordsOf2400(plan.drive);
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

/** One power line cycle where the dwell has room for it, else what it has room for, down to the shortest there is. */
function fitting(dwell_s: number, lineFrequency_Hz: number): number {
  const room = (READING_SHARE * dwell_s * lineFrequency_Hz) / 2;
  return Math.max(NPLC_2400.min, Math.min(1, Number(room.toPrecision(3))));
}
