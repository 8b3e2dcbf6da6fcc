import { MemrigError } from "../errors.js";
import type { BlockSink } from "./block-sink.js";
import { bytesPer, decoderOf } from "./decode.js";
import type { Decoder } from "./decode.js";
import type { BinaryFormat } from "./session.js";

/** Of a link that hands over messages, at once: small enough to be still in the processor's cache when it is decoded. */
const ROOM_BYTES = 256 * 1024;

export function bytesPerValue(type: BinaryFormat["type"]): number {
  return bytesPer[type];
}

/**
 * Turns the bytes of a block into numbers as they come: a block of 20 MB is never held as a whole.
 */
export class ValueSink implements BlockSink {
  readonly #values: Float64Array;
  readonly #size: number;
  /** The beginning of a value whose other bytes have not come. */
  readonly #split: Uint8Array;
  #splitBytes = 0;
  #count = 0;
  #room: Uint8Array | undefined;
  readonly #decode: Decoder;

  /** @param bytes that are to come */
  constructor(
    format: BinaryFormat,
    private readonly bytes: number,
  ) {
    const { into } = format;
    this.#decode = decoderOf(format);
    this.#size = bytesPer[format.type];
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
      this.#count += this.#decode(this.#split, 0, this.#values, this.#count);
    }
    const decoded = this.#decode(bytes, at, this.#values, this.#count);
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
