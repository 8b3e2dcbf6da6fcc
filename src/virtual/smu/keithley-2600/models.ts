import type { RangeFacts } from "../models.js";

/** What one model of the 2600B series can do. */
export interface Smu2600Model {
  readonly name: string;
  readonly channels: 1 | 2;
  readonly voltage: readonly RangeFacts[];
  readonly current: readonly RangeFacts[];
  /** Above this voltage only `highVoltageCurrent_A` is to be had. */
  readonly corner_V: number;
  readonly highVoltageCurrent_A: number;
  readonly leastLimit_V: number;
  readonly leastLimit_A: number;
  readonly defaultLimit_A: number;
  /** Above 42 V only with the interlock closed. */
  readonly interlocked: boolean;
  /** What only pulses reach (data sheets, pulse characteristics). */
  readonly pulses: readonly PulseRegion2600[];
}

/** So much for so long, and for such a share of the time. */
export interface PulseRegion2600 {
  readonly most_V: number;
  readonly most_A: number;
  readonly width_s: number;
  readonly duty: number;
}

/** Sources and measures reach 1 % beyond the nominal range. */
export const OVERRANGE_2600 = 1.01;

/**
 * Steps as the data sheets give them: 6½ digits reading, 50 000 counts source. Noise is 1 ppm of the range for volts and
 * 2 ppm plus 1 fA for amperes at 1 PLC, of the order of the sheets' figures (SPEC-2602B, SPEC-2612B, SPEC-2636B).
 */
function volts(...ranges_V: readonly number[]): RangeFacts[] {
  return ranges_V.map((full) => ({ full, sourceStep: full * 5e-5, readStep: full * 1e-6, noise: full * 1e-6 }));
}

function amperes(...ranges_A: readonly number[]): RangeFacts[] {
  return ranges_A.map((full) => ({ full, sourceStep: full * 2e-5, readStep: full * 1e-6, noise: full * 2e-6 + 1e-15 }));
}

/** The largest range is for pulses only. */
function amperesAndPulses(...ranges_A: readonly number[]): RangeFacts[] {
  return [...amperes(...ranges_A), ...amperes(10).map((range) => ({ ...range, pulses: true }))];
}

/** The largest range that a steady level has. */
export function steadyRange(ranges: readonly RangeFacts[]): RangeFacts {
  return ranges.findLast(({ pulses }) => pulses !== true) as RangeFacts;
}

type Family = Omit<Smu2600Model, "name" | "channels">;

const low: Family = {
  voltage: volts(0.1, 1, 6, 40),
  current: amperesAndPulses(1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 3),
  corner_V: 6.06,
  highVoltageCurrent_A: 1.01,
  leastLimit_V: 0.01,
  leastLimit_A: 1e-8,
  defaultLimit_A: 1,
  interlocked: false,
  pulses: [
    { most_V: 40, most_A: 1.5, width_s: 100e-3, duty: 0.25 },
    { most_V: 35, most_A: 5, width_s: 4e-3, duty: 0.04 },
    { most_V: 30, most_A: 10, width_s: 1.8e-3, duty: 0.01 },
  ],
};
const high: Family = {
  voltage: volts(0.2, 2, 20, 200),
  current: amperesAndPulses(1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 1.5),
  corner_V: 20.2,
  highVoltageCurrent_A: 0.101,
  leastLimit_V: 0.02,
  leastLimit_A: 1e-8,
  defaultLimit_A: 0.1,
  interlocked: true,
  pulses: [
    { most_V: 180, most_A: 1, width_s: 8.5e-3, duty: 0.01 },
    { most_V: 200, most_A: 1, width_s: 2.2e-3, duty: 0.01 },
    { most_V: 5, most_A: 10, width_s: 1e-3, duty: 0.022 },
  ],
};
const fine: Family = {
  ...high,
  current: amperesAndPulses(1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 1.5),
  leastLimit_A: 1e-10,
};
const finest: Family = {
  ...fine,
  current: amperesAndPulses(1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 1.5),
};

const models: readonly Smu2600Model[] = [
  { name: "2601B", channels: 1, ...low },
  { name: "2602B", channels: 2, ...low },
  { name: "2604B", channels: 2, ...low },
  { name: "2611B", channels: 1, ...high },
  { name: "2612B", channels: 2, ...high },
  { name: "2614B", channels: 2, ...high },
  { name: "2634B", channels: 2, ...fine },
  { name: "2635B", channels: 1, ...finest },
  { name: "2636B", channels: 2, ...finest },
];

export const smu2600Models: ReadonlyMap<string, Smu2600Model> = new Map(models.map((model) => [model.name, model]));
