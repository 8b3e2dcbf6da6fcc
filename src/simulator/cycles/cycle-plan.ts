import { MemrigError } from "../../errors.js";
import { si } from "../../units.js";

/** A steady level, and how long it lasts. */
export interface Level {
  readonly level_V: number;
  readonly width_s: number;
}

/**
 * A cycle of set and read pulses with ideal edges, from a source with a resistance; 0 V between them. Without a reset, for a
 * device that goes off by itself: set, gap, read, gap. With one: set, gap, read, gap, reset, gap, read, gap.
 */
export interface CyclePlan {
  readonly source_ohm: number;
  readonly set: Level;
  readonly reset?: Level;
  readonly read: Level;
  readonly gap_s: number;
}

/** Every cycle of a device behind a source. */
export interface CycleJob {
  /** Name in the catalogue, and parameters that differ from its defaults. */
  readonly model: string;
  readonly parameters: Readonly<Record<string, number>>;
  /** As for `createDevice`: one device of the spread; left out, the nominal one. */
  readonly seed?: number;
  readonly plan: CyclePlan;
  readonly cycles: number;
  /** Relative error allowed in a step; 1e-4 without. What that means for each figure: docs of `PulsedStates`. */
  readonly tolerance?: number;
}

/** What was measured, cycle by cycle; the arrays are of one length. */
export interface CycleBatch {
  /** Number of the first cycle, from 0. */
  readonly first: number;
  /** Terminal voltage over current: without a reset at the end of the set pulse, with one at the end of the read after it. */
  readonly rOn_ohm: Float64Array;
  /** At the end of the read before the cycle ends. */
  readonly rOff_ohm: Float64Array;
  /** From the edge of the set pulse to the model's own event of switching; NaN where there is none. */
  readonly delay_s: Float64Array;
}

/** @throws MemrigError `invalid-request`: a width, resistance, level or number that can not be; the message says which */
export function checkPlan({ plan, cycles, tolerance = 1e-4 }: CycleJob): void {
  const refuse = (name: string, given: string, allowed: string) => {
    throw new MemrigError("invalid-request", `${name} of the cycles was given as ${given}; allowed is ${allowed}.`, {
      name,
    });
  };
  const widths = { set: plan.set, ...(plan.reset && { reset: plan.reset }), read: plan.read };
  for (const [name, { level_V, width_s }] of Object.entries(widths)) {
    if (!(width_s > 0 && width_s < Infinity)) refuse(`The ${name} width`, si(width_s, "s"), "more than 0 s");
    if (!Number.isFinite(level_V)) refuse(`The ${name} level`, `${level_V} V`, "any finite level");
  }
  if (plan.read.level_V === 0) refuse("The read level", "0 V", "any level other than 0: no current flows at 0 V");
  if (!(plan.gap_s >= 0 && plan.gap_s < Infinity)) refuse("The gap", si(plan.gap_s, "s"), "at least 0 s");
  if (!(plan.source_ohm >= 0 && plan.source_ohm < Infinity))
    refuse("The source resistance", si(plan.source_ohm, "ohm"), "at least 0 ohm");
  if (!(Number.isInteger(cycles) && cycles >= 0)) refuse("The number", `${cycles}`, "a whole number of cycles");
  if (!(tolerance > 0 && tolerance <= 1e-2)) refuse("The tolerance", `${tolerance}`, "more than 0, up to 0.01");
}
