import { z } from "zod";
import { parseQuantity, quantity, type ParameterMeta, type Range, type Unit } from "../src/units.js";

/** A quantity with a default in base units. The default carries the unit and description too, for help texts and forms. */
export function quantityOr(fallback: number, unit: Unit, description: string, range: Range = {}) {
  return quantity(unit, description, range).prefault(fallback).meta({ unit, description, range });
}

/** A whole number, `least` or more, at most `most`. */
export function countOr(fallback: number, description: string, least: number, most: number) {
  return z
    .union([z.number(), z.string()])
    .transform((given, ctx) => {
      const value = readNumber(given);
      if (Number.isInteger(value) && value >= least && value <= most) return value;
      ctx.addIssue({
        code: "custom",
        message: `"${given}" was given; this is a whole number from ${least} to ${most}.`,
      });
      return z.NEVER;
    })
    .prefault(fallback)
    .meta({ unit: "", description, range: { min: least, max: most } });
}

function readNumber(given: string | number): number {
  try {
    return parseQuantity(given, "");
  } catch (error) {
    if (error instanceof Error) return Number.NaN; // the caller's sentence says what is wanted
    throw error;
  }
}

/**
 * A quantity whose unit another parameter decides. It is let through as it was written, and `settle` reads it once that
 * parameter is known: before that "2 V" and "10 uA" are equally good. Typed as the number it becomes.
 */
export function undecidedOr(fallback: number, meta: ParameterMeta) {
  return z
    .custom<number>(
      (given) => typeof given === "number" || typeof given === "string",
      "this is a number, with or without its unit",
    )
    .default(fallback)
    .meta({ ...meta });
}

/**
 * Reads the undecided quantities of a plan in their units, in place; complains about each that has another unit or is out of range.
 * For use in `check` of the plan's object schema.
 */
export function settle<Plan extends object>(
  payload: z.core.ParsePayload<Plan>,
  quantities: Readonly<Partial<Record<keyof Plan & string, { unit: Unit; above?: number; min?: number }>>>,
): void {
  for (const [name, rule] of Object.entries(quantities) as [keyof Plan & string, { unit: Unit }][]) {
    const { unit, ...range } = rule;
    const read = quantity(unit, "", range).safeParse(payload.value[name]);
    if (read.success) payload.value[name] = read.data as Plan[keyof Plan & string];
    else {
      for (const { message } of read.error.issues) {
        payload.issues.push({ code: "custom", message, path: [name], input: payload.value[name] });
      }
    }
  }
}

/** What a person may write as a list: "0 V; 0.1 V", one quantity, or an array of them. */
type WrittenList = string | number | readonly (string | number)[];

/**
 * Quantities in order, none where left out. As `undecidedOr` it is let through as it was written; `settleList` reads it. Typed as the
 * numbers it becomes.
 */
export function listOr(unit: Unit, description: string, fallback: readonly number[] = []) {
  return z
    .custom<readonly number[]>((given) => isList(given), "this is a list of quantities with ; between")
    .default(fallback)
    .meta({ unit, description });
}

function isList(given: unknown): given is WrittenList {
  const one = (item: unknown) => typeof item === "string" || typeof item === "number";
  return one(given) || (Array.isArray(given) && given.every(one));
}

/** Reads a list of a plan in its unit, in place; complains about the first that is no such quantity. */
export function settleList<Plan extends object>(
  payload: z.core.ParsePayload<Plan>,
  name: keyof Plan & string,
  unit: Unit,
  range: { above?: number; min?: number } = {},
): void {
  const written = payload.value[name] as WrittenList;
  const items =
    typeof written === "string"
      ? written.split(/[;,]/).filter((item) => item.trim() !== "")
      : typeof written === "number"
        ? [written]
        : written;
  const read = z.array(quantity(unit, "", range)).safeParse(items);
  if (read.success) payload.value[name] = read.data as Plan[keyof Plan & string];
  else complain(payload, name, read.error.issues[0]?.message ?? "this is no list of quantities.");
}

/** Adds a complaint about one parameter of a plan. */
export function complain<Plan extends object>(
  payload: z.core.ParsePayload<Plan>,
  name: keyof Plan & string,
  message: string,
): void {
  payload.issues.push({ code: "custom", message, path: [name], input: payload.value[name] });
}
