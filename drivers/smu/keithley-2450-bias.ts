import { MemrigError } from "../../src/errors.js";
import type { SpotReading, SweepRanges } from "../../src/capabilities/index.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import { sci } from "../../src/units.js";
import type { DriverSettings } from "../entry.js";
import { joined } from "../support/messages.js";
import type { BiasPort, SetBias } from "./bias-holder.js";
import { BUFFER, holdCommands } from "./keithley-2450-commands.js";
import { sourceRangeFor, wiresOf, wordsOf } from "./keithley-2450-plan.js";
import { parseSpot, SPOT_ELEMENTS, timeBetween_s } from "./keithley-2450-readings.js";
import type { ClockReading } from "./keithley-2450-readings.js";

/** A held level of the 2450 family, and single readings of it. */
export class Bias2450 implements BiasPort {
  readonly channels = 1;
  #sourceRange = 0;
  #nplc = 1;
  #onSince: ClockReading = { whole_s: NaN, fraction_s: NaN };

  constructor(
    readonly label: string,
    readonly ranges: SweepRanges,
    readonly settings: DriverSettings,
    private readonly scpi: ScpiClient,
    readonly isOn: () => Promise<boolean>,
    readonly turnOff: () => Promise<void>,
  ) {}

  async prepare(bias: SetBias): Promise<void> {
    wiresOf(this.label, bias.wires, this.settings);
    await this.scpi.send(`:TRAC:DEL ${BUFFER}`);
    await this.scpi.errors(); // there may have been none of that name
    await this.scpi.commands(joined(holdCommands(bias, this.settings)));
    this.#sourceRange = sourceRangeFor(bias.drive, bias.level);
    this.#nplc = 1;
  }

  async reach({ drive, level }: SetBias): Promise<void> {
    const range = sourceRangeFor(drive, level);
    if (range <= this.#sourceRange) return;
    await this.scpi.command(`:SOUR:${wordsOf(drive).source}:RANG ${sci(range)}`);
    this.#sourceRange = range;
  }

  async setLimit({ drive, compliance }: SetBias): Promise<void> {
    const { source, limit } = wordsOf(drive);
    await this.scpi.command(`:SOUR:${source}:${limit} ${sci(compliance)}`);
  }

  limitInForce({ drive }: SetBias): Promise<number> {
    const { source, limit } = wordsOf(drive);
    return this.scpi.queryNumber(`:SOUR:${source}:${limit}?`);
  }

  /** The first reading, at zero, is the zero of the time. */
  async outputOn({ drive }: SetBias): Promise<void> {
    await this.scpi.command(":OUTP ON");
    this.#onSince = (await this.#read(drive)).clock;
  }

  async setLevel({ drive }: SetBias, level: number): Promise<void> {
    await this.scpi.send(`:SOUR:${wordsOf(drive).source} ${sci(level)}`);
  }

  async check(): Promise<void> {
    await this.scpi.commands([]);
  }

  /** @throws MemrigError `bad-reply` */
  async measure({ drive }: SetBias, nplc: number): Promise<SpotReading> {
    if (nplc !== this.#nplc) {
      await this.scpi.command(`:SENS:${wordsOf(drive).sense}:NPLC ${sci(nplc)}`);
      this.#nplc = nplc;
    }
    const { clock, ...reading } = await this.#read(drive);
    return { ...reading, time_s: timeBetween_s(this.#onSince, clock) };
  }

  async #read(drive: "voltage" | "current") {
    const question = `:READ? ${BUFFER}, ${SPOT_ELEMENTS.join(", ")}`;
    const reply = await this.scpi.query(question);
    try {
      return parseSpot(reply, drive);
    } catch (error) {
      if (!(error instanceof MemrigError)) throw error;
      throw new MemrigError(error.kind, `${this.label}, ${question}: ${error.message}`, error.details, error);
    }
  }
}
