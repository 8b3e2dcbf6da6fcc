import type { Random } from "../../simulator/random.js";
import type { InputSettings } from "./input.js";

/** Codes of the data words that mean something else than a voltage (5000 Series Programmer's Guide, :WAVeform:DATA). */
export const clippedLow = 1;
export const clippedHigh = 0xffff;

/** The 20 MHz limit of a channel, as one pole. Without it the analog bandwidth is not modelled: edges are slower. */
export const bandLimit_Hz = 20e6;
const bandwidth_Hz = 1e9;

/** Random noise of an input: a share of the screen's division, and a floor. Typical data sheet figures. */
const noisePerDivision = 0.006;
const noiseFloor_V = 100e-6;

/** rms noise of one sample at full rate, volts at the probe's tip. */
export function noise_V(channel: InputSettings): number {
  const division_V = channel.range_V / 8 / channel.probe;
  const full_V = Math.hypot(noisePerDivision * division_V, noiseFloor_V) * channel.probe;
  return channel.bandLimit ? full_V * Math.sqrt(bandLimit_Hz / bandwidth_Hz) : full_V;
}

/** Normal numbers that are drawn once and then looked up: any sample of any record has its own, the same at every reading. */
export class NoiseTable {
  #table: Float64Array | undefined;
  #offsets = new Uint16Array(0);
  #indexStep = Number.NaN;

  constructor(private readonly random: Random) {}

  /** @param record number of the record @param channel from 1 @returns where the noise of its samples begins */
  of(record: number, channel: number): NoiseOfRecord {
    this.#table ??= Float64Array.from({ length: 65_536 }, () => this.random.normal());
    const begin = (Math.imul(record, 0x9e3779b1) ^ Math.imul(channel, 0x85ebca6b)) & 0xffff;
    return { table: this.#table, begin };
  }

  /**
   * Where the samples of a record stand behind its beginning.
   *
   * @param indexStep samples of the full record from one point to the next
   */
  offsets(points: number, indexStep: number): Uint16Array {
    if (this.#offsets.length === points && this.#indexStep === indexStep) return this.#offsets;
    this.#indexStep = indexStep;
    this.#offsets = Uint16Array.from({ length: points }, (_, k) => {
      const sample = Math.round(k * indexStep);
      return (sample + Math.imul(sample >>> 16, 40503)) & 0xffff;
    });
    return this.#offsets;
  }
}

/** The noise of one record: in a table that ends where it begins. */
export interface NoiseOfRecord {
  readonly table: Float64Array;
  readonly begin: number;
}

/** Settings of one conversion: `bits` of resolution over the screen, noise of one result. */
export interface Conversion {
  readonly bits: number;
  readonly noise_V: number;
}

/** High resolution: the mean of `samples` samples has less noise, and finer steps, up to 12 bits or 4 more. */
export function highResolution(channel: InputSettings, samples: number, bits: number): Conversion {
  const averaged = Math.max(1, samples);
  return {
    bits: Math.min(Math.max(12, bits + 4), 16, bits + Math.floor(Math.log2(averaged) / 2)),
    noise_V: noise_V(channel) / Math.sqrt(averaged),
  };
}

/**
 * Volts to 16-bit words, 32768 at the middle of the screen. A voltage beyond the screen gives the code for clipping.
 *
 * @param volts at the probe's tip
 * @param offsets of the samples in the noise of the record, one for each sample
 * @param at where the record begins in both
 */
export function convert(
  words: Uint16Array,
  volts: Float64Array,
  channel: InputSettings,
  { bits, noise_V: sigma_V }: Conversion,
  { table, begin }: NoiseOfRecord,
  offsets: Uint16Array,
  at = 0,
): void {
  const steps = 2 ** bits;
  const perVolt = steps / channel.range_V;
  const middle = steps / 2 + 0.5 - channel.offset_V * perVolt;
  const scale = 65_536 / steps;
  for (let k = 0; k < offsets.length; k += 1) {
    const noise_V = sigma_V * (table[(begin + (offsets[k] as number)) & 0xffff] as number);
    const code = ((volts[at + k] as number) + noise_V) * perVolt + middle;
    // rounded down by `| 0`, which is many times faster than Math.floor beside it
    words[at + k] = code < 1 ? clippedLow : code >= steps ? clippedHigh : (code | 0) * scale;
  }
}
