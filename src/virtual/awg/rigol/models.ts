import { MemrigError } from "../../../errors.js";
import type { AwgModel } from "../models.js";

type Speed = Pick<
  AwgModel,
  "sineMax_Hz" | "squareMax_Hz" | "rampMax_Hz" | "pulsePeriodMin_s" | "widthMin_s" | "edgeMin_s"
> & { readonly arbMax_Hz: number };

const MHz = 1e6;
const dg1000z = { widthMin_s: 16e-9, edgeMin_s: 10e-9 };
const dg4000 = { edgeMin_s: 5e-9 };

/** Highest frequencies of the data sheets; shortest pulses and edges of the DG4000 are not confirmed. */
const speeds: Readonly<Record<string, Speed>> = {
  DG1022Z: { ...dg1000z, ...limits(25, 15, 0.5, 15, 10) },
  DG1032Z: { ...dg1000z, ...limits(30, 15, 0.5, 15, 10) },
  DG1062Z: { ...dg1000z, ...limits(60, 25, 1, 25, 20) },
  DG4062: { ...dg4000, widthMin_s: 18e-9, ...limits(60, 25, 1, 15, 15) },
  DG4102: { ...dg4000, widthMin_s: 12e-9, ...limits(100, 40, 3, 25, 25) },
  DG4162: { ...dg4000, widthMin_s: 8e-9, ...limits(160, 50, 4, 40, 40) },
  DG4202: { ...dg4000, widthMin_s: 4e-9, ...limits(200, 60, 5, 50, 50) },
};

function limits(sine: number, square: number, ramp: number, pulse: number, arb: number) {
  return {
    sineMax_Hz: sine * MHz,
    squareMax_Hz: square * MHz,
    rampMax_Hz: ramp * MHz,
    pulsePeriodMin_s: 1 / (pulse * MHz),
    arbMax_Hz: arb * MHz,
  };
}

export const defaultDgModel = "DG1062Z";

export interface DgModel extends AwgModel {
  readonly family: "DG1000Z" | "DG4000";
  /** Fastest repetition of an arbitrary waveform in frequency mode. */
  readonly arbMax_Hz: number;
}

/** @throws MemrigError `invalid-request`: not of these families; the message says how they are called */
export function dgModel(name: string): DgModel {
  const upper = name.toUpperCase();
  const speed = speeds[upper];
  if (!speed) {
    throw new MemrigError(
      "invalid-request",
      `"${name}" is not a generator that can be simulated. Write one of ${Object.keys(speeds).join(", ")}, or leave the ` +
        `model out for a ${defaultDgModel}.`,
      { model: name },
    );
  }
  const family = upper.endsWith("Z") ? "DG1000Z" : "DG4000";
  return {
    ...speed,
    name: upper,
    channels: 2,
    family,
    arbMax_Sa_per_s: family === "DG1000Z" ? 60e6 : 500e6,
    memory_Sa: family === "DG4000" ? 16_384 : upper === "DG1022Z" ? 2_097_152 : 8_388_608,
  };
}
