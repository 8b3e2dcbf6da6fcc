import { MemrigError } from "../../errors.js";

/** What differs between the members of the InfiniiVision X family. */
export interface ScopeModel {
  /** As in the identity: "MSO-X 3104T". */
  readonly name: string;
  readonly maker: string;
  readonly serialPrefix: string;
  readonly firmware: string;
  readonly channels: number;
  readonly rateMax_Sa_per_s: number;
  /** Of one channel of a pair; half of it while both are on. */
  readonly memory_Sa: number;
  readonly has50ohm: boolean;
  readonly maxSegments: number;
  /** Gives all segments of a channel in one reply. */
  readonly allSegments: boolean;
}

/** The oscilloscope that is served when the bench file names none. */
export const defaultScopeModel = "MSO-X 3104T";

/**
 * @param name "MSO-X 3104T", with or without dash and blank
 * @throws MemrigError `invalid-request`: not of the 2000 X, 3000 X, 3000T X or 4000 X series
 */
export function scopeModel(name: string): ScopeModel {
  const match = /^(DSO|MSO)-?X ?([234])(\d\d)([24])(A|T)$/i.exec(name);
  if (!match || (match[5]?.toUpperCase() === "T" && match[2] !== "3")) {
    throw new MemrigError(
      "invalid-request",
      `"${name}" is not an oscilloscope that can be simulated. Write for example "MSO-X 3104T", "DSO-X 3034A", ` +
        `"DSO-X 2024A" or "MSO-X 4104A", or leave the model out for an ${defaultScopeModel}.`,
      { model: name },
    );
  }
  const [, kind = "", series = "", bandwidth = "", channels = "", suffix = ""] = match;
  const newer = suffix.toUpperCase() === "T";
  return {
    name: `${kind.toUpperCase()}-X ${series}${bandwidth}${channels}${suffix.toUpperCase()}`,
    maker: newer ? "KEYSIGHT TECHNOLOGIES" : "AGILENT TECHNOLOGIES",
    serialPrefix: newer ? "MY57" : "MY51",
    firmware: newer ? "07.20.2017102614" : "02.41.2015102200",
    channels: Number(channels),
    rateMax_Sa_per_s: series === "2" ? 2e9 : newer || series === "4" ? 5e9 : 4e9,
    memory_Sa: series === "2" ? 100_000 : 4_000_000,
    has50ohm: series !== "2",
    maxSegments: series === "2" ? 250 : 1000,
    allSegments: newer || series === "4",
  };
}
