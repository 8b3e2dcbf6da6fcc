import type { SpotReading, SweepReading } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { parseNumbers } from "../../src/scpi/index.js";
import { ELEMENTS_B2900 } from "./keysight-b2900-commands.js";
import { indexOf } from "./keysight-b2900-plan.js";
import type { SetupB2900 } from "./keysight-b2900-plan.js";

/** Bits 1 and 2 of the status: one of four compliance conditions, 0 for none (command reference, table 1-2). */
const COMPLIANCE = 0b110;
/** Overflow (9.9E+37), not a number (9.91E+37), infinite in a block. */
const NO_NUMBER = 9e37;

/**
 * Readings out of the text of `:TRAC:DATA?`.
 *
 * @param first trigger of this run that the first one belongs to; @param from that the run begins with in the sweep
 * @throws MemrigError `bad-reply`: another number of values than was asked for, or one that is no number
 */
export function parseTrace(
  reply: string,
  count: number,
  first: number,
  from: number,
  setup: SetupB2900,
): SweepReading[] {
  const values = parseNumbers(reply);
  const each = ELEMENTS_B2900.length;
  if (values.length !== count * each) {
    throw new MemrigError(
      "bad-reply",
      `${values.length} values came where ${count} readings of ${each} values each were asked for.`,
      { values: values.length, readings: count },
    );
  }
  const readings: SweepReading[] = [];
  for (let i = 0; i < count; i++) {
    const index = indexOf(setup, from + first + i);
    if (index !== undefined) readings.push({ index, ...readingOf(values.subarray(i * each, (i + 1) * each)) });
  }
  return readings;
}

/** One reading. @param values as `ELEMENTS_B2900` has them */
export function readingOf(values: ArrayLike<number>): SpotReading {
  const [voltage_V = NaN, current_A = NaN, time_s = NaN, status = NaN] = Array.from(values);
  return {
    voltage_V: finite(voltage_V),
    current_A: finite(current_A),
    time_s,
    inCompliance: (status & COMPLIANCE) !== 0,
  };
}

function finite(value: number): number {
  return Math.abs(value) < NO_NUMBER ? value : NaN;
}
