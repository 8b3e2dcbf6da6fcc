import { MemrigError } from "../../../errors.js";

export interface RigolModel {
  readonly name: string;
  readonly newer: boolean;
  readonly serialPrefix: string;
  readonly firmware: string;
  readonly channels: number;
  readonly rateMax_Sa_per_s: number;
  readonly memory_Sa: number;
  readonly bits: number;
  /** Horizontal divisions. */
  readonly divisions: number;
  /** Points of a record on the screen. */
  readonly screen: number;
  /** Bytes given at once. */
  readonly chunk: number;
  readonly depths: readonly number[];
  readonly averagesMax: number;
  /** The generator of the -S models, and of the MSO5000 with its option. */
  readonly hasGenerator: boolean;
}

export const defaultRigolModel = "DS1104Z";

/** @throws MemrigError `invalid-request`: neither DS1000Z, MSO1000Z nor MSO5000 */
export function rigolModel(name: string): RigolModel {
  const upper = name.toUpperCase();
  if (/^(DS|MSO)1\d\d4Z(-S)?$/.test(upper)) {
    return {
      name: upper,
      newer: false,
      serialPrefix: "DS1ZA",
      firmware: "00.04.04.SP4",
      channels: 4,
      rateMax_Sa_per_s: 1e9,
      memory_Sa: 12_000_000,
      bits: 8,
      divisions: 12,
      screen: 1200,
      chunk: 250_000,
      depths: [12e3, 120e3, 1.2e6, 12e6],
      averagesMax: 1024,
      hasGenerator: upper.endsWith("-S"),
    };
  }
  if (/^MSO5\d\d[24]$/.test(upper)) {
    return {
      name: upper,
      newer: true,
      serialPrefix: "MS5A",
      firmware: "00.01.03.03.00",
      channels: Number(upper.at(-1)),
      rateMax_Sa_per_s: 8e9,
      memory_Sa: 100_000_000,
      bits: 8,
      divisions: 10,
      screen: 1000,
      chunk: Infinity,
      depths: [1e3, 10e3, 100e3, 1e6, 10e6, 25e6, 50e6, 100e6],
      averagesMax: 65_536,
      hasGenerator: true,
    };
  }
  throw new MemrigError(
    "invalid-request",
    `"${name}" is not an oscilloscope that can be simulated. Write for example "DS1054Z", "DS1104Z" or "MSO5074", or leave ` +
      `the model out for a ${defaultRigolModel}.`,
    { model: name },
  );
}
