import { MemrigError } from "../../src/errors.js";
import { parseNumbers } from "../../src/scpi/index.js";

/**
 * The values of each reading out of a reply that has those of all, one after the other.
 *
 * @param each how many values a reading has
 * @throws MemrigError `bad-reply`: another number of values than was asked for, or one that is no number
 */
export function rowsOf(reply: string, count: number, each: number): Float64Array[] {
  const values = parseNumbers(reply);
  if (values.length === count * each) {
    return Array.from({ length: count }, (_, k) => values.subarray(k * each, (k + 1) * each));
  }
  throw new MemrigError(
    "bad-reply",
    `${values.length} values came where ${count} readings of ${each} values each were asked for.`,
    { values: values.length, readings: count },
  );
}

/** A reading beyond its range (9.9E37), and one that is none (9.91E37), is no number. */
export function finite(value: number | undefined): number {
  return value !== undefined && Math.abs(value) < NO_NUMBER ? value : NaN;
}
const NO_NUMBER = 9e37;

/**
 * Parses a reply; where it can not, says which instrument gave it, and to what.
 *
 * @throws MemrigError as `parse` has it
 */
export function parsed<T>(label: string, question: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof MemrigError)) throw error;
    throw new MemrigError(error.kind, `${label}, ${question}: ${error.message}`, error.details, error);
  }
}
