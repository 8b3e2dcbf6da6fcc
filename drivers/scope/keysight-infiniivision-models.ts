import type { CaptureRanges } from "../../src/capabilities/index.js";

interface Family {
  readonly maxSegments: number;
  readonly maxPoints: number;
  readonly fastest_Sa_per_s: number;
}

/** Memory and rate of a family; what an option adds is not counted (data sheets of the 2000 X, 3000 X/T, 4000 X). */
const families: ReadonlyMap<string, Family> = new Map([
  ["2", { maxSegments: 25, maxPoints: 100_000, fastest_Sa_per_s: 2e9 }],
  ["3", { maxSegments: 1000, maxPoints: 4_000_000, fastest_Sa_per_s: 4e9 }],
  ["3T", { maxSegments: 1000, maxPoints: 4_000_000, fastest_Sa_per_s: 5e9 }],
  ["4", { maxSegments: 1000, maxPoints: 4_000_000, fastest_Sa_per_s: 5e9 }],
]);

/** By the model field of `*IDN?`, `MSO-X 3104T`; undefined where it is not of these families. */
export function rangesOf(model: string): CaptureRanges | undefined {
  const match = /^(?:DSO|MSO|EDU)-?X ?(\d)\d\d(\d)([A-Z])$/i.exec(model.trim());
  if (!match) return undefined;
  const series = match[1] ?? "";
  const family = families.get(`${series}${(match[3] ?? "").toUpperCase()}`) ?? families.get(series);
  if (!family) return undefined;
  return {
    channels: Number(match[2]),
    maxSegments: family.maxSegments,
    maxPoints: family.maxPoints,
    minStep_s: 1 / family.fastest_Sa_per_s,
    maxAverage: 65_536,
    external: true,
  };
}
