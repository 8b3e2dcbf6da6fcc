import type { StatusModel } from "./status.js";

/** What a link needs of an instrument, whatever language it speaks. `ScpiInstrument` is one; one that runs scripts is another. */
export interface MessageDevice {
  /** Reply of `*IDN?`. */
  readonly identity: string;
  /** Longest program message that is kept; 16 MiB where left out. */
  readonly inputLimit_bytes?: number | undefined;
  /** How its raw socket differs from lines that end with LF, answered only where they ask. */
  readonly rawSocket?: { readonly terminator: number; readonly acknowledge: string } | undefined;
  /** A line feed ends a message wherever it stands: scripts, not program messages with strings and blocks. */
  readonly plainLines?: boolean;
  /**
   * Bytes of data that follow what has come of a message up to a comma, whatever they look like: for data without a block's
   * header. Infinity: all to the END of a link that has one.
   */
  rawData?(head: Uint8Array): number;
  readonly status: StatusModel;
  /** Queued errors, for the status byte. */
  readonly errors: { readonly errorCount: number };
  /** Queues an error: the message exchange's own are -363, -410, -420 and -430. */
  raise(code: number): void;
  /** Told of each whole message as it comes, before its turn: one that ends what is running can not wait for it. */
  arrived?(message: Uint8Array): void;
  /**
   * Runs one program message after all that came before it, from whomever.
   *
   * @param message without its line feed
   * @param signal aborted when its sender is gone or clears the device: a wait is given up with the rest of its message.
   *   What needs no waiting still runs, so that turning an output off counts also when its sender hung up after it
   * @returns the response message as it goes out; undefined where nothing was asked
   */
  execute(message: Uint8Array, signal: AbortSignal): Promise<Uint8Array | undefined>;
}
