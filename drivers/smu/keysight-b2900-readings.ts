import type { SpotReading, SweepReading } from "../../src/capabilities/index.js";
import { ELEMENTS_B2900 } from "./keysight-b2900-commands.js";
import { indexOf } from "./keysight-b2900-plan.js";
import type { SetupB2900 } from "./keysight-b2900-plan.js";
import { finite, rowsOf } from "./reading-rows.js";

/** Bits 1 and 2 of the status: one of four compliance conditions, 0 for none (command reference, table 1-2). */
const COMPLIANCE = 0b110;

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
  return rowsOf(reply, count, ELEMENTS_B2900.length).flatMap((row, i) => {
    const index = indexOf(setup, from + first + i);
    return index === undefined ? [] : [{ index, ...readingOf(row) }];
  });
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
