import { MemrigError } from "../../../errors.js";
import type { AwgModel } from "../models.js";

export interface SdgModel extends AwgModel {
  readonly family: "SDG1000X" | "SDG2000X";
  /** Fastest repetition of an arbitrary waveform. */
  readonly arbMax_Hz: number;
}

/** Highest sine by model, MHz. */
const sines: Readonly<Record<string, number>> = {
  SDG1032X: 30,
  SDG1062X: 60,
  SDG2042X: 40,
  SDG2082X: 80,
  SDG2122X: 120,
};

export const defaultSdgModel = "SDG2042X";

/** @throws MemrigError `invalid-request`: not of these families; the message says how they are called */
export function sdgModel(name: string): SdgModel {
  const upper = name.toUpperCase();
  const sine_MHz = sines[upper];
  if (sine_MHz === undefined) {
    throw new MemrigError(
      "invalid-request",
      `"${name}" is not a generator that can be simulated. Write one of ${Object.keys(sines).join(", ")}, or leave the model ` +
        `out for an ${defaultSdgModel}.`,
      { model: name },
    );
  }
  const small = upper.startsWith("SDG10");
  return {
    name: upper,
    family: small ? "SDG1000X" : "SDG2000X",
    channels: 2,
    sineMax_Hz: sine_MHz * 1e6,
    squareMax_Hz: Math.min(sine_MHz, small ? 60 : 25) * 1e6,
    rampMax_Hz: small ? 500e3 : 1e6,
    pulsePeriodMin_s: small ? 80e-9 : 40e-9,
    widthMin_s: small ? 32.6e-9 : 16.3e-9,
    edgeMin_s: small ? 16.8e-9 : 8.4e-9,
    arbMax_Hz: small ? 6e6 : 20e6,
    arbMax_Sa_per_s: small ? 30e6 : 75e6,
    memory_Sa: small ? 16_384 : 8_388_608,
  };
}
