import { MemrigError } from "../errors.js";
import type { BlockSink } from "./block-sink.js";
import type { BinaryFormat } from "./session.js";

const sizes = { u8: 1, i16: 2, u16: 2, f32: 4, f64: 8 } as const;
/** Of a link that hands over messages, at once: small enough to be still in the processor's cache when it is decoded. */
const ROOM_BYTES = 256 * 1024;

export function bytesPerValue(type: BinaryFormat["type"]): number {
  return sizes[type];
}

/**
 * Turns the bytes of a block into numbers as they come: a block of 20 MB is never held as a whole. Bytes are read through a
 * DataView, which takes both byte orders and any offset.
 */
export class ValueSink implements BlockSink {
  readonly #values: Float64Array;
  readonly #size: number;
  /** The beginning of a value whose other bytes have not come. */
  readonly #split: Uint8Array;
  #splitBytes = 0;
  #count = 0;
  #room: Uint8Array | undefined;

  /** @param bytes that are to come */
  constructor(
    private readonly format: BinaryFormat,
    private readonly bytes: number,
  ) {
    const { into } = format;
    this.#size = sizes[format.type];
    this.#split = new Uint8Array(this.#size);
    const count = Math.floor(bytes / this.#size);
    this.#values = into && into.length >= count ? into.subarray(0, count) : new Float64Array(count);
  }

  room(): Uint8Array {
    return (this.#room ??= new Uint8Array(Math.min(ROOM_BYTES, this.bytes)));
  }

  take(bytes: Uint8Array): void {
    let at = 0;
    if (this.#splitBytes > 0) {
      at = Math.min(this.#size - this.#splitBytes, bytes.length);
      this.#split.set(bytes.subarray(0, at), this.#splitBytes);
      this.#splitBytes += at;
      if (this.#splitBytes < this.#size) return;
      this.#splitBytes = 0;
      this.#count += decode(this.#split, 0, this.format, this.#values, this.#count);
    }
    const decoded = decode(bytes, at, this.format, this.#values, this.#count);
    this.#count += decoded;
    const rest = bytes.subarray(at + decoded * this.#size);
    this.#split.set(rest);
    this.#splitBytes = rest.length;
  }

  /**
   * All values, once every byte was taken.
   *
   * @throws MemrigError `bad-reply`: the block does not hold a whole number of values
   */
  values(): Float64Array {
    if (this.bytes % this.#size === 0) return this.#values;
    throw new MemrigError(
      "bad-reply",
      `A block of ${this.bytes} bytes came where values of ${this.#size} bytes each were asked for. The instrument's data ` +
        `format is not the one that was set; set it again and repeat the question.`,
      { bytes: this.bytes, bytesPerValue: this.#size },
    );
  }
}

/** Decodes the whole values from `start` on into `values` from `first` on. @returns how many */
function decode(bytes: Uint8Array, start: number, format: BinaryFormat, values: Float64Array, first: number): number {
  const { type, scale } = format;
  const count = Math.min(Math.floor((bytes.length - start) / sizes[type]), values.length - first);
  const end = first + count;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  const little = !format.bigEndian;
  const { reference, increment, origin } = scale ?? asItIs;
  switch (type) {
    case "u8":
      for (let i = first, at = 0; i < end; i++, at++) values[i] = (view.getUint8(at) - reference) * increment + origin;
      break;
    case "i16":
    case "u16":
      decode16(view, little, type === "i16" ? -1 : 0xffff, values, first, end, scale ?? asItIs);
      break;
    case "f32":
      for (let i = first, at = 0; i < end; i++, at += 4) values[i] = view.getFloat32(at, little);
      break;
    case "f64":
      for (let i = first, at = 0; i < end; i++, at += 8) values[i] = view.getFloat64(at, little);
      break;
  }
  // Not done above: -0 - 0 + 0 is 0, and a number that is not to be scaled comes out as it went in.
  if (scale && (type === "f32" || type === "f64")) {
    for (let i = first; i < end; i++) values[i] = ((values[i] ?? NaN) - reference) * increment + origin;
  }
  return count;
}

/**
 * 16-bit codes, four at a time out of two 32-bit words: half the reads, and two thirds of the time of one by one. Scope
 * records come so, and are long.
 *
 * @param mask of the sign-extended code: all bits, or the lower sixteen for codes without a sign
 */
function decode16(
  view: DataView,
  little: boolean,
  mask: number,
  values: Float64Array,
  first: number,
  end: number,
  { reference, increment, origin }: Required<BinaryFormat>["scale"],
): void {
  const one = little ? 16 : 0; // the shifts that bring each code of a word to its top
  const two = 16 - one;
  let i = first;
  let at = 0;
  for (; i + 4 <= end; i += 4, at += 8) {
    const word = view.getInt32(at, little);
    const next = view.getInt32(at + 4, little);
    values[i] = ((((word << one) >> 16) & mask) - reference) * increment + origin;
    values[i + 1] = ((((word << two) >> 16) & mask) - reference) * increment + origin;
    values[i + 2] = ((((next << one) >> 16) & mask) - reference) * increment + origin;
    values[i + 3] = ((((next << two) >> 16) & mask) - reference) * increment + origin;
  }
  for (; i < end; i++, at += 2) values[i] = ((view.getInt16(at, little) & mask) - reference) * increment + origin;
}

const asItIs = { reference: 0, increment: 1, origin: 0 } as const;
