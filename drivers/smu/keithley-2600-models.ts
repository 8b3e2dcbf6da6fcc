import type { PulseRegion, SweepRanges } from "../../src/capabilities/index.js";

/** What a channel of one model can do, and how many there are. */
export interface Model2600 {
  readonly channels: 1 | 2;
  readonly ranges: SweepRanges;
  /** Above this voltage only `highVoltageCurrent_A` is to be had. */
  readonly corner_V: number;
  readonly highVoltageCurrent_A: number;
}

/** Shortest time at a level: an aperture, and what the trigger model takes around it. */
const MIN_DWELL_S = 1e-3;

/** Shortest as the data sheets have it; as long as a timer goes. */
const pulses = (beyond: readonly PulseRegion[]) => ({ minWidth_s: 100e-6, maxWidth_s: 4000, beyond });
const region = (maxVoltage_V: number, maxCurrent_A: number, maxWidth_s: number, maxDuty: number): PulseRegion => ({
  maxVoltage_V,
  maxCurrent_A,
  maxWidth_s,
  maxDuty,
});

type Family = Omit<Model2600, "channels">;
const low: Family = {
  ranges: {
    maxVoltage_V: 40.4,
    maxCurrent_A: 3.03,
    maxPower_W: 40,
    minDwell_s: MIN_DWELL_S,
    pulse: pulses([region(40, 1.5, 100e-3, 0.25), region(35, 5, 4e-3, 0.04), region(30, 10, 1.8e-3, 0.01)]),
  },
  corner_V: 6.06,
  highVoltageCurrent_A: 1.01,
};
const high: Family = {
  ranges: {
    maxVoltage_V: 202,
    maxCurrent_A: 1.515,
    maxPower_W: 30,
    minDwell_s: MIN_DWELL_S,
    pulse: pulses([region(180, 1, 8.5e-3, 0.01), region(200, 1, 2.2e-3, 0.01), region(5, 10, 1e-3, 0.022)]),
  },
  corner_V: 20.2,
  highVoltageCurrent_A: 0.101,
};

/** By model number; the A series differs in nothing that counts here. 2600BS-901-01 Rev B, and the data sheets, pulse regions included. */
const models: ReadonlyMap<string, Model2600> = new Map([
  ["2601", { channels: 1, ...low }],
  ["2602", { channels: 2, ...low }],
  ["2604", { channels: 2, ...low }],
  ["2611", { channels: 1, ...high }],
  ["2612", { channels: 2, ...high }],
  ["2614", { channels: 2, ...high }],
  ["2634", { channels: 2, ...high }],
  ["2635", { channels: 1, ...high }],
  ["2636", { channels: 2, ...high }],
]);

/** By the model in an identity: `2602B`, `Model 2602B`. Undefined where it is not of this family. */
export function model2600(model: string): Model2600 | undefined {
  return models.get(/26\d\d(?=[AB]\b)/i.exec(model)?.[0] ?? "");
}
