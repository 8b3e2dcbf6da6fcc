import type { PulseRanges } from "../../src/capabilities/index.js";

/** What differs within the family. */
export interface GeneratorModel {
  readonly channels: number;
  readonly ranges: PulseRanges;
}

/**
 * Fastest samples with the output filter off, which is what makes a step a step: 62.5 MSa/s for the 33500 series,
 * 250 MSa/s for the 33600 (Keysight 33500/33600 help, RATE:COUPle:OFFSet). With a filter they are faster, and round.
 */
const FASTEST_SA_PER_S = { "335": 62.5e6, "336": 250e6 } as const;

/**
 * By the model field of `*IDN?`; undefined where it is not of this family.
 *
 * Samples: one million without the memory option, four million for the 33600. Levels: ±5 V into 50 Ω, twice that into
 * an open circuit.
 */
export function modelOf(model: string): GeneratorModel | undefined {
  const match = /^(335|336)\d([0129])[AB]$/i.exec(model);
  if (!match) return undefined;
  const series = match[1] === "336" ? "336" : "335";
  const rate = FASTEST_SA_PER_S[series];
  const ranges: PulseRanges = {
    maxLevel_V: 10,
    minSegment_s: 1 / rate,
    maxSamples: series === "336" ? 4e6 : 1e6,
    maxCycles: 1e8,
    sourceResistance_ohm: 50,
  };
  return { channels: match[2] === "0" || match[2] === "2" ? 2 : 1, ranges };
}
