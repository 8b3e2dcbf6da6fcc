import type { SweepReading } from "../../src/capabilities/index.js";
import { ELEMENTS_2400 } from "./keithley-2400-commands.js";
import { finite, rowsOf } from "./reading-rows.js";

/** Status word: the compliance that was set, or that of the measuring range, was active (2400S-900-01, 18-49). */
const REAL_COMPLIANCE = 1 << 3;
const RANGE_COMPLIANCE = 1 << 16;

/**
 * Readings of `:FETC?` or `:READ?`, times by the instrument's clock, which is read to the millisecond.
 *
 * @throws MemrigError `bad-reply`: another number of values than was asked for, or one that is no number
 */
export function parse2400(reply: string, count: number, first: number): SweepReading[] {
  return rowsOf(reply, count, ELEMENTS_2400.length).map((row, k) => {
    const [voltage_V, current_A, time_s = NaN, status = 0] = row;
    return {
      index: first + k,
      voltage_V: finite(voltage_V),
      current_A: finite(current_A),
      time_s,
      inCompliance: (status & (REAL_COMPLIANCE | RANGE_COMPLIANCE)) !== 0,
    };
  });
}
