import type { SpotReading } from "../../src/capabilities/index.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import { sci } from "../../src/units.js";
import { joined } from "../support/messages.js";
import type { SetBias } from "./bias-holder.js";
import { HeldLevels } from "./held-levels.js";
import type { SmuOutput } from "./held-levels.js";
import { holdCommandsB2900, offModeOf } from "./keysight-b2900-commands.js";
import type { ModelB2900 } from "./keysight-b2900-models.js";
import { apertureOf, checkEnvelope, sourceRangeB2900 } from "./keysight-b2900-plan.js";
import { readingOf } from "./keysight-b2900-readings.js";
import { scpiWords } from "./scpi-words.js";

/** Reads values as doubles: the clock has run since the instrument was switched on, and seven digits are too few for it. */
export async function queryDoubles(scpi: ScpiClient, question: string): Promise<Float64Array> {
  return scpi.queryBinaryValues(`:FORM REAL,64;${question};:FORM ASC`, { type: "f64", bigEndian: true });
}

/** Held levels of the channels, and single readings of them. */
export class BiasB2900 extends HeldLevels {
  readonly #onSince_s = new Map<number, number>();

  constructor(
    smu: SmuOutput,
    private readonly model: ModelB2900,
  ) {
    super(smu);
  }

  /** The first reading, at zero, is the zero of the time. */
  async outputOn({ channel }: SetBias): Promise<void> {
    await this.smu.scpi.command(`:OUTP${channel} ON`);
    this.#onSince_s.set(channel, (await this.#read(channel)).time_s);
  }

  protected async setUp(bias: SetBias, sourceRange: number): Promise<void> {
    const offMode = offModeOf(this.label, this.settings);
    const commands = holdCommandsB2900(bias, scpiWords(bias.drive), sourceRange, this.#apertureOf(1), offMode);
    await this.smu.scpi.commands(joined(commands));
  }

  protected rangeFor({ drive, level, compliance }: SetBias): number {
    checkEnvelope(this.label, drive, level, compliance);
    return sourceRangeB2900(this.model, scpiWords(drive), level);
  }

  protected rangeCommand({ drive, channel }: SetBias, range: number): string {
    return `:SOUR${channel}:${scpiWords(drive).source}:RANG ${sci(range)}`;
  }

  protected limitCommand({ drive, channel, compliance }: SetBias): string {
    return `:SENS${channel}:${scpiWords(drive).sense}:PROT ${sci(compliance)}`;
  }

  protected limitQuestion({ drive, channel }: SetBias): string {
    return `:SENS${channel}:${scpiWords(drive).sense}:PROT?`;
  }

  protected levelCommand({ drive, channel }: SetBias, level: number): string {
    return `:SOUR${channel}:${scpiWords(drive).source} ${sci(level)}`;
  }

  protected nplcCommand({ drive, channel }: SetBias, nplc: number): string {
    return `:SENS${channel}:${scpiWords(drive).sense}:APER ${sci(this.#apertureOf(nplc))}`;
  }

  protected async read({ channel }: SetBias): Promise<SpotReading> {
    const reading = await this.#read(channel);
    return { ...reading, time_s: reading.time_s - (this.#onSince_s.get(channel) ?? NaN) };
  }

  async #read(channel: number): Promise<SpotReading> {
    return readingOf(await queryDoubles(this.smu.scpi, `:MEAS? (@${channel})`));
  }

  #apertureOf(nplc: number): number {
    return apertureOf(this.label, nplc, this.smu.lineFrequency_Hz);
  }
}
