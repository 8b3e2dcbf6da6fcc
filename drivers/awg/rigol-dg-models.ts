import type { PulseRanges } from "../../src/capabilities/index.js";

/** How a family is told the same things. */
export interface DgModel {
  readonly family: "DG1000Z" | "DG4000";
  readonly ranges: PulseRanges;
  /** Fastest repetition of samples; Infinity where a sample clock is set instead. */
  readonly arbMax_Hz: number;
}

/** Both families have two channels. */
export const DG_CHANNELS = 2;
/** The one block of samples that a DG4000 takes; fewer it would join by straight lines. */
export const DG4000_POINTS = 16_384;

/** Sample-rate mode: below the 60 MSa/s it ends at, and a whole part of round times. */
const DG1000Z_RATE_SA_PER_S = 50e6;
/** More is taken by all models (2 to 16 Mpts), in blocks of 8192: this is 128 of them. */
const DG1000Z_SAMPLES = 1_048_576;

/**
 * By model: fastest repetition of an arbitrary waveform (DG4000 data sheet), and a sample time at which the shortest waveform,
 * 8 samples, still is within it.
 */
const fast: Readonly<Record<string, { readonly arbMax_Hz: number; readonly rate_Sa_per_s: number }>> = {
  DG4062: { arbMax_Hz: 15e6, rate_Sa_per_s: 100e6 },
  DG4102: { arbMax_Hz: 25e6, rate_Sa_per_s: 200e6 },
  DG4162: { arbMax_Hz: 40e6, rate_Sa_per_s: 250e6 },
  DG4202: { arbMax_Hz: 50e6, rate_Sa_per_s: 250e6 },
};

/** By the model field of `*IDN?`: `DG1062Z`, `DG4162`; undefined where it is not of these families. */
export function modelOf(model: string): DgModel | undefined {
  const common = { maxLevel_V: 10, maxCycles: 1_000_000, sourceResistance_ohm: 50 };
  if (/^DG10[236]2Z$/i.test(model)) {
    return {
      family: "DG1000Z",
      arbMax_Hz: Infinity,
      ranges: { ...common, minSegment_s: 1 / DG1000Z_RATE_SA_PER_S, maxSamples: DG1000Z_SAMPLES },
    };
  }
  const speed = fast[model.toUpperCase()];
  if (!speed) return undefined;
  return {
    family: "DG4000",
    arbMax_Hz: speed.arbMax_Hz,
    ranges: { ...common, minSegment_s: 1 / speed.rate_Sa_per_s, maxSamples: DG4000_POINTS },
  };
}
