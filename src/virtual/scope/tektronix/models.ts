import { MemrigError } from "../../../errors.js";

export interface MsoModel {
  readonly name: string;
  readonly firmware: string;
  readonly channels: number;
  readonly rateMax_Sa_per_s: number;
  readonly memory_Sa: number;
  readonly bits: number;
  /** What only the 3000 and 4000 series have; undefined for the 4, 5 and 6 series. */
  readonly older?: OlderModel;
}

export interface OlderModel {
  /** Points that a record can have. */
  readonly lengths: readonly number[];
  readonly bandwidth_Hz: number;
  /** Mixed domain: a preamble of more fields, and no connector for an external trigger in the 4000 series. */
  readonly mixed: boolean;
  /** Answers `CONFIGuration`: the first editions came before it. */
  readonly tellsConfiguration: boolean;
  readonly hasGenerator: boolean;
  readonly hasAuxIn: boolean;
}

export const defaultMsoModel = "MSO54";

/** @throws MemrigError `invalid-request`: not of the 4, 5 or 6 series, nor of the 3000 or 4000 series */
export function msoModel(name: string): MsoModel {
  const model = newerModel(name) ?? olderModel(name);
  if (model) return model;
  throw new MemrigError(
    "invalid-request",
    `"${name}" is not an oscilloscope that can be simulated. Write for example "MSO44", "MSO54", "MSO58LP", "MSO64B", ` +
      `"MDO3024", "DPO3054", "MSO4104" or "DPO4054B", or leave the model out for an ${defaultMsoModel}.`,
    { model: name },
  );
}

function newerModel(name: string): MsoModel | undefined {
  const match = /^(MSO|LPD)([456])([468])(B|LP)?$/i.exec(name);
  const channels = Number(match?.[3]);
  if (!match || (match[2] === "4" && channels === 8)) return undefined;
  return {
    name: name.toUpperCase(),
    firmware: "CF:91.1CT FV:1.30.6.100",
    channels,
    rateMax_Sa_per_s: match[2] === "6" ? 25e9 : 6.25e9,
    memory_Sa: match[2] === "4" ? 31_250_000 : 62_500_000,
    bits: 12,
  };
}

/** Bandwidth by the two digits of the model (from memory of the data sheets). The MDO3022 and the MDO4024C are those with 200 MHz. */
const bandwidths_Hz: Readonly<Record<string, number>> = {
  "01": 100e6,
  "02": 200e6,
  "03": 350e6,
  "05": 500e6,
  "10": 1e9,
};

function olderModel(name: string): MsoModel | undefined {
  const match = /^(MSO|DPO|MDO)([34])(01|02|03|05|10)([24])(B|C)?(-?L|-?[36])?$/i.exec(name);
  if (!match) return undefined;
  const [, kind = "", series, bandwidth = "", channels, edition = "", suffix = ""] = match.map((one) =>
    one?.toUpperCase(),
  );
  const mixed = kind === "MDO";
  const first = !mixed && edition === "";
  const most = /L/.test(suffix) || (series === "3" && !mixed) ? 5e6 : series === "3" || first ? 10e6 : 20e6;
  const lengths = [1e3, 10e3, 100e3, 1e6, 5e6, 10e6, 20e6].filter((one) => one <= most);
  const rate = bandwidth === "10" ? 5e9 : 2.5e9;
  return {
    name: name.toUpperCase(),
    firmware: mixed ? "CF:91.1CT FV:v1.30" : "CF:91.1CT FV:v3.20",
    channels: Number(channels),
    rateMax_Sa_per_s: rate,
    memory_Sa: most,
    bits: 8,
    older: {
      lengths: first && series === "4" ? lengths.filter((one) => one !== 5e6) : lengths,
      bandwidth_Hz: series === "3" && !mixed && bandwidth === "03" ? 300e6 : (bandwidths_Hz[bandwidth] ?? 100e6),
      mixed,
      tellsConfiguration: !first,
      // The options MDO3AFG and MDO4AFG are taken to be there.
      hasGenerator: mixed && (series === "3" || edition === "C"),
      hasAuxIn: !mixed || (series === "3" && channels === "2"),
    },
  };
}
