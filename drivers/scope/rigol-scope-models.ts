import type { CaptureRanges } from "../../src/capabilities/index.js";

/** What differs between the two families. */
export interface RigolFamily {
  readonly ranges: CaptureRanges;
  /** Horizontal divisions that a record is long. */
  readonly divisions: number;
  /** Memory depths of one channel alone, with the word for each. */
  readonly depths: readonly number[];
  /** Several channels divide the depths; else they limit them. */
  readonly dividesDepths: boolean;
  /** Most bytes that one question gives. */
  readonly chunk: number;
  /** A generator is built in, or an option: whether this one has it is not in its name. */
  readonly mayHaveGenerator: boolean;
}

/** By the model field of `*IDN?`: `DS1104Z`, `MSO1104Z`, `MSO5074`; undefined where it is none of these. */
export function familyOf(model: string): RigolFamily | undefined {
  const common = { maxSegments: 1, external: false };
  const old = /^(?:DS|MSO)1\d\d(\d)Z/i.exec(model.trim());
  if (old) {
    return {
      ranges: { ...common, channels: Number(old[1]), maxPoints: 12_000_000, minStep_s: 1e-9, maxAverage: 1024 },
      divisions: 12,
      depths: [12e3, 120e3, 1.2e6, 12e6],
      dividesDepths: true,
      chunk: 250_000,
      mayHaveGenerator: /-S\b/i.test(model),
    };
  }
  const newer = /^MSO5\d\d([24])/i.exec(model.trim());
  if (!newer) return undefined;
  return {
    ranges: { ...common, channels: Number(newer[1]), maxPoints: 100_000_000, minStep_s: 1 / 8e9, maxAverage: 65_536 },
    divisions: 10,
    depths: [1e3, 10e3, 100e3, 1e6, 10e6, 25e6, 50e6, 100e6],
    dividesDepths: false,
    // The whole memory would come at once; pieces let an abort through.
    chunk: 5_000_000,
    mayHaveGenerator: true,
  };
}
