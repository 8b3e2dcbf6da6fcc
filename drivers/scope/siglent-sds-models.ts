import type { CaptureRanges } from "../../src/capabilities/index.js";

/** What differs between the families. */
export interface SdsFamily {
  readonly ranges: CaptureRanges;
  /** The command tree of the newer scopes; else the flat language of the SDS1000X-E. */
  readonly tree: boolean;
  /** Horizontal divisions that a record is long. */
  readonly divisions: number;
  /** The converter has more than 8 bits: samples are read as 16-bit words. */
  readonly wide: boolean;
  readonly has50ohm: boolean;
  /** It answers `*OPT?`: the SDS2000X Plus and HD, whose generator is an option. */
  readonly hasOptions: boolean;
  /** Depths of a record, with the word for each, while so many channels are on. */
  depths(channels: readonly number[]): ReadonlyMap<number, string>;
}

const k = 1e3;
const M = 1e6;

/** By the model field of `*IDN?`: `SDS1104X-E`, `SDS824X HD`, `SDS2104X Plus`; undefined where it is none of these. */
export function familyOf(model: string): SdsFamily | undefined {
  const match = /^SDS(\d)(?:\d\d|\d)(\d)X[ -]?(E|HD|Plus)$/i.exec(model.trim());
  if (!match) return undefined;
  const channels = Number(match[2]);
  const kind = (match[3] ?? "").toUpperCase();
  const four = /^SDS\d{4}/i.test(model.trim());
  if (channels !== 2 && channels !== 4) return undefined;
  if (kind === "E") return four && match[1] === "1" ? flat(channels) : undefined;
  if (kind === "PLUS") return four && match[1] === "2" ? newer(channels, 8, large) : undefined;
  if (!four) return match[1] === "8" ? newer(channels, 12, small) : undefined;
  if (match[1] === "1") return newer(channels, 12, middle);
  return match[1] === "2" ? newer(channels, 12, large) : undefined;
}

/** Two channels that share a converter have half the memory each: 1 and 2, 3 and 4. */
function flat(channels: number): SdsFamily {
  const shared = (on: readonly number[]) => [1, 3].some((first) => on.includes(first) && on.includes(first + 1));
  return {
    ranges: { channels, maxSegments: 1, maxPoints: 14 * M, minStep_s: 1e-9, maxAverage: 1024, external: false },
    tree: false,
    divisions: 14,
    wide: false,
    has50ohm: false,
    hasOptions: false,
    depths: (on) => named(shared(on) ? [7 * k, 70 * k, 700 * k, 7 * M] : [14 * k, 140 * k, 1.4 * M, 14 * M], "K"),
  };
}

type Depths = (channels: number) => readonly number[];

/** SDS800X HD: the depths that every model of it has. */
const small: Depths = (channels) => [10 * k, 100 * k, M, 10 * M, ...(channels === 1 ? [50 * M] : channels === 2 ? [25 * M] : [])]; // prettier-ignore
const middle: Depths = (channels) => [10 * k, 100 * k, M, 10 * M, channels === 1 ? 100 * M : channels === 2 ? 50 * M : 25 * M]; // prettier-ignore
const large: Depths = (channels) => [10 * k, 100 * k, M, 10 * M, 100 * M].map((depth) => (channels === 1 ? 2 * depth : depth)); // prettier-ignore

/** Depths by the number of channels that are on, as other people's drivers found them. */
function newer(channels: number, bits: number, depths: Depths): SdsFamily {
  const maxPoints = Math.max(...depths(1));
  return {
    ranges: { channels, maxSegments: 10_000, maxPoints, minStep_s: 0.5e-9, maxAverage: 1024, external: false },
    tree: true,
    divisions: 10,
    wide: bits > 8,
    has50ohm: depths === large,
    hasOptions: depths === large,
    depths: (on) => named(depths(on.length), "k"),
  };
}

function named(depths: readonly number[], thousand: string): ReadonlyMap<number, string> {
  return new Map(depths.map((depth) => [depth, depth >= M ? `${depth / M}M` : `${depth / k}${thousand}`]));
}
