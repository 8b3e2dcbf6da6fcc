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

export interface LockOptions extends CallOptions {
  /** A shared lock, held together with all who name the same key. Left out: an exclusive one. */
  readonly key?: string;
}

export interface BinaryFormat {
  readonly type: "u8" | "i8" | "i16" | "u16" | "f32" | "f64";
  readonly bigEndian: boolean;
  /** What codes mean: value = (code - reference) * increment + origin, as waveform preambles give it. Left out: as they are. */
  readonly scale?: { readonly reference: number; readonly increment: number; readonly origin: number };
  /** Filled from its beginning where the values fit; the result is a view of it then. */
  readonly into?: Float64Array;
  /** Number of values of an indefinite block (`#0`). */
  readonly count?: number;
}

/**
 * A link to one instrument. Calls made at the same time are run one after the other, in the order they were made; a
 * query and its reply are never parted. After a call that failed between question and answer, the link is brought to a
 * known state before the next call, so that a late reply can not answer the next question: a raw socket connects anew,
 * a link that knows a device clear is cleared.
 *
 * All calls throw MemrigError `no-answer` (no connection, connection lost, or too late: the message names the resource,
 * the command and what came), `bad-reply` (what came is not what was asked for), `busy` (another client holds the lock;
 * nothing was sent) or `aborted`. What a link has no means for is refused as `invalid-request`, and nothing is sent.
 */
export interface Session {
  /** Full VISA name. */
  readonly resource: string;
  /** Text is ended with LF where it has none; bytes go out as they are. Links that have one send END with the last byte. */
  write(message: string | Uint8Array, options?: CallOptions): Promise<void>;
  /** The next line without its end; on links with END the whole reply, without a line feed at its end. */
  read(options?: CallOptions): Promise<string>;
  /** Sends a question and gives what answers it, as `read` does. Unread bytes of earlier replies are dropped first. */
  query(message: string, options?: CallOptions): Promise<string>;
  /** Sends a question that is answered with an IEEE 488.2 block. */
  queryBlock(message: string, options?: BlockOptions): Promise<Uint8Array>;
  /** The same, the block taken as numbers. */
  queryBinaryValues(message: string, format: BinaryFormat, options?: CallOptions): Promise<Float64Array>;
  /**
   * Device clear: the instrument forgets a message it has half, a reply nobody read and a command it waits in; settings
   * stay. A raw socket has none: its connection is closed and opened anew.
   */
  clear(options?: CallOptions): Promise<void>;
  /** Serial poll: the status byte, bit 6 telling whether this instrument asked for service. Reading clears bit 6. */
  readStatusByte(options?: CallOptions): Promise<number>;
  /**
   * Waits until the instrument asks for service, and gives its status byte. A request that came before is not lost.
   * Other calls go on meanwhile. Which events ask is set with `*SRE` and `*ESE`.
   */
  waitForServiceRequest(options?: CallOptions): Promise<number>;
  /** Group execute trigger. */
  trigger(options?: CallOptions): Promise<void>;
  /**
   * Keeps other clients out until `unlock` or `close`. Waits up to the time limit of the call for others to release.
   *
   * @throws MemrigError `busy`: not released in time
   */
  lock(options?: LockOptions): Promise<void>;
  unlock(options?: CallOptions): Promise<void>;
  /** Remote control on; on most instruments the front panel is locked then. */
  remote(options?: CallOptions): Promise<void>;
  /** Gives the front panel back. */
  local(options?: CallOptions): Promise<void>;
  /** Ends the link; nothing is sent that the instrument would obey. Safe any number of times. */
  close(): Promise<void>;
}
