import { z } from "zod";
import { MemrigError } from "./errors.js";
import { parseQuantity, si, type Unit } from "./unit-text.js";

export * from "./unit-text.js";

/** What a parameter's schema carries beside its type, for help texts, forms and documents. */
export interface ParameterMeta {
  readonly unit: Unit;
  readonly description: string;
  /** What is allowed, base units; left out where nothing is excluded. */
  readonly range?: Range;
}

/** Inclusive bounds in base units; `above`/`below` exclude the bound. */
export interface Range {
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly below?: number;
}

/**
 * A zod schema for a quantity in a file or on the command line; gives base units.
 *
 * @param unit expected unit; @param description one line for help, form and documents
 */
export function quantity(unit: Unit, description: string, range: Range = {}) {
  return z
    .union([z.number(), z.string()])
    .transform((given, ctx) => {
      try {
        return checkRange(parseQuantity(given, unit), unit, range);
      } catch (error) {
        ctx.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
        return z.NEVER;
      }
    })
    .meta({ unit, description, range });
}

function checkRange(value: number, unit: Unit, range: Range): number {
  const bounds = [
    range.min === undefined || value >= range.min ? "" : `at least ${si(range.min, unit)}`,
    range.max === undefined || value <= range.max ? "" : `at most ${si(range.max, unit)}`,
    range.above === undefined || value > range.above ? "" : `more than ${si(range.above, unit)}`,
    range.below === undefined || value < range.below ? "" : `less than ${si(range.below, unit)}`,
  ].filter((bound) => bound !== "");
  if (bounds.length === 0) return value;
  throw new MemrigError("invalid-request", `${si(value, unit)} was given; allowed is ${bounds.join(" and ")}.`, {
    value,
  });
}
