/** One of a generator's own waveforms, or samples. Times in seconds. */
export type Waveform =
  | { readonly shape: "sine" | "noise" | "dc"; readonly frequency_Hz?: number }
  | {
      readonly shape: "square";
      readonly frequency_Hz: number;
      /** High share of the period, 0 to 1. */ readonly duty: number;
    }
  | {
      readonly shape: "ramp";
      readonly frequency_Hz: number;
      /** Rising share of the period, 0 to 1. */ readonly symmetry: number;
    }
  | {
      readonly shape: "pulse";
      readonly period_s: number;
      /** Between the half levels of both edges. */
      readonly width_s: number;
      /** 10 % to 90 %. */
      readonly rise_s: number;
      readonly fall_s: number;
    }
  /** Volts, one after the other at the rate. */
  | { readonly shape: "samples"; readonly volts: Float64Array; readonly rate_Sa_per_s: number };

/** A waveform, its levels, and what it must stay within: none can be set without the other. */
export interface WaveformPlan {
  readonly waveform: Waveform;
  /** Open-circuit levels, whatever the load setting; for `dc` both are the level. For `samples` they follow from the samples. */
  readonly low_V: number;
  readonly high_V: number;
  /** The generator is told to refuse anything beyond these, where it can be told; checked here where it can not. */
  readonly limit: { readonly low_V: number; readonly high_V: number };
  /** What the displayed amplitude is scaled for; high impedance where left out. Changes no open-circuit level. */
  readonly load_ohm?: number;
  /** Upside down about the middle; normal where left out. */
  readonly polarity?: "normal" | "inverted";
  /** So many periods per trigger; left out: played on and on. */
  readonly burst?: { readonly cycles: number; readonly trigger: "bus" | "external" };
}

/** What the generator will play, as it reads back. */
export interface LoadedWaveform {
  readonly low_V: number;
  readonly high_V: number;
  /** Of the period; undefined for dc and noise. */
  readonly frequency_Hz?: number;
}
