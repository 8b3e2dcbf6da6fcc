import type { RangeFacts } from "../models.js";

/** What one model of the B2900 series can do. */
export interface ModelB2900 {
  readonly name: string;
  readonly channels: number;
  readonly voltage: readonly RangeFacts[];
  readonly current: readonly RangeFacts[];
  /** Shortest interval of its timers. */
  readonly interval_s: number;
}

/** Largest voltages, and the largest direct current that each goes with (data sheet, maximum voltage and current). */
export const envelope: readonly (readonly [most_V: number, most_A: number])[] = [
  [6, 3.03],
  [21, 1.515],
  [210, 0.105],
];
/** The two largest current ranges reach 1 % beyond their names, all others 5 %. */
const TOP_A = 1.5;
const TOP_OVER = 1.01;

/** Source steps of 5½ or 6½ digits, readings of 6½ in all (data sheet). Noise: 1 ppm of the range at one power line cycle. */
function model(name: string, fine: boolean): ModelB2900 {
  const step = fine ? 5e-7 : 5e-6;
  const amperes = [...(fine ? [1e-8] : []), 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 1.5, 3];
  return {
    name,
    channels: name.charAt(4) === "2" ? 2 : 1,
    voltage: [0.2, 2, 20, 200].map((full) => ({
      full,
      sourceStep: full * step,
      readStep: full * 5e-7,
      noise: full * 1e-6,
    })),
    current: amperes.map((full) => ({
      full,
      sourceStep: full * 2 * step,
      readStep: full * 1e-6,
      noise: full * 1e-6 + 2e-14,
      ...(full >= TOP_A ? { over: TOP_OVER } : {}),
    })),
    interval_s: fine ? 10e-6 : 20e-6,
  };
}

const names = ["B2901", "B2902", "B2911", "B2912"].flatMap((name) => [`${name}A`, `${name}B`]);

export const modelsB2900: ReadonlyMap<string, ModelB2900> = new Map(
  names.map((name) => [name, model(name, name.charAt(3) === "1")]),
);
