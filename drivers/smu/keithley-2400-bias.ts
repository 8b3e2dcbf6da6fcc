import type { SpotReading, SweepRanges } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import { sci } from "../../src/units.js";
import type { DriverSettings } from "../entry.js";
import { joined } from "../support/messages.js";
import type { BiasPort, SetBias } from "./bias-holder.js";
import { holdSettings2400 } from "./keithley-2400-commands.js";
import { sourceRange2400, wordsOf2400 } from "./keithley-2400-plan.js";
import { parse2400 } from "./keithley-2400-readings.js";

/** A held level of the 2400 series, and single readings of it. */
export class Bias2400 implements BiasPort {
  readonly channels = 1;
  #sourceRange = 0;
  #nplc = 1;
  #onSince_s = 0;

  constructor(
    readonly label: string,
    readonly ranges: SweepRanges,
    readonly settings: DriverSettings,
    private readonly scpi: ScpiClient,
    private readonly messageLength: number,
    readonly isOn: () => Promise<boolean>,
    readonly turnOff: () => Promise<void>,
  ) {}

  async prepare(bias: SetBias): Promise<void> {
    await this.scpi.commands(joined(holdSettings2400(bias, this.settings), this.messageLength));
    this.#sourceRange = sourceRange2400(wordsOf2400(bias.drive), bias.level);
    this.#nplc = 1;
  }

  async reach({ drive, level }: SetBias): Promise<void> {
    const words = wordsOf2400(drive);
    const range = sourceRange2400(words, level);
    if (range <= this.#sourceRange) return;
    await this.scpi.command(`:SOUR:${words.source}:RANG ${sci(range)}`);
    this.#sourceRange = range;
  }

  async setLimit({ drive, compliance }: SetBias): Promise<void> {
    await this.scpi.command(`:SENS:${wordsOf2400(drive).sense}:PROT ${sci(compliance)}`);
  }

  limitInForce({ drive }: SetBias): Promise<number> {
    return this.scpi.queryNumber(`:SENS:${wordsOf2400(drive).sense}:PROT?`);
  }

  /** The first reading, at zero, is the zero of the time. */
  async outputOn(): Promise<void> {
    await this.scpi.command(":OUTP ON");
    this.#onSince_s = (await this.#read()).time_s;
  }

  async setLevel({ drive }: SetBias, level: number): Promise<void> {
    await this.scpi.send(`:SOUR:${wordsOf2400(drive).source} ${sci(level)}`);
  }

  async check(): Promise<void> {
    await this.scpi.commands([]);
  }

  async measure({ drive }: SetBias, nplc: number): Promise<SpotReading> {
    if (nplc !== this.#nplc) {
      await this.scpi.command(`:SENS:${wordsOf2400(drive).sense}:NPLC ${sci(nplc)}`);
      this.#nplc = nplc;
    }
    const reading = await this.#read();
    return { ...reading, time_s: reading.time_s - this.#onSince_s };
  }

  async #read(): Promise<SpotReading> {
    const reply = await this.scpi.query(":READ?");
    try {
      const [reading] = parse2400(reply, 1, 0);
      if (!reading) throw new MemrigError("bad-reply", "no reading came.", { reply });
      const { voltage_V, current_A, time_s, inCompliance } = reading;
      return { voltage_V, current_A, time_s, inCompliance };
    } catch (error) {
      if (!(error instanceof MemrigError)) throw error;
      throw new MemrigError(error.kind, `${this.label}, :READ?: ${error.message}`, error.details, error);
    }
  }
}
