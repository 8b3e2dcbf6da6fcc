/** One range of a quantity. */
export interface RangeFacts {
  /** Nominal full scale; sources and measures 5 % beyond it. */
  readonly full: number;
  /** Step of the programmed level. */
  readonly sourceStep: number;
  /** Last digit of a reading. */
  readonly readStep: number;
  /** Standard deviation of a reading at 1 power line cycle. */
  readonly noise: number;
  /** How far it reaches beyond its nominal full scale; `OVERRANGE` where left out. */
  readonly over?: number;
  /** Of pulses only: no steady level has it. */
  readonly pulses?: boolean;
}

/** What one model of the family can do. */
export interface SmuModel {
  readonly name: string;
  readonly voltage: readonly RangeFacts[];
  readonly current: readonly RangeFacts[];
  /** Above this voltage only `highVoltageCurrent_A` is to be had. */
  readonly corner_V: number;
  readonly highVoltageCurrent_A: number;
  /** It has pulses: below `corner_V` those with more current than this are short. */
  readonly pulseOver_A?: number;
  /** Smallest settable current limit. */
  readonly leastLimit_A: number;
  /** Steps of the overvoltage protection. */
  readonly protection_V: readonly number[];
  /** With the interlock open, as it is here, no more than this reaches the terminals. */
  readonly interlock_V: number;
}

/** Sources and measures reach 5 % beyond the nominal range. */
export const OVERRANGE = 1.05;

/**
 * Steps as the data sheet gives them: 6½ digits reading, 50 000 counts source. Noise is 1 ppm of the range for volts and
 * 2 ppm plus 20 fA for amperes at 1 PLC; the sheets give peak-to-peak figures of that order (SPEC-2450 Rev A).
 */
function volts(...ranges_V: readonly number[]): RangeFacts[] {
  return ranges_V.map((full) => ({ full, sourceStep: full * 2.5e-5, readStep: full * 5e-7, noise: full * 1e-6 }));
}

function amperes(...ranges_A: readonly number[]): RangeFacts[] {
  return ranges_A.map((full) => ({
    full,
    sourceStep: full * 5e-5,
    readStep: full * 1e-6,
    noise: full * 2e-6 + 2e-14,
  }));
}

const interlock_V = 42;
const protection_V = [2, 5, 10, 20, 40, 60, 80, 100, 120, 140, 160, 180];

const families: readonly SmuModel[] = [
  {
    name: "2450",
    voltage: volts(0.02, 0.2, 2, 20, 200),
    current: amperes(1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1),
    corner_V: 21,
    highVoltageCurrent_A: 0.105,
    leastLimit_A: 1e-9,
    protection_V,
    interlock_V,
  },
  {
    name: "2460",
    voltage: volts(0.2, 2, 7, 10, 20, 100),
    current: amperes(1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 4, 5, 7),
    corner_V: 21,
    highVoltageCurrent_A: 1.05,
    leastLimit_A: 1e-9,
    protection_V: protection_V.filter((level) => level <= 100),
    interlock_V,
  },
  {
    name: "2461",
    voltage: volts(0.2, 2, 7, 10, 20, 100),
    current: [
      ...amperes(1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 4, 5, 7),
      ...amperes(10).map((range) => ({ ...range, pulses: true })),
    ],
    pulseOver_A: 7.35,
    corner_V: 21,
    highVoltageCurrent_A: 1.05,
    leastLimit_A: 1e-9,
    protection_V: protection_V.filter((level) => level <= 100),
    interlock_V,
  },
  {
    name: "2470",
    voltage: volts(0.2, 2, 20, 200, 1000),
    current: amperes(1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1),
    corner_V: 21,
    highVoltageCurrent_A: 0.105,
    leastLimit_A: 1e-9,
    protection_V: [...protection_V, 350, 500, 700, 850, 1000],
    interlock_V,
  },
];

export const smuModels: ReadonlyMap<string, SmuModel> = new Map(families.map((model) => [model.name, model]));

/** Largest magnitude of a steady quantity. */
export function reach(ranges: readonly RangeFacts[]): number {
  return pulseReach(ranges.filter(({ pulses }) => pulses !== true));
}

/** The same of pulses. */
export function pulseReach(ranges: readonly RangeFacts[]): number {
  return (ranges.at(-1) as RangeFacts).full * (ranges.at(-1)?.full === 1000 ? 1.1 : OVERRANGE);
}

/** Largest magnitude on a range. */
export function topOf({ full, over = OVERRANGE }: RangeFacts): number {
  return full * over;
}

/** The most sensitive range that takes a magnitude; the largest where none does. */
export function rangeFor(ranges: readonly RangeFacts[], magnitude: number): RangeFacts {
  const wanted = Math.abs(magnitude) * (1 - 1e-9);
  return ranges.find((range) => wanted <= topOf(range)) ?? (ranges.at(-1) as RangeFacts);
}

/** The range a person names by a magnitude: the smallest nominal one that is at least as large. */
export function rangeNamed(ranges: readonly RangeFacts[], magnitude: number): RangeFacts {
  const wanted = Math.abs(magnitude) * (1 - 1e-9);
  return ranges.find((range) => wanted <= range.full) ?? (ranges.at(-1) as RangeFacts);
}

/** The nearest whole number of steps. Steps that are a whole fraction of 1 give the decimal a person would write. */
export function rounded(value: number, step: number): number {
  const perUnit = Math.round(1 / step);
  if (perUnit >= 1 && Math.abs(perUnit * step - 1) < 1e-9) return Math.round(value * perUnit) / perUnit;
  return Math.round(value / step) * step;
}
