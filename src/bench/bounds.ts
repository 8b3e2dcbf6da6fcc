import type { Complaints, FilePath } from "./complaints.js";
import type { BenchConfig } from "./config.js";
import type { BenchFile } from "./schema.js";

/** One limit of the bench file. */
export interface Bound {
  /** Largest magnitude allowed, base units. */
  readonly max: number;
  /** "bench.yaml:12": where to change it. */
  readonly where: string;
}

/** What no instrument of the bench may bring to the device. Left out: the instrument's own range holds. */
export interface Limits {
  readonly voltage?: Bound;
  readonly current?: Bound;
  readonly power?: Bound;
  readonly energyPerPulse?: Bound;
  readonly slew?: Bound;
  /** Of a stage, kelvin. */
  readonly temperature?: Bound;
}

type Key = keyof Limits;

/** How each is written in the file, and its unit. */
export const limitNames: Readonly<Record<Key, { readonly written: string; readonly unit: string }>> = {
  voltage: { written: "voltage", unit: "V" },
  current: { written: "current", unit: "A" },
  power: { written: "power", unit: "W" },
  energyPerPulse: { written: "energy per pulse", unit: "J" },
  slew: { written: "slew", unit: "V/s" },
  temperature: { written: "temperature", unit: "K" },
};
const keys = Object.keys(limitNames) as Key[];

/** @param at where they stand in the file */
export function boundsOf(
  written: BenchFile["limits"],
  complaints: Complaints,
  at: FilePath = ["limits"],
): Limits | undefined {
  if (written === undefined) return undefined;
  const limits: { -readonly [K in Key]?: Bound } = {};
  for (const key of keys) {
    const name = limitNames[key].written;
    const max = (written as Readonly<Record<string, number | undefined>>)[name];
    if (max !== undefined) limits[key] = { max, where: complaints.where([...at, name]) };
  }
  return limits;
}

/** Of several limits of the same thing the smallest, with the line it comes from. */
export function tightest(...all: readonly (Limits | undefined)[]): Limits {
  const limits: { -readonly [K in Key]?: Bound } = {};
  for (const key of keys) {
    for (const bound of all.map((one) => one?.[key])) {
      const before = limits[key];
      if (bound && (!before || bound.max < before.max)) limits[key] = bound;
    }
  }
  return limits;
}

/**
 * What holds for one channel of one instrument: the tightest of the bench's, the device's, the instrument's and the
 * channel's own limits.
 */
export function limitsFor(config: BenchConfig, label: string, channel: number): Limits {
  const instrument = config.instruments.find((candidate) => candidate.label === label);
  return tightest(
    config.limits,
    config.dut.limits,
    instrument?.limits,
    instrument?.channels?.find(({ number }) => number === channel)?.limits,
  );
}
