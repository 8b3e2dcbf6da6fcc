import type { SpotReading, SweepReading } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { parseNumber } from "../../src/scpi/index.js";
import { finite } from "./reading-rows.js";

/** Values of one reading, in this order: voltage, current, time in the buffer, status. */
export const VALUES = 4;
/** Status of a reading: the limit was active (2600BS-901-01, smuX.nvbufferY.statuses). */
const LIMITED = 0x40;

/**
 * Readings out of what `printbuffer` sent.
 *
 * @param first running number of the first one in the sweep
 * @throws MemrigError `bad-reply`: a number of values that makes no whole readings
 */
export function readingsOf(values: Float64Array, first: number): SweepReading[] {
  if (values.length % VALUES !== 0) {
    throw new MemrigError(
      "bad-reply",
      `${values.length} values came where ${VALUES} for each reading were asked for.`,
      {
        values: values.length,
      },
    );
  }
  return Array.from({ length: values.length / VALUES }, (_, index): SweepReading => {
    const [voltage_V = NaN, current_A = NaN, time_s = NaN, status = NaN] = values.subarray(index * VALUES);
    return {
      index: first + index,
      voltage_V: finite(voltage_V),
      current_A: finite(current_A),
      time_s,
      inCompliance: (status & LIMITED) !== 0,
    };
  });
}

/** @throws MemrigError `bad-reply`: not voltage, current, time and a truth value, with tabs between */
export function parseSpot(reply: string): SpotReading {
  const [voltage = "", current = "", time = "", limited = ""] = reply.trim().split("\t");
  if (limited !== "true" && limited !== "false") {
    throw new MemrigError("bad-reply", `"${reply}" came where a reading was asked for.`, { reply });
  }
  return {
    voltage_V: finite(parseNumber(voltage)),
    current_A: finite(parseNumber(current)),
    time_s: parseNumber(time),
    inCompliance: limited === "true",
  };
}
