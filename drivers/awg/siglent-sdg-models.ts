import type { PulseRanges } from "../../src/capabilities/index.js";

export interface SdgModel {
  readonly ranges: PulseRanges;
  /** Samples are told to be read at the frequency of the whole (`SRATE MODE,DDS`); the SDG1000X can do nothing else. */
  readonly hasSampleClock: boolean;
  /** Length of its memory: shorter waveforms are stretched to it. Undefined: any length is taken as it is. */
  readonly points: number | undefined;
  /** Fastest repetition of an arbitrary waveform. */
  readonly arbMax_Hz: number;
}

export const SDG_CHANNELS = 2;

const common = { maxLevel_V: 10, maxCycles: 1_000_000, sourceResistance_ohm: 50 };

/** By the model field of `*IDN?`: `SDG1032X`, `SDG2042X`; undefined where it is not of these families. */
export function modelOf(model: string): SdgModel | undefined {
  if (/^SDG10[136]2X$/i.test(model)) {
    // 6 MHz and the shortest waveform, 8 samples: 48 MSa/s, of which 40 divides round times.
    const ranges = { ...common, minSegment_s: 25e-9, maxSamples: 16_384 };
    return { ranges, hasSampleClock: false, points: 16_384, arbMax_Hz: 6e6 };
  }
  if (/^SDG2(04|08|12)2X$/i.test(model)) {
    // 20 MHz and 8 samples: 160 MSa/s. The memory holds 8 Mpts; this much is one message of 2 MB.
    const ranges = { ...common, minSegment_s: 8e-9, maxSamples: 1_048_576 };
    return { ranges, hasSampleClock: true, points: undefined, arbMax_Hz: 20e6 };
  }
  return undefined;
}
