import { MemrigError } from "../../src/errors.js";
import { parseNumbers } from "../../src/scpi/index.js";

export interface RigolPreamble {
  readonly step_s: number;
  /** Time of the first point in memory, the trigger at 0. */
  readonly start_s: number;
  readonly perCode_V: number;
  /** Code of 0 V: on these scopes the origin is in codes, not in volts. */
  readonly codeAtZero: number;
}

/**
 * Ten numbers: format, type, points, count, x increment, origin, reference, y increment, origin, reference. The points
 * are not used: some firmware tells those of the screen.
 *
 * @throws MemrigError `bad-reply`: not ten numbers, or an increment of 0, which comes while it is not ready
 */
export function parseRigolPreamble(reply: string): RigolPreamble {
  const fields = parseNumbers(reply);
  const [, , , , step_s = NaN, origin_s = NaN, reference = NaN, perCode_V = NaN, yOrigin = NaN, yReference = NaN] =
    fields;
  if (fields.length !== 10 || !(step_s > 0) || !(perCode_V > 0)) {
    throw new MemrigError("bad-reply", `"${reply}" is not the preamble of a record.`, { reply });
  }
  return { step_s, start_s: origin_s - reference * step_s, perCode_V, codeAtZero: yOrigin + yReference };
}
