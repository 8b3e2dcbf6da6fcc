import type { PulseRanges } from "../../src/capabilities/index.js";

export interface AfgModel {
  readonly channels: number;
  readonly ranges: PulseRanges;
  /** Where samples go: one edit memory for all channels, or one for each. */
  readonly memories: "shared" | "each";
}

/**
 * Fastest samples that hold for the whole memory: the faster models reach 1 or 2 GSa/s with 16 384 points and less
 * (AFG3000C data sheet, arbitrary waveforms).
 */
const RATE_SA_PER_S = 250e6;

/**
 * By the model field of `*IDN?`: `AFG3102C`, `AFG31152`; undefined where it is not of these families. The last digit of the
 * number is the count of channels.
 */
export function modelOf(model: string): AfgModel | undefined {
  const match = /^AFG3(?:(\d\d)(\d)C?|1(\d\d)(\d))$/i.exec(model);
  if (!match) return undefined;
  const channels = Number(match[2] ?? match[4]);
  if (channels !== 1 && channels !== 2) return undefined;
  return {
    channels,
    memories: match[4] === undefined ? "shared" : "each",
    ranges: {
      maxLevel_V: 10,
      minSegment_s: 1 / RATE_SA_PER_S,
      maxSamples: 131_072,
      maxCycles: 1_000_000,
      sourceResistance_ohm: 50,
      minSpan_V: 40e-3,
    },
  };
}
