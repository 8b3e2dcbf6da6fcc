import { MemrigError } from "../../../errors.js";

export interface MsoModel {
  readonly name: string;
  readonly firmware: string;
  readonly channels: number;
  readonly rateMax_Sa_per_s: number;
  readonly memory_Sa: number;
  readonly bits: number;
}

export const defaultMsoModel = "MSO54";

/** @throws MemrigError `invalid-request`: not of the 4, 5 or 6 series */
export function msoModel(name: string): MsoModel {
  const match = /^(MSO|LPD)([456])([468])(B|LP)?$/i.exec(name);
  const channels = Number(match?.[3]);
  if (!match || (match[2] === "4" && channels === 8)) {
    throw new MemrigError(
      "invalid-request",
      `"${name}" is not an oscilloscope that can be simulated. Write for example "MSO44", "MSO54", "MSO58LP" or "MSO64B", ` +
        `or leave the model out for an ${defaultMsoModel}.`,
      { model: name },
    );
  }
  return {
    name: name.toUpperCase(),
    firmware: "CF:91.1CT FV:1.30.6.100",
    channels,
    rateMax_Sa_per_s: match[2] === "6" ? 25e9 : 6.25e9,
    memory_Sa: match[2] === "4" ? 31_250_000 : 62_500_000,
    bits: 12,
  };
}
