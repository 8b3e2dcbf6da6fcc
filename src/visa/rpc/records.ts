import { XdrError } from "./xdr.js";

const LAST = 0x80000000;
/** Fragments of no bytes that may follow each other: more is somebody keeping us busy. */
const MOST_EMPTY = 16;
/** Fragments that are kept one by one; beyond, they are put together, so that many small ones cost no more than their bytes. */
const MOST_FRAGMENTS = 256;

/** Up to this size pieces are put together before they are sent: one small copy is cheaper than several buffers. */
const TOGETHER_BYTES = 16 * 1024;

/** A record with its mark, for a stream: one fragment (RFC 5531, section 11). */
export function record(pieces: readonly Uint8Array[]): Uint8Array[] {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const together = length <= TOGETHER_BYTES;
  const head = Buffer.allocUnsafe(together ? 4 + length : 4);
  head.writeUInt32BE((LAST | length) >>> 0);
  if (!together) return [head, ...pieces];
  let at = 4;
  for (const piece of pieces) {
    head.set(piece, at);
    at += piece.length;
  }
  return [head];
}

/** Where the data of the record that comes next is to be laid. */
interface Place {
  /** Bytes of the record that stand before its data. */
  readonly head: number;
  readonly into: Uint8Array;
}

/**
 * Puts records together from a stream that comes in any pieces. A long record is laid into memory of its own length, and
 * copied once on the way.
 */
export class RecordReader {
  private readonly mark = Buffer.alloc(4);
  private markBytes = 0;
  private last = false;
  private empty = 0;
  private fragment: Buffer | undefined;
  private filled = 0;
  private place: Place | undefined;
  /** The bytes of the fragment under way that go straight to their place: from `head` on. */
  private target: Place | undefined;
  private readonly targets = new WeakMap<Buffer, Place>();
  private earlier: Buffer[] = [];
  private earlierBytes = 0;

  /** @param most longest record that is taken, bytes */
  constructor(private readonly most: number) {}

  /**
   * @param chunk is not kept: it may be used again after this
   * @returns whole records, which belong to the caller
   * @throws XdrError a record that is too long; the stream is of no use any more
   */
  push(chunk: Uint8Array): Buffer[] {
    const records: Buffer[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (!this.fragment) {
        this.mark[this.markBytes++] = chunk[at++] as number;
        if (this.markBytes === 4) this.begin();
      } else {
        at += this.take(this.fragment, chunk.subarray(at));
      }
      if (this.fragment && this.filled === this.length(this.fragment)) this.finish(this.fragment, records);
    }
    return records;
  }

  /**
   * The data of the next record, behind its first `head` bytes, go to `into` and are copied nowhere else. The record that
   * `push` then gives is what stands around them; `placedIn` gives the data. A record in several fragments is not taken apart.
   */
  expect(head: number, into: Uint8Array): void {
    this.place = { head, into };
  }

  /** Nobody wants the data any more: not another byte goes to the memory that was given. */
  forget(): void {
    this.place = undefined;
    if (this.target) this.target = { head: this.target.head, into: new Uint8Array(this.target.into.length) };
  }

  /** The data that were laid elsewhere, and where in the record they belong. */
  placedIn(record: Buffer): Place | undefined {
    return this.targets.get(record);
  }

  private length(fragment: Buffer): number {
    return fragment.length + (this.target?.into.length ?? 0);
  }

  /** @returns how many bytes of the chunk were taken */
  private take(fragment: Buffer, chunk: Uint8Array): number {
    const { target, filled } = this;
    const behind = target ? target.head + target.into.length : 0;
    let [memory, at, room]: [Uint8Array, number, number] = [fragment, filled, fragment.length - filled];
    if (target && filled < target.head) room = target.head - filled;
    else if (target && filled < behind) [memory, at, room] = [target.into, filled - target.head, behind - filled];
    else if (target) [at, room] = [filled - target.into.length, this.length(fragment) - filled];
    const count = Math.min(chunk.length, room);
    memory.set(count === chunk.length ? chunk : chunk.subarray(0, count), at);
    this.filled += count;
    return count;
  }

  private begin(): void {
    const word = this.mark.readUInt32BE();
    const length = word & 0x7fffffff;
    this.last = word >>> 31 === 1;
    this.markBytes = 0;
    if (this.earlierBytes + length > this.most) {
      throw new XdrError(`a record of ${this.earlierBytes + length} bytes; at most ${this.most} are taken`);
    }
    this.empty = length === 0 ? this.empty + 1 : 0;
    if (this.empty > MOST_EMPTY) throw new XdrError("a record of empty fragments");
    const { place } = this;
    this.place = undefined;
    const taken = place && this.last && this.earlierBytes === 0 ? Math.min(place.into.length, length - place.head) : 0;
    this.target = place && taken > 0 ? { head: place.head, into: place.into.subarray(0, taken) } : undefined;
    this.fragment = Buffer.allocUnsafe(length - Math.max(0, taken));
    this.filled = 0;
  }

  /** Puts together what is smaller than what came before it: every byte is copied a few times at most. */
  private merge(): void {
    let from = this.earlier.length - 1;
    let length = this.earlier[from]?.length ?? 0;
    for (; from > 0 && (this.earlier[from - 1]?.length ?? 0) <= length; from--)
      length += this.earlier[from - 1]?.length ?? 0;
    this.earlier.splice(from, this.earlier.length - from, Buffer.concat(this.earlier.slice(from)));
  }

  private finish(fragment: Buffer, records: Buffer[]): void {
    this.fragment = undefined;
    if (this.target) this.targets.set(fragment, this.target);
    this.target = undefined;
    if (!this.last) {
      this.earlier.push(fragment);
      this.earlierBytes += fragment.length;
      if (this.earlier.length > MOST_FRAGMENTS) this.merge();
      return;
    }
    records.push(this.earlier.length === 0 ? fragment : Buffer.concat([...this.earlier, fragment]));
    this.earlier = [];
    this.earlierBytes = 0;
    this.empty = 0;
  }
}
