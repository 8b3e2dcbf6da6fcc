import type { SpotReading, SweepReading } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { parseNumbers } from "../../src/scpi/index.js";
import type { SweepSetup } from "./keithley-2450-plan.js";

/** What is asked of each reading, in this order: source value read back, reading, time in the buffer, source status. */
export const ELEMENTS = ["SOUR", "READ", "REL", "SOURSTAT"];
/** Of a single reading: time of day in two numbers, which together have more digits than a double. */
export const SPOT_ELEMENTS = ["SOUR", "READ", "SOURSTAT", "SEC", "FRAC"];

/** Source status: the limit was active (2450-901-01, :TRACe:DATA?, source status). */
const SOURCE_LIMITED = 0x20;

/**
 * Readings out of the text of `:TRAC:DATA?`.
 *
 * @param first running number of the first one in the sweep; times count from the first one in the buffer
 * @throws MemrigError `bad-reply`: another number of values than was asked for, or one that is no number
 */
export function parseReadings(reply: string, count: number, first: number, setup: SweepSetup): SweepReading[] {
  const values = numbersOf(reply, count, ELEMENTS.length);
  const voltageFirst = setup.plan.drive === "voltage";
  const readings: SweepReading[] = [];
  for (let i = 0, at = 0; i < count; i++, at += ELEMENTS.length) {
    const forced = finite(values[at]);
    const measured = finite(values[at + 1]);
    readings.push({
      index: first + i,
      voltage_V: voltageFirst ? forced : measured,
      current_A: voltageFirst ? measured : forced,
      time_s: values[at + 2] ?? NaN,
      inCompliance: isLimited(values[at + 3]),
    });
  }
  return readings;
}

/** Seconds since 1970 and the part of a second. */
export interface ClockReading {
  readonly whole_s: number;
  readonly fraction_s: number;
}

/** To the nanosecond, which is finer than the clock: the same times give the same number at any hour of the day. */
export function timeBetween_s(from: ClockReading, to: ClockReading): number {
  return to.whole_s - from.whole_s + Math.round((to.fraction_s - from.fraction_s) * 1e9) / 1e9;
}

/** @throws MemrigError `bad-reply`: not what `SPOT_ELEMENTS` asks for */
export function parseSpot(
  reply: string,
  drive: "voltage" | "current",
): Omit<SpotReading, "time_s"> & { readonly clock: ClockReading } {
  const [forced, measured, status, whole_s = NaN, fraction_s = NaN] = numbersOf(reply, 1, SPOT_ELEMENTS.length);
  const [voltage_V, current_A] = drive === "voltage" ? [forced, measured] : [measured, forced];
  return {
    voltage_V: finite(voltage_V),
    current_A: finite(current_A),
    inCompliance: isLimited(status),
    clock: { whole_s, fraction_s },
  };
}

function numbersOf(reply: string, count: number, each: number): Float64Array {
  const values = parseNumbers(reply);
  if (values.length === count * each) return values;
  throw new MemrigError(
    "bad-reply",
    `${values.length} values came where ${count} readings of ${each} values each were asked for.`,
    { values: values.length, readings: count },
  );
}

function isLimited(status: number | undefined): boolean {
  return ((status ?? 0) & SOURCE_LIMITED) !== 0;
}

/** A reading beyond its range (9.9E37) is no number. */
function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : NaN;
}
