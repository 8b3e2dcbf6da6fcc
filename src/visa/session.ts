/** Limits of one call. */
export interface CallOptions {
  /** Longest time without the whole reply (or, for a write, without the bytes being taken), milliseconds. */
  readonly timeout_ms?: number;
  /** Ends the call with `aborted`. */
  readonly signal?: AbortSignal;
}

export interface BlockOptions extends CallOptions {
  /** Memory to be used if the block fits; the block is a view of it then, valid until it is used again. */
  readonly into?: Uint8Array;
  /** Length of an indefinite block (`#0`): on a raw socket nothing else tells where it ends. */
  readonly bytes?: number;
}

export interface BinaryFormat {
  readonly type: "u8" | "i16" | "u16" | "f32" | "f64";
  readonly bigEndian: boolean;
  /** Filled from its beginning where the values fit; the result is a view of it then. */
  readonly into?: Float64Array;
  /** Number of values of an indefinite block (`#0`). */
  readonly count?: number;
}

/** One message that went over the link. Blocks are told by their length. */
export interface WireEvent {
  readonly at_ms: number;
  readonly resource: string;
  readonly direction: "sent" | "received";
  readonly text: string;
}

/**
 * A link to one instrument. Calls made at the same time are run one after the other, in the order they were made; a
 * query and its reply are never parted. After a call that failed between question and answer, the connection is given
 * up, so that a late reply can not answer the next question; the next call connects anew.
 *
 * All calls throw MemrigError `no-answer` (no connection, connection lost, or too late: the message names the resource,
 * the command and what came), `bad-reply` (what came is not what was asked for) or `aborted`.
 */
export interface Session {
  /** Full VISA name. */
  readonly resource: string;
  /** Text is ended with LF where it has none; bytes go out as they are. */
  write(message: string | Uint8Array, options?: CallOptions): Promise<void>;
  /** The next line, without its end. */
  read(options?: CallOptions): Promise<string>;
  /** Sends a question and gives the line that answers it. Unread bytes of earlier replies are dropped first. */
  query(message: string, options?: CallOptions): Promise<string>;
  /** Sends a question that is answered with an IEEE 488.2 block. */
  queryBlock(message: string, options?: BlockOptions): Promise<Uint8Array>;
  /** The same, the block taken as numbers. */
  queryBinaryValues(message: string, format: BinaryFormat, options?: CallOptions): Promise<Float64Array>;
  /** Ends the link; nothing is sent. Safe any number of times. */
  close(): Promise<void>;
}
