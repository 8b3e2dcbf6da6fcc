import type { SweepPlan, SweepRanges } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { si } from "../../src/units.js";
import { asRamp } from "./sweep-shape.js";
import type { Ramp } from "./sweep-shape.js";

/** Integration time of a reading in power line cycles (2450-901-01, :SENSe:<function>:NPLCycles). */
const NPLC = { min: 0.01, max: 10 };
/** Share of the dwell that reading may take where the integration time is left to the driver; the rest is settling. */
const READING_SHARE = 0.8;
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

/** A sweep plan as this instrument will be told it. */
export interface SweepSetup {
  readonly plan: SweepPlan;
  /** What is forced, in the instrument's words. */
  readonly source: "VOLT" | "CURR";
  /** What is measured. */
  readonly sense: "CURR" | "VOLT";
  readonly limit: "ILIM" | "VLIM";
  /** Unit of the compliance. */
  readonly limitUnit: "A" | "V";
  /** The levels as a ramp; undefined: they are sent as a list. */
  readonly ramp: Ramp | undefined;
  /** Asks for the smallest source range that holds all levels, for the whole sweep: switching ranges makes steps. */
  readonly sourceRange: number;
  /** Integration time of a reading, power line cycles. */
  readonly nplc: number;
  /** Time between setting a level and measuring. */
  readonly delay_s: number;
  /**
   * The measuring range follows the reading, which resolves a cell's off-state. Where the dwell leaves no time for
   * that, the range is fixed at the compliance.
   */
  readonly autorange: boolean;
  /** Whole cycles that go into one run of the trigger model. */
  readonly cyclesPerRun: number;
}

/**
 * Checks a plan against what the instrument can do, before anything is sent.
 *
 * @param lineFrequency_Hz of the mains, by the instrument: the unit of `nplc`
 * @throws MemrigError `invalid-request`: which value, what is allowed
 */
export function setUp(label: string, plan: SweepPlan, ranges: SweepRanges, lineFrequency_Hz: number): SweepSetup {
  const forcesVoltage = plan.drive === "voltage";
  const [unit, limitUnit] = forcesVoltage ? (["V", "A"] as const) : (["A", "V"] as const);
  const maxLevel = forcesVoltage ? ranges.maxVoltage_V : ranges.maxCurrent_A;
  const maxLimit = forcesVoltage ? ranges.maxCurrent_A : ranges.maxVoltage_V;
  const refuse = (asked: string, allowed: string, details: Record<string, unknown>): never => {
    throw new MemrigError(
      "invalid-request",
      `${label}: ${asked}; this instrument takes ${allowed}. Nothing was sent.`,
      details,
    );
  };

  const largestLevel = plan.levels.reduce((largest, level) => Math.max(largest, Math.abs(level)), 0);
  if (plan.levels.length === 0) refuse("a sweep without levels was asked for", "at least one", {});
  if (!plan.levels.every(Number.isFinite) || largestLevel > maxLevel) {
    const asked_ = plan.levels.find((level) => !(Math.abs(level) <= maxLevel));
    refuse(`a level of ${si(asked_ ?? NaN, unit)} was asked for`, `up to ${si(maxLevel, unit)}`, { asked: asked_ });
  }
  if (!(plan.compliance > 0 && plan.compliance <= maxLimit)) {
    const allowed = `more than 0 ${limitUnit}, up to ${si(maxLimit, limitUnit)}`;
    refuse(`a compliance of ${si(plan.compliance, limitUnit)} was asked for`, allowed, { asked: plan.compliance });
  }
  // Source ranges reach 5 % beyond their names in both quantities.
  if (largestLevel * plan.compliance > ranges.maxPower_W * 1.05 ** 2) {
    const asked = `${si(largestLevel, unit)} with a compliance of ${si(plan.compliance, limitUnit)} was asked for`;
    refuse(asked, `up to ${si(ranges.maxPower_W, "W")}`, { asked_W: largestLevel * plan.compliance });
  }
  if (!(Number.isInteger(plan.cycles) && plan.cycles >= 1 && plan.cycles <= MAX_CYCLES)) {
    refuse(`${plan.cycles} cycles were asked for`, `1 to ${MAX_CYCLES}`, { asked: plan.cycles });
  }
  const nplc = plan.nplc ?? fitting(plan.dwell_s, lineFrequency_Hz);
  if (!(nplc >= NPLC.min && nplc <= NPLC.max)) {
    refuse(`an integration of ${nplc} power line cycles was asked for`, `${NPLC.min} to ${NPLC.max}`, {});
  }

  const ramp = asRamp(plan.levels);
  if (!ramp && plan.levels.length > MAX_LIST) {
    const asked = `${plan.levels.length} levels in a cycle were asked for`;
    refuse(asked, `up to ${MAX_LIST}, unless they are an even ramp, or one there and back`, {});
  }
  if (plan.levels.length > MAX_READINGS) {
    refuse(`${plan.levels.length} levels in a cycle were asked for`, `up to ${MAX_READINGS}`, {});
  }

  // Forced and measured quantity are read one after the other, each for the whole integration time.
  const reading_s = (2 * nplc) / lineFrequency_Hz;
  const shortest_s = Math.max(ranges.minDwell_s, reading_s);
  if (!(plan.dwell_s >= shortest_s)) {
    const why = `at ${nplc} power line cycles of ${lineFrequency_Hz} Hz at least ${si(shortest_s, "s")}, and less with a smaller nplc`;
    refuse(`a dwell of ${si(plan.dwell_s, "s")} was asked for`, why, { asked_s: plan.dwell_s, min_s: shortest_s });
  }
  const delay_s = Math.round((plan.dwell_s - reading_s) * 1e6) / 1e6;

  return {
    plan,
    source: forcesVoltage ? "VOLT" : "CURR",
    sense: forcesVoltage ? "CURR" : "VOLT",
    limit: forcesVoltage ? "ILIM" : "VLIM",
    limitUnit,
    ramp,
    sourceRange: Math.max(largestLevel, forcesVoltage ? SMALLEST_RANGE.voltage_V : SMALLEST_RANGE.current_A),
    nplc,
    delay_s: delay_s < MIN_DELAY_S ? 0 : delay_s,
    autorange: plan.dwell_s >= AUTORANGE_DWELL_S,
    cyclesPerRun: Math.min(plan.cycles, Math.max(1, Math.floor(MAX_READINGS / plan.levels.length))),
  };
}

/** One power line cycle where the dwell has room for it, else what it has room for, down to the shortest there is. */
function fitting(dwell_s: number, lineFrequency_Hz: number): number {
  const room = (READING_SHARE * dwell_s * lineFrequency_Hz) / 2;
  return Math.max(NPLC.min, Math.min(1, Number(room.toPrecision(3))));
}
