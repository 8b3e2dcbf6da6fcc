import { MemrigError } from "../../src/errors.js";
import type { SpotReading, SweepRanges } from "../../src/capabilities/index.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import type { DriverSettings } from "../entry.js";
import type { BiasPort, SetBias } from "./bias-holder.js";
import { holdStatements, lua, messagesOf } from "./keithley-2600-commands.js";
import type { Model2600 } from "./keithley-2600-models.js";
import { checkArea, checkOffState, lettersOf } from "./keithley-2600-plan.js";
import { parseSpot } from "./keithley-2600-readings.js";

/** Held levels of the two channels, and single readings of them. */
export class Bias2600 implements BiasPort {
  readonly #sourceRanges = new Map<number, number>();
  readonly #nplc = new Map<number, number>();

  constructor(
    readonly label: string,
    private readonly model: Model2600,
    readonly settings: DriverSettings,
    private readonly scpi: ScpiClient,
    readonly isOn: (channel: number) => Promise<boolean>,
    readonly turnOff: (channel: number) => Promise<void>,
  ) {}

  get channels(): number {
    return this.model.channels;
  }

  get ranges(): SweepRanges {
    return this.model.ranges;
  }

  async prepare(bias: SetBias): Promise<void> {
    checkOffState(this.label, this.settings);
    checkArea(this.label, this.model, bias.drive, Math.abs(bias.level), bias.compliance);
    await this.scpi.commands(messagesOf(holdStatements(bias, this.settings)));
    this.#sourceRanges.set(bias.channel, Math.abs(bias.level));
    this.#nplc.set(bias.channel, 1);
  }

  async reach({ drive, channel, level }: SetBias): Promise<void> {
    const range = Math.abs(level);
    if (range <= (this.#sourceRanges.get(channel) ?? 0)) return;
    const { smu, source } = lettersOf(drive, channel);
    await this.scpi.command(`${smu}.source.range${source}=${lua(range)}`);
    this.#sourceRanges.set(channel, range);
  }

  async setLimit({ drive, channel, compliance }: SetBias): Promise<void> {
    const { smu, limit } = lettersOf(drive, channel);
    await this.scpi.command(`${smu}.source.limit${limit}=${lua(compliance)}`);
  }

  limitInForce({ drive, channel }: SetBias): Promise<number> {
    const { smu, limit } = lettersOf(drive, channel);
    return this.scpi.queryNumber(`print(${smu}.source.limit${limit})`);
  }

  async outputOn({ drive, channel }: SetBias): Promise<void> {
    const { smu, own } = lettersOf(drive, channel);
    await this.scpi.command(`${own}.b=timer.measure.t() ${smu}.source.output=${smu}.OUTPUT_ON`);
  }

  async setLevel({ drive, channel }: SetBias, level: number): Promise<void> {
    const { smu, source } = lettersOf(drive, channel);
    await this.scpi.send(`${smu}.source.level${source}=${lua(level)}`);
  }

  async check(): Promise<void> {
    await this.scpi.commands([]);
  }

  /** @throws MemrigError `bad-reply` */
  async measure({ drive, channel }: SetBias, nplc: number): Promise<SpotReading> {
    const { smu, own } = lettersOf(drive, channel);
    if (nplc !== this.#nplc.get(channel)) {
      await this.scpi.command(`${smu}.measure.nplc=${lua(nplc)}`);
      this.#nplc.set(channel, nplc);
    }
    const question = `local t=timer.measure.t()-${own}.b local i,v=${smu}.measure.iv() print(v,i,t,${smu}.source.compliance)`;
    const reply = await this.scpi.query(question);
    try {
      return parseSpot(reply);
    } catch (error) {
      if (!(error instanceof MemrigError)) throw error;
      throw new MemrigError(error.kind, `${this.label}, ${question}: ${error.message}`, error.details, error);
    }
  }
}
