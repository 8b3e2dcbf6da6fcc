import type { Instrument } from "./instrument.js";

export interface SwitchRanges {
  /** Names of all crosspoints or channels, in the instrument's words. */
  readonly channels: readonly string[];
  /** Time a relay takes, seconds. */
  readonly settle_s: number;
}

/**
 * Connects instruments and devices: a relay matrix or multiplexer. It has no output; its safe state is all relays open.
 * Relays are moved cold: the bench turns sources off before.
 */
export interface SwitchMatrix extends Instrument {
  readonly ranges: SwitchRanges;
  /** What is closed now, in the instrument's words. */
  closed(): Promise<readonly string[]>;
  /**
   * Closes exactly these: all others open first (break before make). Resolves when the relays have settled, and what is
   * closed was read back.
   *
   * @throws MemrigError `invalid-request`: a channel it does not have; nothing was moved
   * @throws MemrigError `instrument-refused`: something else is closed; all was opened
   */
  closeOnly(channels: readonly string[]): Promise<void>;
  /** Opens all. Safe in any state, any number of times. */
  openAll(): Promise<void>;
}
