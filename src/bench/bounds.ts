import type { Complaints } from "./complaints.js";
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
}

const keys = {
  voltage: "voltage",
  current: "current",
  power: "power",
  "energy per pulse": "energyPerPulse",
  slew: "slew",
} as const;

export function boundsOf(written: NonNullable<BenchFile["limits"]>, complaints: Complaints): Limits {
  const limits: { -readonly [K in keyof Limits]: Limits[K] } = {};
  for (const [key, name] of Object.entries(keys) as [keyof typeof keys, keyof Limits][]) {
    const max = written[key];
    if (max !== undefined) limits[name] = { max, where: complaints.where(["limits", key]) };
  }
  return limits;
}
