import type { SpotReading } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { LONGEST_SAFE_RAMP_S, rampBetween } from "../../src/scpi/index.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import type { DriverSettings } from "../entry.js";
import { defaultRamp } from "../entry.js";
import { runRamp } from "../support/ramp.js";
import type { SetBias } from "./bias-holder.js";
import { off4200, testRuns } from "./keithley-4200a-off.js";
import { LEAST_LIMIT_A, PREAMP_LEAST_LIMIT_A, ranges4200, rangeCode, short } from "./keithley-4200a-plan.js";
import type { Card } from "./keithley-4200a-plan.js";
import { pairOf, parseSpot } from "./keithley-4200a-readings.js";
import type { MeasuringPort } from "./smu-driver.js";

/** What a channel was told last. */
interface Told {
  readonly drive: "voltage" | "current";
  readonly range: number;
  readonly level: number;
  readonly limit: number;
}

/** Beyond these a channel counts as driven: above the offset that one that is off reads on its largest range. */
export const DRIVEN_V = 0.01;
export const DRIVEN_A = 20e-6;

/**
 * Held levels in user mode. Range, level and limit travel in one message, which also turns the output on. KXCI has no
 * question for any of them: that a message was taken is all there is to know, and `:ERROR:LAST:GET` the only word of a
 * refusal.
 */
export class Bias4200 implements MeasuringPort {
  readonly ranges = ranges4200;
  readonly #told = new Map<number, Told>();
  #nplc: number | undefined;
  readonly #range = new Map<number, number>();
  readonly #onSince_ms = new Map<number, number>();

  constructor(
    readonly label: string,
    readonly settings: DriverSettings,
    private readonly scpi: ScpiClient,
    private readonly cards: readonly Card[],
  ) {}

  /** Highest number of an SMU. */
  get channels(): number {
    return this.cards.at(-1)?.channel ?? 0;
  }

  /** Some channel holds a level that this program set. */
  get holds(): boolean {
    return this.#told.size > 0;
  }

  /** By what was told; of a channel that was told nothing, by what is measured at its terminals. */
  async isOn(channel: number): Promise<boolean> {
    return this.#told.has(channel) || (await testRuns(this.scpi)) || (await this.foundLevel(channel)) !== undefined;
  }

  /** What a channel that this program did not turn on is at; undefined: nothing that can be seen. */
  async foundLevel(channel: number): Promise<{ voltage_V: number; current_A: number } | undefined> {
    const { voltage_V, current_A } = await this.#read(channel);
    return Math.abs(voltage_V) > DRIVEN_V || Math.abs(current_A) > DRIVEN_A ? { voltage_V, current_A } : undefined;
  }

  async prepare(bias: SetBias): Promise<void> {
    await this.scpi.errors(); // one of before is none of this
    this.#nplc = undefined; // a sweep leaves its own
    await this.#integrate(1);
    this.#plan(bias, 0);
  }

  /** The range goes out with the next step. */
  reach(bias: SetBias): Promise<void> {
    const told = this.#told.get(bias.channel);
    if (told) this.#plan(bias, told.level);
    return Promise.resolve();
  }

  async setLimit(bias: SetBias): Promise<void> {
    const told = this.#told.get(bias.channel);
    if (!told) return;
    await this.#tell(bias.channel, { ...told, limit: bias.compliance });
    await this.check();
  }

  /** KXCI can not be asked. What it would change without a word is refused before it is sent. */
  limitInForce({ compliance }: SetBias): Promise<number> {
    return Promise.resolve(compliance);
  }

  async outputOn(bias: SetBias): Promise<void> {
    const { channel, drive, compliance } = bias;
    await this.#tell(channel, { drive, range: this.#range.get(channel) ?? 0, level: 0, limit: compliance });
    this.#onSince_ms.set(channel, performance.now());
    await this.check();
  }

