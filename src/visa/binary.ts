import { MemrigError } from "../errors.js";
import type { BinaryFormat } from "./session.js";

const sizes = { u8: 1, i16: 2, u16: 2, f32: 4, f64: 8 } as const;

export function bytesPerValue(type: BinaryFormat["type"]): number {
  return sizes[type];
}

/**
 * The numbers in a block. Read through a DataView: it takes both byte orders and any offset, and nothing is copied on
 * the way.
 *
 * @throws MemrigError `bad-reply`: the block does not hold a whole number of values
 */
export function decodeValues(block: Uint8Array, format: BinaryFormat): Float64Array {
  const size = sizes[format.type];
  if (block.length % size !== 0) {
    throw new MemrigError(
      "bad-reply",
      `A block of ${block.length} bytes came where values of ${size} bytes each were asked for. The instrument's data ` +
        `format is not the one that was set; set it again and repeat the question.`,
      { bytes: block.length, bytesPerValue: size },
    );
  }
  const count = block.length / size;
  const values = format.into && format.into.length >= count ? format.into.subarray(0, count) : new Float64Array(count);
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const little = !format.bigEndian;
  switch (format.type) {
    case "u8":
      values.set(block);
      break;
    case "i16":
      for (let i = 0, at = 0; i < count; i++, at += 2) values[i] = view.getInt16(at, little);
      break;
    case "u16":
      for (let i = 0, at = 0; i < count; i++, at += 2) values[i] = view.getUint16(at, little);
      break;
    case "f32":
      for (let i = 0, at = 0; i < count; i++, at += 4) values[i] = view.getFloat32(at, little);
      break;
    case "f64":
      for (let i = 0, at = 0; i < count; i++, at += 8) values[i] = view.getFloat64(at, little);
      break;
  }
  return values;
}
