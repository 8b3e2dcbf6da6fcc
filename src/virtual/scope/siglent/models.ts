import { MemrigError } from "../../../errors.js";

export interface SdsModel {
  readonly name: string;
  /** The command tree of the newer scopes; else the flat language of the SDS1000X-E. */
  readonly tree: boolean;
  readonly firmware: string;
  readonly channels: number;
  readonly rateMax_Sa_per_s: number;
  readonly memory_Sa: number;
  readonly bits: number;
  /** Codes a vertical division, of 8-bit samples. */
  readonly codes: number;
  /** Horizontal divisions. */
  readonly divisions: number;
  /** Points given at once. */
  readonly piece: number;
  readonly has50ohm: boolean;
  /** Reply of `*OPT?`, where there are any. */
  readonly options?: string;
  /** Depths while so many channels, or two that share a converter, are on. */
  depths(active: number, paired: boolean): readonly number[];
}

export const defaultSdsModel = "SDS2104X Plus";

/** @throws MemrigError `invalid-request`: none of the families */
export function sdsModel(name: string): SdsModel {
  const match = /^SDS(8\d|1\d\d|2\d\d)([24])X[ -]?(E|HD|PLUS)$/i.exec(name.trim());
  const family = `${match?.[1]?.charAt(0) ?? ""}${(match?.[3] ?? "").toUpperCase()}`;
  const channels = Number(match?.[2]);
  const common = { channels, divisions: 10, codes: 30, tree: true, rateMax_Sa_per_s: 2e9, firmware: "1.1.3.8" };
  const number = `SDS${match?.[1] ?? ""}${match?.[2] ?? ""}X`;
  switch (family) {
    case "1E":
      return {
        ...common,
        name: `${number}-E`,
        tree: false,
        firmware: "8.2.6.1.37R9",
        rateMax_Sa_per_s: 1e9,
        memory_Sa: 14e6,
        bits: 8,
        codes: 25,
        divisions: 14,
        piece: 14e6,
        has50ohm: false,
        depths: (_, paired) => (paired ? [7e3, 70e3, 700e3, 7e6] : [14e3, 140e3, 1.4e6, 14e6]),
      };
    case "8HD":
      return { ...common, name: `${number} HD`, memory_Sa: 50e6, bits: 12, piece: 5e6, has50ohm: false, depths: small };
    case "1HD":
      return {
        ...common,
        name: `${number} HD`,
        memory_Sa: 100e6,
        bits: 12,
        piece: 5e6,
        has50ohm: false,
        depths: middle,
      };
    case "2HD":
      return {
        ...common,
        name: `${number} HD`,
        memory_Sa: 200e6,
        bits: 12,
        piece: 5e6,
        has50ohm: true,
        options: "FG",
        depths: large,
      };
    case "2PLUS":
      return {
        ...common,
        name: `${number} Plus`,
        firmware: "1.3.9R10",
        memory_Sa: 200e6,
        bits: 8,
        piece: 10e6,
        has50ohm: true,
        options: "FG",
        depths: large,
      };
    default:
      throw new MemrigError(
        "invalid-request",
        `"${name}" is not an oscilloscope that can be simulated. Write for example "SDS1104X-E", "SDS824X HD", "SDS1104X HD" or ` +
          `"SDS2104X Plus", or leave the model out for an ${defaultSdsModel}.`,
        { model: name },
      );
  }
}

const small = (active: number) => [10e3, 100e3, 1e6, 10e6, ...(active === 1 ? [50e6] : active === 2 ? [25e6] : [])];
const middle = (active: number) => [10e3, 100e3, 1e6, 10e6, active === 1 ? 100e6 : active === 2 ? 50e6 : 25e6];
const large = (active: number) => [10e3, 100e3, 1e6, 10e6, 100e6].map((depth) => (active === 1 ? 2 * depth : depth));