  async setLevel({ channel }: SetBias, level: number): Promise<void> {
    const told = this.#told.get(channel);
    if (told) await this.#tell(channel, { ...told, range: this.#range.get(channel) ?? told.range, level });
  }

  async check(): Promise<void> {
    await this.scpi.commands([]);
  }

  /** Times are by this computer's clock: user mode has none. */
  async measure({ channel }: SetBias, nplc: number): Promise<SpotReading> {
    await this.#integrate(nplc);
    const since_ms = this.#onSince_ms.get(channel) ?? performance.now();
    const reading = await this.#read(channel);
    return { ...reading, time_s: (performance.now() - since_ms) / 1000 };
  }

  async turnOff(channel: number): Promise<void> {
    await this.comeDown([channel]);
    await off4200(this.scpi, [channel]);
  }

  /**
   * To zero in steps, from what was told, or where this program told nothing from what is measured. Stays on. Where it
   * fails the outputs are where they are: off counts more than the way there, and comes next.
   */
  async comeDown(channels: readonly number[]): Promise<void> {
    for (const channel of channels) {
      const told = this.#told.get(channel);
      this.#told.delete(channel);
      await this.#toZero(channel, told).catch(() => undefined); // a broken link is told by the turning off
    }
  }

  async #toZero(channel: number, told: Told | undefined): Promise<void> {
    const from = told ?? (await this.#foundAs(channel));
    if (!from) return;
    const { V_per_s, A_per_s } = this.settings.ramp ?? defaultRamp;
    const rate = from.drive === "voltage" ? V_per_s : A_per_s;
    const ramp = rampBetween(from.level, 0, rate, LONGEST_SAFE_RAMP_S);
    await runRamp(ramp, (level) => this.scpi.send(message(channel, { ...from, level })));
  }

  /** The smallest range for where it is and where it goes. */
  #plan({ channel, drive, level }: SetBias, from: number): void {
    const card = this.#card(channel);
    const largest = Math.max(Math.abs(level), Math.abs(from));
    this.#range.set(channel, rangeCode(card, drive, largest));
  }

  /** The limit of what another hand turned on is not known: what flows now is enough on the way to zero. */
  async #foundAs(channel: number): Promise<Told | undefined> {
    if (await testRuns(this.scpi)) return undefined;
    const found = await this.foundLevel(channel);
    if (!found) return undefined;
    const card = this.#card(channel);
    const least_A = card.preamp ? PREAMP_LEAST_LIMIT_A : LEAST_LIMIT_A;
    const limit = Math.min(this.ranges.maxCurrent_A, Math.max(least_A, 1.05 * Math.abs(found.current_A)));
    const range = rangeCode(card, "voltage", found.voltage_V);
    return { drive: "voltage", range, level: found.voltage_V, limit };
  }

  async #tell(channel: number, told: Told): Promise<void> {
    this.#told.set(channel, told); // before: a message that was lost on its way may have been taken
    await this.scpi.send(message(channel, told));
  }

  async #integrate(nplc: number): Promise<void> {
    if (this.#nplc === nplc) return;
    await this.scpi.command(`US;IT4,0,0,${nplc}`);
    this.#nplc = nplc;
  }

  async #read(channel: number): Promise<Omit<SpotReading, "time_s">> {
    const ask = async (quantity: "V" | "I") => {
      const question = `US;T${quantity}${channel}`;
      const reply = await this.scpi.query(question);
      try {
        return parseSpot(reply, channel, quantity);
      } catch (error) {
        if (!(error instanceof MemrigError)) throw error;
        throw new MemrigError(error.kind, `${this.label}, ${question}: ${error.message}`, error.details, error);
      }
    };
    return pairOf(await ask("V"), await ask("I"));
  }

  #card(channel: number): Card {
    return this.cards.find((card) => card.channel === channel) ?? { channel, preamp: false };
  }
}

function message(channel: number, { drive, range, level, limit }: Told): string {
  return `US;D${drive === "voltage" ? "V" : "I"}${channel},${range},${short(level)},${short(limit)}`;
}
