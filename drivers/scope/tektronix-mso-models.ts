import type { CaptureRanges } from "../../src/capabilities/index.js";

/** Standard record length and rate of a series (data sheets; what an option adds is not counted). */
const series: ReadonlyMap<string, { readonly points: number; readonly rate_Sa_per_s: number }> = new Map([
  ["4", { points: 31_250_000, rate_Sa_per_s: 6.25e9 }],
  ["5", { points: 62_500_000, rate_Sa_per_s: 6.25e9 }],
  ["6", { points: 62_500_000, rate_Sa_per_s: 25e9 }],
]);

/** By the model field of `*IDN?`: `MSO44`, `MSO58`, `MSO58LP`, `MSO64B`, `LPD64`; undefined where it is none of these. */
export function rangesOf(model: string): CaptureRanges | undefined {
  const match = /^(?:MSO|LPD)([456])([468])(B|LP)?$/i.exec(model.trim());
  const family = series.get(match?.[1] ?? "");
  if (!match || !family) return undefined;
  return {
    channels: Number(match[2]),
    maxSegments: 1_000_000,
    maxPoints: family.points,
    minStep_s: 1 / family.rate_Sa_per_s,
    maxAverage: 10_240,
    // Of the 5 series only the low-profile one has the connector.
    external: match[1] !== "5" || match[3]?.toUpperCase() === "LP",
  };
}
