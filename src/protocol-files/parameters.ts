import { z } from "zod";
import { countOr, quantityOr } from "../../protocols/parameters.js";
import { quantity as required, type Range, type Unit } from "../units.js";

/**
 * A parameter with a unit: `10 uA`, or a bare number in base units. With `default` (in base units) it may be left out.
 *
 * @param description for help, forms and documents
 */
export function quantity(
  unit: Unit,
  description: string,
  options: Range & { readonly default: number },
): ReturnType<typeof quantityOr>;
export function quantity(unit: Unit, description: string, options?: Range): ReturnType<typeof required>;
export function quantity(unit: Unit, description: string, options: Range & { readonly default?: number } = {}) {
  const { default: fallback, ...range } = options;
  return fallback === undefined ? required(unit, description, range) : quantityOr(fallback, unit, description, range);
}

/** A whole number from `min` (1 where left out) to `max`. */
export function count(
  description: string,
  options: { readonly default: number; readonly min?: number; readonly max?: number },
) {
  return countOr(options.default, description, options.min ?? 1, options.max ?? Number.MAX_SAFE_INTEGER);
}

/** One of some words; the first is the default. */
export function choiceOr<const Words extends readonly [string, ...string[]]>(words: Words, description: string) {
  return z
    .enum(words)
    .default(words[0] as never)
    .meta({ unit: "", description });
}

/** Yes or no: `true`, `false`, `yes`, `no`. */
export function flagOr(fallback: boolean, description: string) {
  return z
    .union([z.boolean(), z.enum(["true", "false", "yes", "no"])])
    .transform((given) => given === true || given === "true" || given === "yes")
    .prefault(fallback)
    .meta({ unit: "", description });
}
