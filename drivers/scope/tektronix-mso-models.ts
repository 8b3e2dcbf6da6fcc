import type { CaptureRanges } from "../../src/capabilities/index.js";

/** What differs between the models. */
export interface TektronixModel {
  readonly ranges: CaptureRanges;
  /** Lengths that a record of the 3000 and 4000 series can have. Undefined: the 4, 5 and 6 series, where any will do. */
  readonly lengths?: readonly number[];
  /** Which question tells that there is a function generator inside; undefined: there never is. */
  readonly generator?: "*OPT?" | "CONFIG:AFG?";
  /** Only some have the connector of the external trigger, and `CONFIG:AUXIN?` tells it. */
  readonly asksExternal?: boolean;
}

/** By the model field of `*IDN?`: `MSO58LP`, `MSO64B`, `LPD64`, `MDO3024`, `DPO4054B`, `MDO4104-6`; undefined where it is none. */
export function modelOf(model: string): TektronixModel | undefined {
  const name = model.trim().toUpperCase();
  return newer(name) ?? older(name);
}

/** Standard record length and rate of a series (data sheets; what an option adds is not counted). */
const series: ReadonlyMap<string, { readonly points: number; readonly rate_Sa_per_s: number }> = new Map([
  ["4", { points: 31_250_000, rate_Sa_per_s: 6.25e9 }],
  ["5", { points: 62_500_000, rate_Sa_per_s: 6.25e9 }],
  ["6", { points: 62_500_000, rate_Sa_per_s: 25e9 }],
]);

function newer(name: string): TektronixModel | undefined {
  const match = /^(?:MSO|LPD)([456])([468])(B|LP)?$/.exec(name);
  const family = series.get(match?.[1] ?? "");
  if (!match || !family) return undefined;
  const ranges = {
    channels: Number(match[2]),
    maxSegments: 1_000_000,
    maxPoints: family.points,
    minStep_s: 1 / family.rate_Sa_per_s,
    maxAverage: 10_240,
    // Of the 5 series only the low-profile one has the connector.
    external: match[1] !== "5" || match[3] === "LP",
  };
  return { ranges, generator: "*OPT?" };
}

/**
 * Record lengths as `CONFIG:ANALO:RECLENS?` gives them on those that know it; 5 GSa/s where the bandwidth is 1 GHz, else 2.5
 * (as remembered from data sheets, none was at hand; rates: the TektronixMDO driver of scopehal too). There is no FastFrame in
 * these series: one record a trigger.
 */
function older(name: string): TektronixModel | undefined {
  const match = /^(MSO|DPO|MDO)([34])(01|02|03|05|10)([24])(B|C)?(-?L|-?[36])?$/.exec(name);
  if (!match) return undefined;
  const [, kind = "", decade, bandwidth, channels, edition, suffix] = match;
  const mixed = kind === "MDO";
  const most = mostPoints(mixed, decade === "3", edition, suffix);
  const lengths = [1e3, 10e3, 100e3, 1e6, 5e6, 10e6, 20e6].filter((one) => one <= most);
  const ranges = {
    channels: Number(channels),
    maxSegments: 1,
    maxPoints: most,
    minStep_s: bandwidth === "10" ? 1 / 5e9 : 1 / 2.5e9,
    maxAverage: 512,
    external: !mixed,
  };
  return {
    ranges,
    // The first 4000 series goes from one million to ten.
    lengths: decade === "4" && !mixed && !edition ? lengths.filter((one) => one !== 5e6) : lengths,
    // The option AFG is there for the MDO3000 and the MDO4000C.
    ...(mixed && (decade === "3" || edition === "C") ? { generator: "CONFIG:AFG?" } : {}),
    ...(mixed && decade === "3" ? { asksExternal: true } : {}),
  };
}

function mostPoints(mixed: boolean, small: boolean, edition: string | undefined, suffix = ""): number {
  if (suffix.includes("L")) return 5e6;
  if (small) return mixed ? 10e6 : 5e6;
  return mixed || edition !== undefined ? 20e6 : 10e6;
}
