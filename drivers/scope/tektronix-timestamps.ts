import { MemrigError } from "../../src/errors.js";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const form = /(\d+)\s*:\s*(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2})\.(\d{3}) (\d{3}) (\d{3}) (\d{3})/g;

/** A moment to the picosecond, in two parts: one number does not hold it. */
interface Moment {
  readonly second: number;
  readonly fraction_ps: number;
}

/**
 * Frame times of FastFrame, `"1: 22 Nov 2026 16:18:10.045 867 346 000,2: …"`, as seconds since `origin`.
 *
 * @param origin of an earlier reply; the first frame of this one where left out
 * @throws MemrigError `bad-reply`: another number of frames
 */
export function parseTimestamps(reply: string, frames: number, origin?: Moment): { times_s: number[]; origin: Moment } {
  const moments = [...reply.matchAll(form)].map(
    ([, , day, month = "", year, hour, minute, second, ...parts]): Moment => {
      const [ms = "0", us = "0", ns = "0", ps = "0"] = parts;
      const date_ms = Date.UTC(Number(year), months.indexOf(month), Number(day), Number(hour), Number(minute));
      return { second: date_ms / 1000 + Number(second), fraction_ps: Number(`${ms}${us}${ns}${ps}`) };
    },
  );
  const zero = origin ?? moments[0];
  if (moments.length !== frames || !zero) {
    throw new MemrigError("bad-reply", `${moments.length} frame times came, and ${frames} were asked for.`, { reply });
  }
  const times_s = moments.map((one) => one.second - zero.second + (one.fraction_ps - zero.fraction_ps) * 1e-12);
  return { times_s, origin: zero };
}
