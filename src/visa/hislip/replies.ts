import type { ReplyPiece } from "../message-link.js";
import type { MessagePart } from "./message-reader.js";
import { NO_ID, Type, UNKNOWN_ID } from "./protocol.js";

/** Unread bytes beyond which the connection is not read any further until somebody takes them. */
const MOST_UNREAD_BYTES = 8 * 1024 * 1024;
/** What keeping a piece costs besides its bytes: a server may send very many of none or one. */
const PIECE_BYTES = 1024;

interface Waiter {
  readonly into: Uint8Array | undefined;
  resolve(piece: ReplyPiece): void;
  reject(error: Error): void;
}

/**
 * What came on the synchronous channel and was not read yet. In synchronized mode only what answers the message sent last
 * gets in (IVI-6.1, 3.1.2): a late reply to an earlier one is dropped at the door.
 */
export class Replies {
  /** Of the last message sent. */
  lastSent = NO_ID;
  overlap = false;
  /** A reply was read to its end, and the instrument has not been told yet. */
  delivered = false;
  /** Of the last reply that was read to its end. */
  lastDelivered = NO_ID;
  private unread: { readonly bytes: Uint8Array; readonly end: boolean; readonly id: number }[] = [];
  private unread_bytes = 0;
  private waiter: Waiter | undefined;
  private taking = false;
  private clearing = false;
  /** Of the two messages that tell of an interruption: how many more came on the asynchronous channel. */
  private announced = 0;

  /** Takes a part of Data or DataEnd. @returns false when nothing more should be read for now */
  take({ header, bytes, first, last }: MessagePart): boolean {
    if (first) {
      this.taking = this.expected(header.type, header.parameter);
      if (!this.taking && !this.overlap) this.forget();
    }
    if (!this.taking || (bytes.length === 0 && !last)) return true;
    const end = last && header.type === Type.dataEnd;
    if (bytes.length > 0 || end) this.put(bytes, end, header.parameter);
    return this.unread_bytes < MOST_UNREAD_BYTES;
  }

  /** The next piece, into the memory given where it has to be waited for. */
  next(into: Uint8Array | undefined): Promise<ReplyPiece> {
    const ready = this.unread.shift();
    if (!ready) return new Promise((resolve, reject) => (this.waiter = { into, resolve, reject }));
    this.unread_bytes -= ready.bytes.length + PIECE_BYTES;
    return Promise.resolve(this.given(ready.bytes, ready.end, ready.id));
  }

  /** Who waits for a piece hears why none comes. */
  fail(error: Error): void {
    const waiter = this.waiter;
    this.waiter = undefined;
    waiter?.reject(error);
  }

  /** Nobody waits any more, and all that comes is dropped until `reset`. */
  abandon(): void {
    this.waiter = undefined;
    this.clearing = true;
    this.forget();
  }

  /** Interrupted came: the reply under way ends here. */
  interrupted(): void {
    this.forget();
    this.announced--;
  }

  /** AsyncInterrupted came: replies are dropped up to Interrupted. */
  announceInterruption(): void {
    this.announced++;
    if (this.announced > 0) this.forget(); // else Interrupted came first, and what is here came after it
  }

  /** Drops what nobody has read. */
  forget(): void {
    this.unread = [];
    this.unread_bytes = 0;
    this.taking = false;
  }

  /** As after connecting: the device was cleared. */
  reset(overlap: boolean): void {
    this.abandon();
    this.clearing = this.delivered = false;
    this.overlap = overlap;
    this.lastSent = this.lastDelivered = NO_ID;
    this.announced = 0;
  }

  private expected(type: number, id: number): boolean {
    if (this.clearing) return false;
    if (this.overlap) return true;
    return this.announced <= 0 && (id === this.lastSent || (type === Type.data && id === UNKNOWN_ID));
  }

  private put(bytes: Uint8Array, end: boolean, id: number): void {
    const waiter = this.waiter;
    if (!waiter) {
      this.unread.push({ bytes: Uint8Array.from(bytes), end, id });
      this.unread_bytes += bytes.length + PIECE_BYTES;
      return;
    }
    this.waiter = undefined;
    const { into } = waiter;
    if (into && into.length >= bytes.length) {
      into.set(bytes);
      waiter.resolve(this.given(into.subarray(0, bytes.length), end, id));
    } else {
      waiter.resolve(this.given(Buffer.from(bytes), end, id));
    }
  }

  private given(bytes: Uint8Array, end: boolean, id: number): ReplyPiece {
    if (end) {
      this.delivered = true;
      this.lastDelivered = id;
    }
    return { bytes, end };
  }
}
