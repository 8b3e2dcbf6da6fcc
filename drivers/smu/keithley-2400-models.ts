import type { SweepRanges } from "../../src/capabilities/index.js";

/** Shortest time at a level: its clock counts milliseconds, and two readings of 0.01 power line cycles fit. */
const MIN_DWELL_S = 2e-3;

function ranges(maxVoltage_V: number, maxCurrent_A: number, maxPower_W: number): SweepRanges {
  return { maxVoltage_V, maxCurrent_A, maxPower_W, minDwell_s: MIN_DWELL_S };
}

/** By model number (2400S-900-01, 6-19 and 18-69). Each range reaches 5 % beyond its name. The 2430 without its pulses. */
const models: ReadonlyMap<string, SweepRanges> = new Map([
  ["2400", ranges(210, 1.05, 20)],
  ["2401", ranges(21, 1.05, 20)],
  ["2410", ranges(1100, 1.05, 20)],
  ["2420", ranges(63, 3.15, 60)],
  ["2425", ranges(105, 3.15, 100)],
  ["2430", ranges(105, 3.15, 100)],
  ["2440", ranges(42, 5.25, 50)],
]);

/** What the model can do; undefined where it is not of this family. */
export function rangesOf2400(model: string): SweepRanges | undefined {
  return models.get(model);
}
