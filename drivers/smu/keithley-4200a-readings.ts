import type { SpotReading, SweepReading } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";

/** Values beyond this stand for none. */
const NO_VALUE = 1e37;

/** One value of a column, or of a reading in user mode. */
export interface Kxci {
  readonly value: number;
  /** N normal, L interval too short, V beyond the range, X oscillation, C in compliance, T another one in compliance. */
  readonly status: string;
}

/**
 * `NAV+1.2345E+00` of `TV` and `TI`: status, channel, quantity, value.
 *
 * @throws MemrigError `bad-reply`: another channel or quantity, or no number
 */
export function parseSpot(reply: string, channel: number, quantity: "V" | "I"): Kxci {
  const match = /^([A-Z])([A-Z])([VI])(.+)$/.exec(reply.trim());
  const [, status = "", letter = "", of = "", text = ""] = match ?? [];
  const expected = String.fromCharCode("A".charCodeAt(0) + channel - 1);
  if (letter !== expected || of !== quantity) {
    throw new MemrigError("bad-reply", `"${reply}" came where a reading of ${quantity} by SMU${channel} was due.`, {
      reply,
    });
  }
  return { status, value: numberOf(text, reply) };
}

/**
 * A column as `DO` gives it, each value with its status letter before it, or without for times.
 *
 * @throws MemrigError `bad-reply`: another number of values than were due, or one that is none
 */
export function parseColumn(reply: string, count: number): Kxci[] {
  const fields = reply.trim() === "" ? [] : reply.split(",");
  if (fields.length !== count) {
    throw new MemrigError("bad-reply", `${fields.length} values came where ${count} were due.`, { count });
  }
  return fields.map((field) => {
    const text = field.trim();
    const status = /^[A-Z]/.test(text) ? text.charAt(0) : "N";
    return { status, value: numberOf(text.replace(/^[A-Z]/, ""), text) };
  });
}

function numberOf(text: string, reply: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (Number.isNaN(value)) throw new MemrigError("bad-reply", `"${reply}" holds no number.`, { reply });
  return Math.abs(value) > NO_VALUE ? NaN : value;
}

/** The columns of a run as readings, times as the instrument gave them: since the run's start. */
export function readingsOf(
  voltages: readonly Kxci[],
  currents: readonly Kxci[],
  times: readonly Kxci[],
  first: number,
): SweepReading[] {
  return voltages.map((voltage, k) => ({
    index: first + k,
    ...pairOf(voltage, currents[k] ?? { value: NaN, status: "N" }),
    time_s: times[k]?.value ?? NaN,
  }));
}

/** Two readings of one level. */
export function pairOf(voltage: Kxci, current: Kxci): Omit<SpotReading, "time_s"> {
  return {
    voltage_V: voltage.value,
    current_A: current.value,
    inCompliance: voltage.status === "C" || current.status === "C",
  };
}
