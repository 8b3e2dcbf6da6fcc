import { MemrigError } from "../../src/errors.js";
import { parseNumbers } from "../../src/scpi/index.js";
import type { BinaryFormat } from "../../src/visa/index.js";

/** What a record's codes mean (programmer's guide, :WAVeform:PREamble). */
export interface Preamble {
  readonly points: number;
  /** Bytes of a sample. */
  readonly width: 1 | 2;
  readonly step_s: number;
  /** Time of the first point, the trigger at 0. */
  readonly start_s: number;
  readonly yIncrement_V: number;
  readonly yOrigin_V: number;
  readonly yReference: number;
}

const FORMATS = { 1: 0, 2: 1 };
const FIELDS = 10;

/** @throws MemrigError `bad-reply`: not ten numbers, or not the format asked for: BYTE or WORD */
export function parsePreamble(reply: string, width: 1 | 2): Preamble {
  const fields = parseNumbers(reply);
  const [format, , points = NaN, , step_s = NaN, xOrigin_s = NaN, xReference = NaN, ...vertical] = fields;
  const [yIncrement_V = NaN, yOrigin_V = NaN, yReference = NaN] = vertical;
  if (fields.length !== FIELDS || format !== FORMATS[width] || !(points >= 1) || !(step_s > 0)) {
    throw new MemrigError("bad-reply", `"${reply}" is not the preamble of a record in ${8 * width}-bit words.`, {
      reply,
    });
  }
  return { points, width, step_s, start_s: xOrigin_s - xReference * step_s, yIncrement_V, yOrigin_V, yReference };
}

/** How samples become volts: without a sign, words with the most significant byte first. */
export function formatOf({ width, yReference, yIncrement_V, yOrigin_V }: Preamble): BinaryFormat {
  const scale = { reference: yReference, increment: yIncrement_V, origin: yOrigin_V };
  return { type: width === 1 ? "u8" : "u16", bigEndian: true, scale };
}
