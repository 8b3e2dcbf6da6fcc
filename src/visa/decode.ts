import { decode16Of } from "./decode16.js";
import type { BinaryFormat } from "./session.js";

export const bytesPer = { u8: 1, i8: 1, i16: 2, u16: 2, f32: 4, f64: 8 } as const;

/** Floating-point values are laid straight before they are widened: few enough to stay in the processor's cache. */
const STRAIGHT_BYTES = 64 * 1024;
const straight = new ArrayBuffer(STRAIGHT_BYTES);
const straightBytes = Buffer.from(straight);
const straightFloats = { f32: new Float32Array(straight), f64: new Float64Array(straight) };
const HOST_IS_LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
const asItIs = { reference: 0, increment: 1, origin: 0 } as const;

/** Decodes whole values out of pieces of a block, of which each may begin at any byte. */
export type Decoder = (bytes: Uint8Array, start: number, values: Float64Array, first: number) => number;

/** Values out of a block that is in memory. @param at where the first one is, bytes @param into as many as it has room for */
export function decodeBlock(block: Uint8Array, format: BinaryFormat, at: number, into: Float64Array): void {
  decoderOf(format)(block, at, into, 0);
}

/**
 * What turns bytes from `start` on into values from `first` on, as many as there are whole ones and room for, and says how
 * many those were.
 *
 * Scope records come so, and are 10 million points long. Each loop takes what it has measured best for: 8-bit codes look up
 * their value, 16-bit ones have loops of their own, and floating-point ones are widened by the array itself.
 */
export function decoderOf({ type, bigEndian, scale }: BinaryFormat): Decoder {
  const limited =
    (decode: (view: DataView, values: Float64Array, first: number, end: number) => void): Decoder =>
    (bytes, start, values, first) => {
      const count = Math.min(Math.floor((bytes.length - start) / bytesPer[type]), values.length - first);
      const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
      decode(view, values, first, first + count);
      return count;
    };
  const { reference, increment, origin } = scale ?? asItIs;
  if (type === "u8" || type === "i8") {
    const half = type === "i8" ? 128 : 256;
    const table = new Float64Array(256);
    for (let code = 0; code < 256; code++) {
      table[code] = ((code < half ? code : code - 256) - reference) * increment + origin;
    }
    return limited((view, values, first, end) => look8(view, table, values, first, end));
  }
  if (type === "i16" || type === "u16") {
    const decode = decode16Of(type, bigEndian);
    return limited((view, values, first, end) => decode(view, values, first, end, scale ?? asItIs));
  }
  return limited((view, values, first, end) => {
    widen(view, type, bigEndian, values, first, end);
    if (!scale) return; // -0 - 0 + 0 is 0: a number that is not to be scaled comes out as it went in
    for (let i = first; i < end; i++) values[i] = ((values[i] ?? NaN) - reference) * increment + origin;
  });
}

/** Eight codes out of two 32-bit words. The table has them all. */
function look8(view: DataView, table: Float64Array, values: Float64Array, first: number, end: number): void {
  let i = first;
  let at = 0;
  for (; i + 8 <= end; i += 8, at += 8) {
    const word = view.getInt32(at, true);
    const next = view.getInt32(at + 4, true);
    values[i] = table[word & 0xff] as number;
    values[i + 1] = table[(word >>> 8) & 0xff] as number;
    values[i + 2] = table[(word >>> 16) & 0xff] as number;
    values[i + 3] = table[word >>> 24] as number;
    values[i + 4] = table[next & 0xff] as number;
    values[i + 5] = table[(next >>> 8) & 0xff] as number;
    values[i + 6] = table[(next >>> 16) & 0xff] as number;
    values[i + 7] = table[next >>> 24] as number;
  }
  for (; i < end; i++, at++) values[i] = table[view.getUint8(at)] as number;
}

/** A typed array that is filled from another one converts faster than any loop; the other has to be aligned for that. */
function widen(
  view: DataView,
  type: "f32" | "f64",
  bigEndian: boolean,
  values: Float64Array,
  first: number,
  end: number,
): void {
  const size = bytesPer[type];
  for (let i = first; i < end;) {
    const count = Math.min(end - i, STRAIGHT_BYTES / size);
    const bytes = straightBytes.subarray(0, count * size);
    bytes.set(new Uint8Array(view.buffer, view.byteOffset + (i - first) * size, count * size));
    if (bigEndian === HOST_IS_LITTLE) void (type === "f32" ? bytes.swap32() : bytes.swap64());
    values.set(straightFloats[type].subarray(0, count), i);
    i += count;
  }
}
