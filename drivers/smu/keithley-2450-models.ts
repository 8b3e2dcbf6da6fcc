import type { PulseReach, SweepRanges } from "../../src/capabilities/index.js";

/** Shortest time at a level: two readings of 0.01 power line cycles, and what the trigger model takes between them. */
const MIN_DWELL_S = 1e-3;

/**
 * Widths from 150 µs in the manual; shorter than this two readings of 0.01 power line cycles, of the forced and of the measured
 * quantity, do not fit in. Of what only pulses reach all is short: 10 A at 100 V for 5 % of the time (2461-901-01 A, 6-110).
 */
const PULSE_2461: PulseReach = {
  minWidth_s: 500e-6,
  maxWidth_s: 1e4,
  beyond: [{ maxVoltage_V: 105, maxCurrent_A: 10.5, maxWidth_s: 1e-3, maxDuty: 0.05 }],
};

/** By model number. SPEC-2450 Rev A; 2461-901-01 A; 2470-901-01 A. Each range reaches 5 % beyond its name. */
const models: ReadonlyMap<string, SweepRanges> = new Map([
  ["2450", { maxVoltage_V: 210, maxCurrent_A: 1.05, maxPower_W: 20, minDwell_s: MIN_DWELL_S }],
  ["2460", { maxVoltage_V: 105, maxCurrent_A: 7.35, maxPower_W: 100, minDwell_s: MIN_DWELL_S }],
  ["2461", { maxVoltage_V: 105, maxCurrent_A: 7.35, maxPower_W: 100, minDwell_s: MIN_DWELL_S, pulse: PULSE_2461 }],
  ["2470", { maxVoltage_V: 1100, maxCurrent_A: 1.05, maxPower_W: 20, minDwell_s: MIN_DWELL_S }],
]);

/** What the model can do; undefined where it is not of this family. */
export function rangesOf(model: string): SweepRanges | undefined {
  return models.get(model);
}
