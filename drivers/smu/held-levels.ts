import type { SpotReading, SweepRanges } from "../../src/capabilities/index.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import type { DriverSettings } from "../entry.js";
import type { BiasPort, SetBias } from "./bias-holder.js";
import type { SmuFacts } from "./checks.js";

/** The instrument that levels are held with: its link, and how its outputs are asked about and turned off. */
export interface SmuOutput extends SmuFacts {
  readonly scpi: ScpiClient;
  readonly settings: DriverSettings;
  readonly lineFrequency_Hz: number;
  isOn(channel: number): Promise<boolean>;
  /** To zero in steps, off, and asked. */
  turnOff(channel: number): Promise<void>;
}

/** Held levels of a driver, and single readings of them. A driver adds what it says to its instrument. */
export abstract class HeldLevels implements BiasPort {
  /** In force, by channel. */
  readonly #nplc = new Map<number, number>();
  readonly #sourceRange = new Map<number, number>();

  constructor(protected readonly smu: SmuOutput) {}

  get label(): string {
    return this.smu.label;
  }

  get channels(): number {
    return this.smu.channels;
  }

  get ranges(): SweepRanges {
    return this.smu.ranges;
  }

  get settings(): DriverSettings {
    return this.smu.settings;
  }

  isOn(channel: number): Promise<boolean> {
    return this.smu.isOn(channel);
  }

  turnOff(channel: number): Promise<void> {
    return this.smu.turnOff(channel);
  }

  async prepare(bias: SetBias): Promise<void> {
    const range = this.rangeFor(bias);
    await this.setUp(bias, range);
    this.#sourceRange.set(bias.channel, range);
    this.#nplc.set(bias.channel, 1);
  }

  async reach(bias: SetBias): Promise<void> {
    const range = this.rangeFor(bias);
    if (range <= (this.#sourceRange.get(bias.channel) ?? 0)) return;
    await this.smu.scpi.command(this.rangeCommand(bias, range));
    this.#sourceRange.set(bias.channel, range);
  }

  async setLimit(bias: SetBias): Promise<void> {
    await this.smu.scpi.command(this.limitCommand(bias));
  }

  limitInForce(bias: SetBias): Promise<number> {
    return this.smu.scpi.queryNumber(this.limitQuestion(bias));
  }

  abstract outputOn(bias: SetBias): Promise<void>;

  async setLevel(bias: SetBias, level: number): Promise<void> {
    await this.smu.scpi.send(this.levelCommand(bias, level));
  }

  async check(): Promise<void> {
    await this.smu.scpi.commands([]);
  }

  /** @throws MemrigError `bad-reply` */
  async measure(bias: SetBias, nplc: number): Promise<SpotReading> {
    if (nplc !== this.#nplc.get(bias.channel)) {
      await this.smu.scpi.command(this.nplcCommand(bias, nplc));
      this.#nplc.set(bias.channel, nplc);
    }
    return this.read(bias);
  }

  /** Everything the bias relies on, with one power line cycle a reading. Looks at the error queue. */
  protected abstract setUp(bias: SetBias, sourceRange: number): Promise<void>;
  /** The source range to ask for. @throws MemrigError `invalid-request`: it has none for this level and limit */
  protected abstract rangeFor(bias: SetBias): number;
  protected abstract rangeCommand(bias: SetBias, range: number): string;
  protected abstract limitCommand(bias: SetBias): string;
  protected abstract limitQuestion(bias: SetBias): string;
  protected abstract levelCommand(bias: SetBias, level: number): string;
  /** @throws MemrigError `invalid-request`: an integration time it does not have */
  protected abstract nplcCommand(bias: SetBias, nplc: number): string;
  /** One reading, time since the output went on. */
  protected abstract read(bias: SetBias): Promise<SpotReading>;
}
