import type { SpotReading, SweepRanges } from "../../src/capabilities/index.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import { sci } from "../../src/units.js";
import type { DriverSettings } from "../entry.js";
import { joined } from "../support/messages.js";
import type { BiasPort, SetBias } from "./bias-holder.js";
import { holdCommandsB2900, offModeOf } from "./keysight-b2900-commands.js";
import { apertureOf, checkEnvelope, sourceRangeB2900, wordsOfB2900 } from "./keysight-b2900-plan.js";
import type { FactsB2900 } from "./keysight-b2900-plan.js";
import { readingOf } from "./keysight-b2900-readings.js";

/** Reads values as doubles: the clock has run since the instrument was switched on, and seven digits are too few for it. */
export async function queryDoubles(scpi: ScpiClient, question: string): Promise<Float64Array> {
  return scpi.queryBinaryValues(`:FORM REAL,64;${question};:FORM ASC`, { type: "f64", bigEndian: true });
}

/** Held levels of the channels, and single readings of them. */
export class BiasB2900 implements BiasPort {
  readonly #sourceRanges = new Map<number, number>();
  readonly #apertures_s = new Map<number, number>();
  readonly #onSince_s = new Map<number, number>();

  constructor(
    private readonly facts: FactsB2900,
    private readonly scpi: ScpiClient,
    readonly isOn: (channel: number) => Promise<boolean>,
    readonly turnOff: (channel: number) => Promise<void>,
  ) {}

  get label(): string {
    return this.facts.label;
  }

  get channels(): number {
    return this.facts.channels;
  }

  get ranges(): SweepRanges {
    return this.facts.ranges;
  }

  get settings(): DriverSettings {
    return this.facts.settings;
  }

  async prepare(bias: SetBias): Promise<void> {
    const { channel, drive, level, compliance } = bias;
    checkEnvelope(this.label, drive, level, compliance);
    const words = wordsOfB2900(drive);
    const range = sourceRangeB2900(this.facts, words, level);
    const aperture_s = this.#apertureOf(1);
    const offMode = offModeOf(this.label, this.settings);
    await this.scpi.commands(joined(holdCommandsB2900(bias, words, range, aperture_s, offMode)));
    this.#sourceRanges.set(channel, range);
    this.#apertures_s.set(channel, aperture_s);
  }

  async reach({ drive, channel, level, compliance }: SetBias): Promise<void> {
    checkEnvelope(this.label, drive, level, compliance);
    const words = wordsOfB2900(drive);
    const range = sourceRangeB2900(this.facts, words, level);
    if (range <= (this.#sourceRanges.get(channel) ?? 0)) return;
    await this.scpi.command(`:SOUR${channel}:${words.source}:RANG ${sci(range)}`);
    this.#sourceRanges.set(channel, range);
  }

  async setLimit({ drive, channel, compliance }: SetBias): Promise<void> {
    await this.scpi.command(`:SENS${channel}:${wordsOfB2900(drive).sense}:PROT ${sci(compliance)}`);
  }

  limitInForce({ drive, channel }: SetBias): Promise<number> {
    return this.scpi.queryNumber(`:SENS${channel}:${wordsOfB2900(drive).sense}:PROT?`);
  }

  /** The first reading, at zero, is the zero of the time. */
  async outputOn({ channel }: SetBias): Promise<void> {
    await this.scpi.command(`:OUTP${channel} ON`);
    this.#onSince_s.set(channel, (await this.#read(channel)).time_s);
  }

  async setLevel({ drive, channel }: SetBias, level: number): Promise<void> {
    await this.scpi.send(`:SOUR${channel}:${wordsOfB2900(drive).source} ${sci(level)}`);
  }

  async check(): Promise<void> {
    await this.scpi.commands([]);
  }

  /** @throws MemrigError `invalid-request`: an integration that this instrument does not have; nothing was sent */
  async measure({ drive, channel }: SetBias, nplc: number): Promise<SpotReading> {
    const aperture_s = this.#apertureOf(nplc);
    if (aperture_s !== this.#apertures_s.get(channel)) {
      await this.scpi.command(`:SENS${channel}:${wordsOfB2900(drive).sense}:APER ${sci(aperture_s)}`);
      this.#apertures_s.set(channel, aperture_s);
    }
    const reading = await this.#read(channel);
    return { ...reading, time_s: reading.time_s - (this.#onSince_s.get(channel) ?? NaN) };
  }

  async #read(channel: number): Promise<SpotReading> {
    return readingOf(await queryDoubles(this.scpi, `:MEAS? (@${channel})`));
  }

  #apertureOf(nplc: number): number {
    return apertureOf(this.label, nplc, this.facts.lineFrequency_Hz);
  }
}
