import type { SpotReading, SweepReading } from "../../src/capabilities/index.js";
import type { SweepSetup } from "./keithley-2450-plan.js";
import { finite, rowsOf } from "./reading-rows.js";

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
  return rowsOf(reply, count, ELEMENTS.length).map(([forced, measured, time_s = NaN, status], i) => {
    const quantities = namedBy(setup.plan.drive, forced, measured);
    return { index: first + i, ...quantities, time_s, inCompliance: isLimited(status) };
  });
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
  const [row] = rowsOf(reply, 1, SPOT_ELEMENTS.length);
  const [forced, measured, status, whole_s = NaN, fraction_s = NaN] = row ?? [];
  const clock = { whole_s, fraction_s };
  return { ...namedBy(drive, forced, measured), inCompliance: isLimited(status), clock };
}

function namedBy(drive: "voltage" | "current", forced: number | undefined, measured: number | undefined) {
  const [voltage_V, current_A] = drive === "voltage" ? [forced, measured] : [measured, forced];
  return { voltage_V: finite(voltage_V), current_A: finite(current_A) };
}

function isLimited(status: number | undefined): boolean {
  return ((status ?? 0) & SOURCE_LIMITED) !== 0;
}
