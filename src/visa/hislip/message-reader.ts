import { HEADER_BYTES, Type } from "./protocol.js";
import type { Header } from "./protocol.js";

/** The stream is no HiSLIP: nothing that follows can be read. */
export class HislipStreamError extends Error {
  override readonly name = "HislipStreamError";
}

/** A message, or a part of one: the payload of Data and DataEnd comes as it arrives, of all others in one piece. */
export interface MessagePart {
  readonly header: Header;
  /** A view of what was pushed, or memory of its own. */
  readonly bytes: Uint8Array;
  readonly first: boolean;
  readonly last: boolean;
}

/** Longest payload of other messages that is kept (names of locks and devices end at 256 bytes); the rest is dropped. */
export const MOST_CONTROL_BYTES = 4096;

const none = new Uint8Array(0);

/**
 * Takes messages out of a stream that comes in any pieces. Nothing is kept of Data: however long a length is announced, no
 * memory is taken for it.
 */
export class MessageReader {
  private chunks: Uint8Array[] = [];
  private at = 0;
  private readonly split = Buffer.alloc(HEADER_BYTES);
  private splitBytes = 0;
  private header: Header | undefined;
  private left = 0;
  /** Some of the payload was given. Its length can not tell: one beyond 2^53 does not get less by little. */
  private begun = false;
  private gathered: Uint8Array[] = [];
  private gatheredBytes = 0;

  /** @param chunk not to be changed until `next` has given everything */
  push(chunk: Uint8Array): void {
    if (chunk.length > 0) this.chunks.push(chunk);
  }

  /**
   * @returns undefined when more has to come
   * @throws HislipStreamError a header that does not begin with HS
   */
  next(): MessagePart | undefined {
    for (;;) {
      const header = this.header ?? this.readHeader();
      if (!header) return undefined;
      const streamed = header.type === Type.data || header.type === Type.dataEnd;
      const first = !this.begun;
      if (this.left === 0) {
        this.header = undefined;
        if (streamed) return { header, bytes: none, first, last: true };
        return { header, bytes: this.takeGathered(), first: true, last: true };
      }
      const bytes = this.take(this.left);
      if (!bytes) return undefined;
      this.left -= bytes.length;
      this.begun = true;
      if (streamed) {
        const last = this.left === 0;
        if (last) this.header = undefined;
        return { header, bytes, first, last };
      }
      this.gather(bytes);
    }
  }

  private readHeader(): Header | undefined {
    const chunk = this.chunks[0];
    if (!chunk) return undefined;
    let bytes: Uint8Array;
    let at: number;
    if (this.splitBytes === 0 && chunk.length - this.at >= HEADER_BYTES) {
      bytes = chunk;
      at = this.at;
      this.skip(HEADER_BYTES);
    } else {
      while (this.splitBytes < HEADER_BYTES) {
        const piece = this.take(HEADER_BYTES - this.splitBytes);
        if (!piece) return undefined;
        this.split.set(piece, this.splitBytes);
        this.splitBytes += piece.length;
      }
      this.splitBytes = 0;
      bytes = this.split;
      at = 0;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, HEADER_BYTES);
    if (view.getUint16(0) !== 0x4853) {
      throw new HislipStreamError(`a header began with 0x${view.getUint16(0).toString(16).padStart(4, "0")}, not "HS"`);
    }
    const length = view.getUint32(8) * 0x100000000 + view.getUint32(12);
    this.left = length;
    this.begun = false;
    this.header = { type: view.getUint8(2), control: view.getUint8(3), parameter: view.getUint32(4), length };
    return this.header;
  }

  /** Up to `most` bytes of the oldest chunk. */
  private take(most: number): Uint8Array | undefined {
    const chunk = this.chunks[0];
    if (!chunk) return undefined;
    const bytes = chunk.subarray(this.at, this.at + most);
    this.skip(bytes.length);
    return bytes;
  }

  private skip(count: number): void {
    this.at += count;
    if (this.at < (this.chunks[0]?.length ?? 0)) return;
    this.chunks.shift();
    this.at = 0;
  }

  private gather(bytes: Uint8Array): void {
    const room = MOST_CONTROL_BYTES - this.gatheredBytes;
    if (room <= 0) return;
    const kept = Uint8Array.from(bytes.subarray(0, room));
    this.gathered.push(kept);
    this.gatheredBytes += kept.length;
  }

  private takeGathered(): Uint8Array {
    const [only = none, ...more] = this.gathered;
    const all = more.length === 0 ? only : Buffer.concat(this.gathered);
    this.gathered = [];
    this.gatheredBytes = 0;
    return all;
  }
}
