import type { SweepRanges } from "../../src/capabilities/index.js";

/** What a model of the series has. */
export interface ModelB2900 {
  readonly channels: number;
  readonly ranges: SweepRanges;
  /** Smallest current range. */
  readonly leastRange_A: number;
}

/**
 * Shortest time at a level. The timers go down to 10 or 20 µs; a look into the buffer while it fills and a measurement that
 * begins after the level has settled want more.
 */
const MIN_DWELL_S = 200e-6;
/** Programmable from 50 µs (user's guide, pulse source supplemental characteristics); direct-current levels last as long as they like. */
const PULSE = { minWidth_s: 50e-6, maxWidth_s: 1e4 };

/**
 * Largest voltages, and the largest direct current that each goes with (data sheet). The larger currents of short pulses are
 * not used.
 */
export const ENVELOPE: readonly { readonly most_V: number; readonly most_A: number }[] = [
  { most_V: 6, most_A: 3.03 },
  { most_V: 21, most_A: 1.515 },
  { most_V: 210, most_A: 0.105 },
];

/** By the model field of `*IDN?`; undefined where it is not of this series. The fourth digit is the count of channels. */
export function modelB2900(name: string): ModelB2900 | undefined {
  const match = /^B29([01])([12])(A|B|BL|CL)?$/i.exec(name);
  if (!match) return undefined;
  return {
    channels: match[2] === "2" ? 2 : 1,
    leastRange_A: match[1] === "1" ? 10e-9 : 100e-9,
    ranges: { maxVoltage_V: 210, maxCurrent_A: 3.03, maxPower_W: 31.8, minDwell_s: MIN_DWELL_S, pulse: PULSE },
  };
}
