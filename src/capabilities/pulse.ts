import type { Instrument } from "./instrument.js";
import type { LoadedWaveform, WaveformPlan } from "./waveform.js";

/** One piece of a pulse cycle: a constant level for a time. Edges are as fast as the generator makes them. */
export interface PulseSegment {
  /** Open-circuit level. */
  readonly level_V: number;
  readonly duration_s: number;
}

/** What is sent for one cycle, and the levels it must stay within: neither can be set without the other. */
export interface PulseCycle {
  readonly segments: readonly PulseSegment[];
  /** The generator is told to refuse anything beyond these. */
  readonly limit: { readonly low_V: number; readonly high_V: number };
}

/** The cycle as the generator will play it, after rounding to its samples. */
export interface LoadedCycle {
  readonly segments: readonly PulseSegment[];
  readonly samples: number;
  readonly rate_Sa_per_s: number;
}

export interface PulseRanges {
  readonly maxLevel_V: number;
  readonly minSegment_s: number;
  readonly maxSamples: number;
  readonly maxCycles: number;
  readonly sourceResistance_ohm: number;
  /** Smallest distance of the two levels of a waveform, open circuit; 20 mV where left out. */
  readonly minSpan_V?: number;
}

/** Plays a cycle of levels a counted number of times on a trigger: an arbitrary waveform generator with burst. */
export interface PulseSource extends Instrument {
  readonly channels: number;
  readonly ranges: PulseRanges;
  /**
   * Loads the cycle, to be played `cycles` times per trigger; idles at 0 V before and after. The output stays as it is
   * (off, unless it was turned on).
   *
   * @throws MemrigError `invalid-request`: level, time or count outside the ranges; nothing was sent
   * @throws MemrigError `instrument-refused`: the instrument queued an error; output off
   */
  load(channel: number, cycle: PulseCycle, cycles: number): Promise<LoadedCycle>;
  /**
   * Sets up a waveform of the generator's own, or samples. The output stays as it is (off, unless it was turned on); a burst
   * idles at the waveform's start level and waits for `trigger`, anything else plays while the output is on.
   *
   * @returns what the generator made of it, read back
   * @throws MemrigError `invalid-request`: what the generator can not play; nothing was sent
   * @throws MemrigError `instrument-refused`: it queued an error, or reads back another setting; output off
   */
  setWaveform(channel: number, plan: WaveformPlan): Promise<LoadedWaveform>;
  outputOn(channel: number): Promise<void>;
  /** Safe in any state, any number of times. */
  outputOff(channel: number): Promise<void>;
  /** Starts one burst of the loaded cycles. Resolves when the generator has taken the trigger. */
  trigger(channel: number): Promise<void>;
}
