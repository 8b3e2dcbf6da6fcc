import type { Smu } from "../smu.js";
import type { RangeFacts, SmuModel } from "../models.js";

/** One SMU card. */
export interface Channel {
  readonly number: number;
  readonly smu: Smu;
  readonly preamp: boolean;
  /** `A` for SMU1, in every reading. */
  readonly letter: string;
}

const volts = [0.2, 2, 20, 200].map((full): RangeFacts => {
  return { full, sourceStep: full * 2.5e-5, readStep: full * 5e-7, noise: full * 2e-6 };
});

function amperes(least_A: number): RangeFacts[] {
  const ranges_A = Array.from({ length: 12 }, (_, k) => Number(`1e${k - 12}`));
  return ranges_A
    .filter((full) => full >= least_A)
    .map((full) => ({ full, sourceStep: full * 5e-5, readStep: full * 1e-6, noise: full * 5e-6 + 1e-15 }));
}

/** A 4200-SMU or 4201-SMU, medium power: 210 V or 105 mA, 2 W; with a 4200-PA down to 1 pA. Its noise is an order of magnitude. */
export function smuCard(preamp: boolean): SmuModel {
  return {
    name: preamp ? "4200-SMU with 4200-PA" : "4200-SMU",
    voltage: volts,
    current: amperes(preamp ? 1e-12 : 1e-7),
    corner_V: 21,
    highVoltageCurrent_A: 0.0105,
    leastLimit_A: preamp ? 1e-10 : 1e-7,
    protection_V: [],
    interlock_V: Infinity,
  };
}

export const MOST_V = 210;
export const MOST_A = 0.105;

/** Source ranges by their number in `DV`: undefined is automatic. 4 and 5 want a preamplifier. */
export const voltageRanges: readonly (number | undefined)[] = [undefined, 20, 200, 200, 0.2, 2];
export const needsPreampV: ReadonlySet<number> = new Set([4, 5]);
/** The same in `DI`; 10 is for high-power cards, which these are not. */
export const currentRanges: readonly (number | undefined)[] = [
  ...[undefined, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1],
  ...[1, 1e-12, 1e-11, 1e-10],
];
export const needsPreampA: ReadonlySet<number> = new Set([1, 2, 11, 12, 13]);
