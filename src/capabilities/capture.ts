import type { Instrument } from "./instrument.js";

export interface CaptureChannel {
  readonly channel: number;
  /** Voltage between the lower and the upper edge of the screen; the scope may take the next larger it has. */
  readonly range_V: number;
  /** Voltage at the middle of the screen. */
  readonly offset_V: number;
  /** 1 MΩ where left out. */
  readonly impedance?: "1M" | "50";
  /** DC where left out. */
  readonly coupling?: "dc" | "ac";
  /** Takes what is faster away, where the scope has a limiter: the nearest it has, not below. Full bandwidth where left out. */
  readonly bandwidth_Hz?: number;
}

export interface CapturePlan {
  readonly channels: readonly CaptureChannel[];
  /** Length of the record, seconds. */
  readonly window_s: number;
  /** Where the trigger lies in the record, seconds after its beginning. */
  readonly pretrigger_s: number;
  readonly trigger: {
    /** A channel of the plan, or the external trigger input where the scope has one. */
    readonly channel: number | "external";
    readonly level_V: number;
    readonly slope: "rising" | "falling";
  };
  /** Records to take, one a trigger. */
  readonly segments: number;
  /** Fewest points wanted in a record; the scope may give more. */
  readonly points: number;
  /** Records averaged into each one; 1 where left out. Only with one segment. */
  readonly average?: number;
}

/** One record. All channels share its time axis. */
export interface Capture {
  /** From 0 to segments − 1. */
  readonly segment: number;
  /** Time of the trigger since the first one of the plan, by the scope's clock. */
  readonly trigger_s: number;
  /** Time of sample 0 relative to the trigger. */
  readonly start_s: number;
  readonly step_s: number;
  /** Volts by channel number; valid until the next capture is asked for. */
  readonly volts: ReadonlyMap<number, Float64Array>;
}

export interface CaptureRanges {
  readonly channels: number;
  readonly maxSegments: number;
  readonly maxPoints: number;
  readonly minStep_s: number;
  /** Most records in an average. */
  readonly maxAverage: number;
  /** It has an external trigger input. */
  readonly external: boolean;
}

/** Records voltages against time on a trigger: an oscilloscope with segmented memory. */
export interface CaptureScope extends Instrument {
  readonly ranges: CaptureRanges;
  /**
   * The records that `captures` is giving are all in this program's memory since the first one came: the scope may be armed for the
   * next ones, and those be played, while the rest is taken. Left out, or false: it may not.
   */
  readonly recordsInMemory?: boolean;
  /**
   * Sets up and arms; resolves when the scope waits for its first trigger.
   *
   * @throws MemrigError `invalid-request`: beyond the ranges; nothing was sent
   */
  arm(plan: CapturePlan, signal: AbortSignal): Promise<void>;
  /**
   * Waits until the armed plan is complete, and gives its records in order.
   *
   * @param timeout_s longest wait for the last trigger
   * @throws MemrigError `no-answer`: not all triggers came in time; the scope is stopped, the message says how many came
   */
  captures(timeout_s: number, signal: AbortSignal): AsyncGenerator<Capture, void, undefined>;
}
