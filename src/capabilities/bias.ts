import type { Instrument } from "./instrument.js";

/** A level that is held until it is changed or released. The limit travels with it. */
export interface Bias {
  /** Channel 1 where left out. */
  readonly channel?: number;
  /** What is forced; the other quantity is measured and limited. */
  readonly drive: "voltage" | "current";
  /** Volts or amperes. */
  readonly level: number;
  /** Largest magnitude allowed of the other quantity. */
  readonly compliance: number;
  /** How fast the level is reached, from zero or from the level held now: V/s or A/s. As the ramp to zero where left out. */
  readonly slew_per_s?: number;
  /** As the bench file says where left out. */
  readonly wires?: 2 | 4;
}

/** One reading of a held level. */
export interface SpotReading {
  readonly voltage_V: number;
  readonly current_A: number;
  /** Since the output of this channel went on, by the instrument's clock where it has one. */
  readonly time_s: number;
  /** The limit was active. */
  readonly inCompliance: boolean;
}

/** Holds a voltage or a current and measures when asked: retention, forming with feedback, reading between pulses. */
export interface BiasSmu extends Instrument {
  /**
   * Goes to the level in steps and holds it. Where the output was off: level at zero, limit in force and read back, output
   * on, then the steps. Where this program has it on already, with the same drive: the limit first where it grows and last
   * where it shrinks, then the steps from the level held now.
   *
   * @throws MemrigError `invalid-request`: what the instrument can not do, or another drive than the one held; nothing was sent
   * @throws MemrigError `instrument-refused`: it queued an error or changed the limit; output off
   * @throws MemrigError `busy`: the output is on, and not by this program; nothing was changed
   * @throws MemrigError `aborted`; output off, by the ramp
   */
  hold(bias: Bias, signal: AbortSignal): Promise<void>;
  /**
   * Measures both quantities of a held level.
   *
   * @param nplc integration time in power line cycles; one where left out
   * @throws MemrigError `invalid-request`: the channel holds nothing; nothing was sent
   */
  measure(channel: number, nplc?: number): Promise<SpotReading>;
  /** To zero in steps, then off. Safe in any state, any number of times. */
  release(channel: number): Promise<void>;
}
