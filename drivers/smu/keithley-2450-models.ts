import type { SweepRanges } from "../../src/capabilities/index.js";

/** Shortest time at a level: two readings of 0.01 power line cycles, and what the trigger model takes between them. */
const MIN_DWELL_S = 1e-3;

/** By model number. SPEC-2450 Rev A; 2461-901-01 A; 2470-901-01 A. Each range reaches 5 % beyond its name. */
const models: ReadonlyMap<string, SweepRanges> = new Map([
  ["2450", { maxVoltage_V: 210, maxCurrent_A: 1.05, maxPower_W: 20, minDwell_s: MIN_DWELL_S }],
  ["2460", { maxVoltage_V: 105, maxCurrent_A: 7.35, maxPower_W: 100, minDwell_s: MIN_DWELL_S }],
  ["2461", { maxVoltage_V: 105, maxCurrent_A: 7.35, maxPower_W: 100, minDwell_s: MIN_DWELL_S }],
  ["2470", { maxVoltage_V: 1100, maxCurrent_A: 1.05, maxPower_W: 20, minDwell_s: MIN_DWELL_S }],
]);

/** What the model can do; undefined where it is not of this family. */
export function rangesOf(model: string): SweepRanges | undefined {
  return models.get(model);
}
