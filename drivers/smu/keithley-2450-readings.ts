import type { SweepReading } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { parseNumbers } from "../../src/scpi/index.js";
import type { SweepSetup } from "./keithley-2450-plan.js";

/** What is asked of each reading, in this order: source value read back, reading, time in the buffer, source status. */
export const ELEMENTS = ["SOUR", "READ", "REL", "SOURSTAT"];

/** Source status: the limit was active (2450-901-01, :TRACe:DATA?, source status). */
const SOURCE_LIMITED = 0x20;

/**
 * Readings out of the text of `:TRAC:DATA?`.
 *
 * @param first running number of the first one in the sweep
 * @param start_s when this run began, since the first reading of the sweep
 * @throws MemrigError `bad-reply`: another number of values than was asked for, or one that is no number
 */
export function parseReadings(
  reply: string,
  count: number,
  first: number,
  start_s: number,
  setup: SweepSetup,
): SweepReading[] {
  const values = parseNumbers(reply);
  if (values.length !== count * ELEMENTS.length) {
    throw new MemrigError(
      "bad-reply",
      `${values.length} values came where ${count} readings of ${ELEMENTS.length} values each were asked for.`,
      { values: values.length, readings: count },
    );
  }
  const voltageFirst = setup.plan.drive === "voltage";
  const readings: SweepReading[] = [];
  for (let i = 0, at = 0; i < count; i++, at += ELEMENTS.length) {
    const forced = finite(values[at]);
    const measured = finite(values[at + 1]);
    readings.push({
      index: first + i,
      voltage_V: voltageFirst ? forced : measured,
      current_A: voltageFirst ? measured : forced,
      time_s: start_s + (values[at + 2] ?? NaN),
      inCompliance: ((values[at + 3] ?? 0) & SOURCE_LIMITED) !== 0,
    });
  }
  return readings;
}

/** A reading beyond its range (9.9E37) is no number. */
function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : NaN;
}
