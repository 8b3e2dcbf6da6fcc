import type { ScopeRecord } from "./acquisition.js";
import { type Conversion, NoiseTable, bandLimit_Hz, convert, highResolution, noise_V } from "./front-end.js";
import { type Grid, averageInto, filterInto, peaksInto, sampleInto } from "./sampler.js";
import type { InputSettings } from "./input.js";

export type AcquisitionType = "NORM" | "AVER" | "HRES" | "PEAK";

/** How a record is made into data words: what was set when it was acquired. */
export interface Reading {
  readonly type: AcquisitionType;
  /** Beginning of the record relative to the trigger, and its length. */
  readonly from_s: number;
  readonly window_s: number;
  /** Samples that the memory took of one record. */
  readonly samples: number;
  /** Fastest rate of the converter. */
  readonly rateMax_Sa_per_s: number;
  /** Of the converter. */
  readonly bits: number;
}

/** Turns records into the data words of one channel. The same record gives the same words at every reading. */
export class RecordReader {
  #volts = new Float64Array(0);

  constructor(private readonly noise: NoiseTable) {}

  /**
   * @param node which node the channel is wired to; undefined: an open input, 0 V
   * @param number of the channel, from 1
   * @param words where they go; its length is the number of points
   */
  read(
    record: ScopeRecord,
    node: "top" | "bottom" | undefined,
    number: number,
    channel: InputSettings,
    reading: Reading,
    words: Uint16Array,
  ): void {
    const volts = this.#scratch(words.length);
    const step_s = reading.window_s / words.length;
    const grid: Grid = { start_s: record.trigger_s + reading.from_s, step_s, points: words.length };
    if (node === undefined) volts.fill(0);
    else {
      const trace = { times_s: record.times_s, values_V: node === "top" ? record.top_V : record.bottom_V };
      if (channel.bandLimit) filterInto(volts, trace, grid, 1 / (2 * Math.PI * bandLimit_Hz));
      else if (reading.type === "HRES") averageInto(volts, trace, grid);
      else if (reading.type === "PEAK") peaksInto(volts, trace, grid);
      else sampleInto(volts, trace, grid);
    }
    present(volts, channel);
    const conversion: Conversion =
      reading.type === "HRES"
        ? highResolution(channel, step_s * reading.rateMax_Sa_per_s, reading.bits)
        : { bits: reading.bits, noise_V: noise_V(channel) };
    const offsets = this.noise.offsets(words.length, reading.samples / words.length);
    convert(words, volts, channel, conversion, this.noise.of(record.serial, number), offsets);
  }

  /** The mean of all records, with steps as fine as a word has. */
  average(
    records: readonly ScopeRecord[],
    node: "top" | "bottom" | undefined,
    number: number,
    channel: InputSettings,
    reading: Reading,
    words: Uint16Array,
  ): void {
    const sum = new Float64Array(words.length);
    for (const record of records) {
      this.read(record, node, number, channel, reading, words);
      for (let k = 0; k < words.length; k += 1) sum[k] = (sum[k] ?? 0) + (words[k] ?? 0);
    }
    for (let k = 0; k < words.length; k += 1) words[k] = Math.round((sum[k] ?? 0) / records.length);
  }

  #scratch(points: number): Float64Array {
    if (this.#volts.length !== points) this.#volts = new Float64Array(points);
    return this.#volts;
  }
}

/** Coupling, probe factor and inversion. A grounded input sees nothing. AC coupling takes the mean of the record away. */
function present(volts: Float64Array, { coupling, invert, probe }: InputSettings): void {
  const factor = invert ? -probe : probe;
  let mean_V = 0;
  if (coupling === "GND") {
    volts.fill(0);
    return;
  }
  if (coupling === "AC") mean_V = volts.reduce((sum, value) => sum + value, 0) / volts.length;
  if (factor === 1 && mean_V === 0) return;
  for (let k = 0; k < volts.length; k += 1) volts[k] = ((volts[k] as number) - mean_V) * factor;
}
