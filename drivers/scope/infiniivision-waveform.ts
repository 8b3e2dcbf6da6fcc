import { MemrigError } from "../../src/errors.js";
import { parseNumbers } from "../../src/scpi/index.js";

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

/**
 * Volts of `into.length` points out of a block of unsigned samples, words with the most significant byte first.
 *
 * @param at where the first sample is, bytes from the beginning of the block
 */
export function toVolts(block: Uint8Array, at: number, preamble: Preamble, into: Float64Array): void {
  const { yIncrement_V, yOrigin_V, yReference } = preamble;
  if (preamble.width === 1) {
    for (let i = 0; i < into.length; i++) into[i] = ((block[at + i] as number) - yReference) * yIncrement_V + yOrigin_V;
    return;
  }
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  for (let i = 0, from = at; i < into.length; i++, from += 2) {
    into[i] = (view.getUint16(from, false) - yReference) * yIncrement_V + yOrigin_V;
  }
}
