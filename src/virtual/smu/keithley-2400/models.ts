import type { RangeFacts, SmuModel } from "../models.js";

/**
 * Resolution by the specifications of the series: 5½ digits reading, and a source step of a 40 000th of the range for
 * volts and a 20 000th for amperes. Noise is 5 ppm of the range at 1 PLC, the order of the peak-to-peak figures there.
 */
function volts(...ranges_V: readonly number[]): RangeFacts[] {
  return ranges_V.map((full) => ({ full, sourceStep: full * 2.5e-5, readStep: full * 5e-6, noise: full * 5e-6 }));
}

function amperes(...ranges_A: readonly number[]): RangeFacts[] {
  return ranges_A.map((full) => ({ full, sourceStep: full * 5e-5, readStep: full * 1e-5, noise: full * 5e-6 }));
}

/** Steps of the protection: tenths of the largest range, the last one eight of them. */
const tenths = (full: number) => [1, 2, 3, 4, 5, 6, 8].map((step) => (step * full) / 10);

function model(
  name: string,
  voltage: readonly RangeFacts[],
  current: readonly RangeFacts[],
  corner_V: number,
  highVoltageCurrent_A: number,
  protection_V: readonly number[],
): SmuModel {
  const leastLimit_A = (current[0]?.full ?? 0) * 1e-3;
  return { name, voltage, current, corner_V, highVoltageCurrent_A, leastLimit_A, protection_V, interlock_V: Infinity };
}

const small_A = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1];
const large_A = [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1];

/** The series as 2400S-900-01 gives its ranges (6-19, 18-69); the 2430 without its pulses. */
const families: readonly SmuModel[] = [
  model("2400", volts(0.2, 2, 20, 200), amperes(...small_A), 21, 0.105, tenths(200)),
  model("2401", volts(0.2, 2, 20), amperes(...small_A), 21, 1.05, [20]),
  model(
    "2410",
    volts(0.2, 2, 20, 1000),
    amperes(1e-6, 1e-5, 1e-4, 1e-3, 2e-2, 0.1, 1),
    21,
    0.021,
    [20, 40, 100, 200, 300, 400, 500],
  ),
  model("2420", volts(0.2, 2, 20, 60), amperes(...large_A, 3), 21, 1.05, tenths(60)),
  model("2425", volts(0.2, 2, 20, 100), amperes(...large_A, 3), 21, 1.05, tenths(100)),
  model("2430", volts(0.2, 2, 20, 100), amperes(...large_A, 3), 21, 1.05, tenths(100)),
  model("2440", volts(0.2, 2, 10, 40), amperes(...large_A, 5), 10.5, 1.05, tenths(40)),
];

export const models2400: ReadonlyMap<string, SmuModel> = new Map(families.map((each) => [each.name, each]));
