import { MemrigError } from "../../../errors.js";
import type { AwgModel } from "../models.js";

interface Speed {
  readonly sineMax_Hz: number;
  readonly rampMax_Hz: number;
  readonly squareMax_Hz: number;
  readonly edgeMin_s: number;
  readonly widthMin_s: number;
}

/** By the two digits after AFG3 (AFG3000C) or AFG31 (AFG31000): the highest sine in units of 10 MHz, and its edges (data sheets). */
const speeds: Readonly<Record<string, Speed>> = {
  "02": { sineMax_Hz: 25e6, squareMax_Hz: 25e6, rampMax_Hz: 500e3, edgeMin_s: 18e-9, widthMin_s: 30e-9 },
  "05": { sineMax_Hz: 50e6, squareMax_Hz: 40e6, rampMax_Hz: 800e3, edgeMin_s: 7e-9, widthMin_s: 12e-9 },
  "10": { sineMax_Hz: 100e6, squareMax_Hz: 50e6, rampMax_Hz: 1e6, edgeMin_s: 5e-9, widthMin_s: 8e-9 },
  "15": { sineMax_Hz: 150e6, squareMax_Hz: 100e6, rampMax_Hz: 1.5e6, edgeMin_s: 2.5e-9, widthMin_s: 5e-9 },
  "25": { sineMax_Hz: 240e6, squareMax_Hz: 120e6, rampMax_Hz: 2.4e6, edgeMin_s: 2.5e-9, widthMin_s: 4e-9 },
};

export const MEMORY_SA = 131_072;
export const defaultAfgModel = "AFG3102C";

/** One model, and whether each channel has an edit memory of its own. */
export interface AfgModel extends AwgModel {
  readonly memories: "shared" | "each";
}

/** @throws MemrigError `invalid-request`: not of these families; the message says how they are called */
export function afgModel(name: string): AfgModel {
  const match = /^AFG3(1?)(02|05|10|15|25)([12])(C?)$/i.exec(name);
  const speed = speeds[match?.[2] ?? ""];
  if (!match || !speed || (match[1] === "1") === (match[4] !== "")) {
    throw new MemrigError(
      "invalid-request",
      `"${name}" is not a generator that can be simulated. Write AFG3021C to AFG3252C or AFG31021 to AFG31252, or leave the ` +
        `model out for an ${defaultAfgModel}.`,
      { model: name },
    );
  }
  return {
    ...speed,
    name: name.toUpperCase(),
    channels: match[3] === "2" ? 2 : 1,
    arbMax_Sa_per_s: 250e6,
    pulsePeriodMin_s: 1 / speed.squareMax_Hz,
    memory_Sa: MEMORY_SA,
    memories: match[1] === "1" ? "each" : "shared",
  };
}
