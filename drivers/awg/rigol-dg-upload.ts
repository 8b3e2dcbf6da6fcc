import { blockMessage } from "../../src/scpi/index.js";
import { DG4000_POINTS } from "./rigol-dg-models.js";

const FULL_SCALE = 32_767;
/** 14-bit codes: 0 is the lower level, 0x3FFF the upper one. */
const TOP_CODE = 0x3fff;
/** The manual says 16 384 points a message; uploaders have seen them fail, and 8192 work. */
const CHUNK = 8192;
/** Fewer points in a message are refused. */
const LEAST = 8;

/** Two bytes a sample, the lower one first. */
function littleEndian(codes: Int16Array): Uint8Array {
  const bytes = new Uint8Array(2 * codes.length);
  const view = new DataView(bytes.buffer);
  codes.forEach((code, i) => {
    view.setUint16(2 * i, Math.round(((code + FULL_SCALE) / (2 * FULL_SCALE)) * TOP_CODE), true);
  });
  return bytes;
}

/**
 * Samples for a DG1000Z: blocks that say whether another follows, header and data in one message each.
 *
 * @see DG1000Z Programming Guide, page 2-173, [:SOURce<n>][:TRACe]:DATA:DAC16
 */
export function dac16Messages(source: string, codes: Int16Array): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < codes.length;) {
    const left = codes.length - at;
    // What remains for the last message must not be too short for it.
    const count = left > CHUNK && left - CHUNK < LEAST ? CHUNK - LEAST : Math.min(CHUNK, left);
    const flag = at + count < codes.length ? "CON" : "END";
    const header = `${source}:DATA:DAC16 VOLATILE,${flag},`;
    messages.push(blockMessage(header, littleEndian(codes.subarray(at, at + count))));
    at += count;
  }
  return messages;
}

/**
 * Samples for a DG4000, held over as many points as its memory has: fewer it would join by straight lines. An edge is
 * where it should be to a 16 384th of the period.
 *
 * @see DG4000 Programming Guide, [:TRACe]:DATA:DAC
 */
export function dacMessage(codes: Int16Array): Uint8Array {
  const held = Int16Array.from(
    { length: DG4000_POINTS },
    (_, i) => codes[Math.floor((i * codes.length) / DG4000_POINTS)] ?? 0,
  );
  return blockMessage(":DATA:DAC VOLATILE,", littleEndian(held));
}
