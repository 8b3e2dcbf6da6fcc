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
  /** Of the records that were sampled last, one after the other: two channels often look at the same node. */
  #volts = new Float64Array(0);
  #sampled: readonly unknown[] = [];
  #shown = new Float64Array(0);

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
    this.readAll([record], node, number, channel, reading, words);
  }

  /** As `read`, of several records one behind the other. */
  readAll(
    records: readonly ScopeRecord[],
    node: "top" | "bottom" | undefined,
    number: number,
    channel: InputSettings,
    reading: Reading,
    words: Uint16Array,
  ): void {
    const points = words.length / records.length;
    this.#sample(records, node, channel.bandLimit, reading, points);
    const step_s = reading.window_s / points;
    const conversion: Conversion =
      reading.type === "HRES"
        ? highResolution(channel, step_s * reading.rateMax_Sa_per_s, reading.bits)
        : { bits: reading.bits, noise_V: noise_V(channel) };
    const offsets = this.noise.offsets(points, reading.samples / points);
    const volts = this.#presented(channel, points, records.length);
    for (const [index, { serial }] of records.entries())
      convert(words, volts, channel, conversion, this.noise.of(serial, number), offsets, index * points);
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

  /** Fills `#volts` with what the node did at the sampling points of each record. */
  #sample(
    records: readonly ScopeRecord[],
    node: "top" | "bottom" | undefined,
    bandLimit: boolean,
    reading: Reading,
    points: number,
  ): void {
    const what = [records, records.length, node, bandLimit, reading, points];
    if (what.every((value, k) => value === this.#sampled[k])) return;
    this.#sampled = what;
    const { type, from_s, window_s } = reading;
    const count = records.length * points;
    if (this.#volts.length < count) this.#volts = new Float64Array(count);
    if (node === undefined) {
      this.#volts.fill(0, 0, count);
      return;
    }
    for (const [index, { times_s, top_V, bottom_V, first, end, trigger_s }] of records.entries()) {
      const trace = { times_s, values_V: node === "top" ? top_V : bottom_V, first, end };
      const grid: Grid = { start_s: trigger_s + from_s, step_s: window_s / points, points };
      const out = this.#volts.subarray(index * points, (index + 1) * points);
      if (bandLimit) filterInto(out, trace, grid, 1 / (2 * Math.PI * bandLimit_Hz));
      else if (type === "HRES") averageInto(out, trace, grid);
      else if (type === "PEAK") peaksInto(out, trace, grid);
      else sampleInto(out, trace, grid);
    }
  }

  /** Coupling, probe factor and inversion. A grounded input sees nothing. AC coupling takes the mean of the record away. */
  #presented({ coupling, invert, probe }: InputSettings, points: number, records: number): Float64Array {
    const factor = coupling === "GND" ? 0 : invert ? -probe : probe;
    if (factor === 1 && coupling !== "AC") return this.#volts;
    if (this.#shown.length < points * records) this.#shown = new Float64Array(points * records);
    for (let at = 0; at < points * records; at += points) {
      const own = this.#volts.subarray(at, at + points);
      const mean_V = coupling === "AC" ? own.reduce((sum, value) => sum + value, 0) / points : 0;
      for (let k = 0; k < points; k += 1) this.#shown[at + k] = ((own[k] as number) - mean_V) * factor;
    }
    return this.#shown;
  }
}
