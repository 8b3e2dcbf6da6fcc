import { MemrigError } from "../../errors.js";

/** What differs between the members of the 33500 and 33600 families. */
export interface AwgModel {
  readonly name: string;
  readonly channels: 1 | 2;
  readonly sineMax_Hz: number;
  readonly squareMax_Hz: number;
  readonly rampMax_Hz: number;
  readonly arbMax_Sa_per_s: number;
  /** Shortest pulse and, where it is the limit, shortest half of a square wave. */
  readonly widthMin_s: number;
  readonly pulsePeriodMin_s: number;
  /** Fastest edge, 10 % to 90 %. */
  readonly edgeMin_s: number;
  readonly memory_Sa: number;
}

const series = {
  base20: { sineMax_Hz: 20e6, squareMax_Hz: 20e6, rampMax_Hz: 200e3, arbMax_Sa_per_s: 160e6 },
  base30: { sineMax_Hz: 30e6, squareMax_Hz: 30e6, rampMax_Hz: 200e3, arbMax_Sa_per_s: 250e6 },
  fast80: {
    sineMax_Hz: 80e6,
    squareMax_Hz: 60e6,
    rampMax_Hz: 800e3,
    pulsePeriodMin_s: 1 / 60e6,
    arbMax_Sa_per_s: 660e6,
  },
  fast120: { sineMax_Hz: 120e6, squareMax_Hz: 100e6, rampMax_Hz: 800e3, pulsePeriodMin_s: 1e-8, arbMax_Sa_per_s: 1e9 },
} as const;
const slowPulse = { pulsePeriodMin_s: 33e-9, widthMin_s: 16e-9, edgeMin_s: 8.4e-9, memory_Sa: 1_000_000 } as const;
const fastPulse = { widthMin_s: 5e-9, edgeMin_s: 2.9e-9, memory_Sa: 4_000_000 } as const;

const families: Readonly<Record<string, Omit<AwgModel, "name" | "channels">>> = {
  "33509B": { ...series.base20, ...slowPulse },
  "33510B": { ...series.base20, ...slowPulse },
  "33511B": { ...series.base20, ...slowPulse },
  "33512B": { ...series.base20, ...slowPulse },
  "33519B": { ...series.base30, ...slowPulse },
  "33520B": { ...series.base30, ...slowPulse },
  "33521A": { ...series.base30, ...slowPulse },
  "33521B": { ...series.base30, ...slowPulse },
  "33522A": { ...series.base30, ...slowPulse },
  "33522B": { ...series.base30, ...slowPulse },
  "33611A": { ...series.fast80, ...fastPulse },
  "33612A": { ...series.fast80, ...fastPulse },
  "33621A": { ...series.fast120, ...fastPulse },
  "33622A": { ...series.fast120, ...fastPulse },
};

/** xx10, xx12, xx20 and xx22 have two channels, xx09, xx11, xx19 and xx21 one. */
const twoChannels = /[02][AB]$/;

/** The generator that is served when the bench file names none. */
export const defaultAwgModel = "33512B";

/**
 * @param name as on the front panel, "33512B"
 * @throws MemrigError `invalid-request`: not a member of the family; lists the ones that are
 * @see Agilent 33500 Series Operating and Service Guide, specifications
 */
export function awgModel(name: string): AwgModel {
  const family = families[name];
  if (!family) {
    throw new MemrigError(
      "invalid-request",
      `"${name}" is not a generator that can be simulated. Write one of ${Object.keys(families).join(", ")}, ` +
        `or leave the model out for a ${defaultAwgModel}.`,
      { model: name },
    );
  }
  return { name, channels: twoChannels.test(name) ? 2 : 1, ...family };
}
