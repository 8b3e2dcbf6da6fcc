import { MemrigError } from "../../src/errors.js";
import { parseNumbers } from "../../src/scpi/index.js";

/** What a record's codes mean (programmer's guide, :WAVeform:PREamble). */
export interface Preamble {
  readonly points: number;
  readonly step_s: number;
  /** Time of the first point, the trigger at 0. */
  readonly start_s: number;
  readonly yIncrement_V: number;
  readonly yOrigin_V: number;
  readonly yReference: number;
}

const WORD_FORMAT = 1;
const FIELDS = 10;

/** @throws MemrigError `bad-reply`: not ten numbers, or not the WORD format */
export function parsePreamble(reply: string): Preamble {
  const fields = parseNumbers(reply);
  const [format, , points = NaN, , step_s = NaN, xOrigin_s = NaN, xReference = NaN, ...vertical] = fields;
  const [yIncrement_V = NaN, yOrigin_V = NaN, yReference = NaN] = vertical;
  if (fields.length !== FIELDS || format !== WORD_FORMAT || !(points >= 1) || !(step_s > 0)) {
    throw new MemrigError("bad-reply", `"${reply}" is not the preamble of a record in 16-bit words.`, { reply });
  }
  return { points, step_s, start_s: xOrigin_s - xReference * step_s, yIncrement_V, yOrigin_V, yReference };
}

/**
 * Volts of `into.length` points out of a block of unsigned big-endian words.
 *
 * @param at where the first word is, bytes from the beginning of the block
 */
export function toVolts(block: Uint8Array, at: number, preamble: Preamble, into: Float64Array): void {
  const { yIncrement_V, yOrigin_V, yReference } = preamble;
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  for (let i = 0, from = at; i < into.length; i++, from += 2) {
    into[i] = (view.getUint16(from, false) - yReference) * yIncrement_V + yOrigin_V;
  }
}
