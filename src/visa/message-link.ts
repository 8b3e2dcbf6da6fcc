import type { Call } from "./call.js";

/** A piece of a reply. */
export interface ReplyPiece {
  readonly bytes: Uint8Array;
  /** END came with the last byte: the reply is whole. */
  readonly end: boolean;
}

/**
 * What a transport gives whose messages have an end of their own (VXI-11, HiSLIP, USBTMC, GPIB behind an adapter). One
 * call at a time: `MessageSession` sees to turns, time limits, parsing and sentences. A method that is left out is
 * refused by name.
 *
 * Methods wait with `call.wait` only, and throw CallEnded (from there), LinkError or whatever went wrong below.
 */
export interface MessageLink {
  /** For sentences: "VXI-11". */
  readonly name: string;
  /** Where the far end keeps the time limit itself: how much longer it is waited for, milliseconds. */
  readonly grace_ms?: number;
  /**
   * Ready for the next message when it resolves: connected, and free of everything left over from a call that failed.
   * Does nothing where that holds already.
   */
  ready(call: Call): Promise<void>;
  /** Sends one whole message, END with its last byte. */
  send(message: Uint8Array, call: Call): Promise<void>;
  /**
   * The next piece of the reply, at least one byte or END.
   *
   * @param wanted most bytes that are of use; a link may give more
   * @param into where the link may put them, to save a copy
   */
  receive(wanted: number, call: Call, into?: Uint8Array): Promise<ReplyPiece>;
  /** Drops what a reply still holds and nobody reads. Left out: the far end does so when the next message comes. */
  drop?(call: Call): Promise<void>;
  /** The call before ended between question and answer: whatever is still under way must be gone when `ready` resolves. */
  abandon(): void;
  clear?(call: Call): Promise<void>;
  statusByte?(call: Call): Promise<number>;
  trigger?(call: Call): Promise<void>;
  /** @param key of a shared lock; undefined for an exclusive one */
  lock?(key: string | undefined, call: Call): Promise<void>;
  unlock?(call: Call): Promise<void>;
  remote?(call: Call): Promise<void>;
  local?(call: Call): Promise<void>;
  /** From now on `requested` is called whenever the instrument asks for service. */
  enableServiceRequests?(requested: () => void, call: Call): Promise<void>;
  /** Ends everything at once; pending calls fail. */
  close(): Promise<void>;
}

/** What a link found, as a sentence without its end; the session adds which instrument and what was asked. */
export class LinkError extends Error {
  override readonly name = "LinkError";

  /** @param kind as in MemrigError */
  constructor(
    readonly kind: "no-answer" | "bad-reply" | "busy" | "invalid-request",
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}
