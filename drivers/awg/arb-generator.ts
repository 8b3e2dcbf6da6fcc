import type {
  Identity,
  LoadedCycle,
  LoadedWaveform,
  PulseCycle,
  PulseRanges,
  PulseSource,
  WaveformPlan,
} from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { parseNumber } from "../../src/scpi/index.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import { si } from "../../src/units.js";
import type { SafeState } from "../entry.js";
import { anyOn, turnOff } from "../support/outputs.js";
import type { OutputSwitch } from "../support/outputs.js";
import { codesOf, toArb } from "./arb-cycle.js";
import type { ArbCycle } from "./arb-cycle.js";
import { checkWaveform, frequencyOf } from "./waveform-check.js";

/** A setting to be read back before the output goes on. */
export interface Check {
  readonly question: string;
  /** What was set, for a person. */
  readonly asked: string;
  /** From the reply; the number that it is where left out. */
  readonly read?: (reply: string) => number | string;
  readonly good: (value: number | string) => boolean;
}

/** What a level read back may differ by: its resolution in the middle ranges. */
export const LEVEL_TOLERANCE_V = 2e-3;
/** The same of a rate or a frequency, relative. */
export const RATE_TOLERANCE = 1e-6;

/** A check that a number is what was set, but for its resolution. */
export function near(question: string, wanted: number, tolerance: number, asked: string): Check {
  return { question, asked, good: (value) => Math.abs(Number(value) - wanted) <= tolerance };
}

/**
 * What all generators of arbitrary waveforms have in common, as a pulse source: the cycle is a waveform of its own, played
 * as a counted burst on a trigger from here. Levels are open-circuit volts; the output has 50 Ω in series.
 *
 * Connecting changes nothing. Loading turns the channel off while it works, because a burst that is being changed would
 * play on its own, and back on where it was on. What is played is read back before.
 */
export abstract class ArbGenerator implements PulseSource {
  readonly #loaded = new Set<number>();
  /** Of a generator with one memory for the samples of all channels: whose they are. */
  #memoryOwner: number | undefined;
  /** What loads a channel of such a generator again, as it was loaded last. */
  readonly #again = new Map<number, () => Promise<unknown>>();
  /** Channels, off, whose samples made way for those of another one. */
  readonly #displaced = new Set<number>();

  protected constructor(
    protected readonly scpi: ScpiClient,
    readonly label: string,
    readonly identity: Identity,
    readonly channels: number,
    readonly ranges: PulseRanges,
    private readonly safe: SafeState,
  ) {}

  /** What turns a channel on, and off, and tells which. */
  protected abstract switchOf(channel: number): OutputSwitch & { readonly on: string };
  /** Puts samples into the memory that the channel plays from. −32767 is the lower level, +32767 the upper one. The output is off. */
  protected abstract upload(channel: number, codes: Int16Array): Promise<void>;
  /** Makes the samples a burst that waits for its trigger. Any notice of the generator counts as a refusal. */
  protected abstract cycleCommands(
    channel: number,
    arb: ArbCycle,
    limit: PulseCycle["limit"],
    cycles: number,
  ): string[];
  protected abstract cycleChecks(channel: number, arb: ArbCycle, limit: PulseCycle["limit"], cycles: number): Check[];
  /** Makes the channel play a waveform; samples are in its memory already. */
  protected abstract waveformCommands(channel: number, plan: WaveformPlan): string[];
  protected abstract waveformChecks(channel: number, plan: WaveformPlan): Check[];
  /** Levels at the open output and frequency as they read back. */
  protected abstract readWaveform(channel: number, plan: WaveformPlan): Promise<LoadedWaveform>;
  /** Starts one burst of this channel, and of no other. */
  protected abstract fire(channel: number): Promise<void>;
  /** What this family can not play beside what `checkWaveform` knows. @throws MemrigError `invalid-request` */
  protected checkFamily(_channel: number, _plan: WaveformPlan): void {
    // most have nothing to add: what they can not play they refuse themselves
  }

  async load(channel: number, cycle: PulseCycle, cycles: number): Promise<LoadedCycle> {
    this.#checkChannel(channel);
    if (!(Number.isInteger(cycles) && cycles >= 1 && cycles <= this.ranges.maxCycles)) {
      throw new MemrigError(
        "invalid-request",
        `${this.label}: ${cycles} cycles were asked for; the generator plays 1 to ${this.ranges.maxCycles}. Nothing was sent.`,
        { asked: cycles },
      );
    }
    const arb = toArb(this.label, cycle, this.ranges);
    await this.#changing(
      channel,
      () => kept(cycle, (copy) => this.load(channel, copy, cycles)),
      async () => {
        await this.upload(channel, arb.codes);
        await this.scpi.commands(this.cycleCommands(channel, arb, cycle.limit, cycles));
        for (const check of this.cycleChecks(channel, arb, cycle.limit, cycles)) await this.#verify(channel, check);
      },
    );
    return arb.loaded;
  }

  async setWaveform(channel: number, plan: WaveformPlan): Promise<LoadedWaveform> {
    this.#checkChannel(channel);
    checkWaveform(this.label, plan, this.ranges);
    this.checkFamily(channel, plan);
    const { waveform } = plan;
    return this.#changing(
      channel,
      () => kept(plan, (copy) => this.setWaveform(channel, copy)),
      async () => {
        if (waveform.shape === "samples") await this.upload(channel, codesOf(waveform.volts, plan.low_V, plan.high_V));
        await this.scpi.commands(this.waveformCommands(channel, plan));
        for (const check of this.waveformChecks(channel, plan)) await this.#verify(channel, check);
        return this.#verifyWaveform(channel, plan, await this.readWaveform(channel, plan));
      },
    );
  }

  /** Loads it again before where its samples made way for those of another channel. */
  async outputOn(channel: number): Promise<void> {
    if (this.#displaced.has(channel)) await this.#again.get(channel)?.();
    this.#checkLoaded(channel, "turn its output on");
    const { on, isOn } = this.switchOf(channel);
    await this.scpi.command(on);
    if ((await anyOn(this.scpi, { off: [], isOn })) !== undefined) return;
    throw new MemrigError(
      "instrument-refused",
      `${this.label}: the output of channel ${channel} was turned on and answers that it is off. Is it overloaded?`,
      { channel },
    );
  }

  async outputOff(channel: number): Promise<void> {
    this.#checkChannel(channel);
    await turnOff(this.scpi, this.switchOf(channel));
  }

  async trigger(channel: number): Promise<void> {
    this.#checkLoaded(channel, "trigger it");
    await this.fire(channel);
  }

  async makeSafe(): Promise<void> {
    await turnOff(this.scpi, this.safe);
  }

  async outputIsOn(): Promise<boolean> {
    return (await anyOn(this.scpi, this.safe)) !== undefined;
  }

  async close(): Promise<void> {
    await this.scpi.session.close();
  }

  /**
   * Of a generator with one memory for the samples of all channels: those that come are this channel's. A channel whose they
   * were is loaded again when it is turned on.
   *
   * @throws MemrigError `invalid-request`: another channel is on and plays them; nothing was uploaded
   */
  protected async takeOneMemory(channel: number): Promise<void> {
    const other = this.#memoryOwner;
    if (other !== undefined && other !== channel && this.#loaded.has(other)) {
      if ((await anyOn(this.scpi, this.switchOf(other))) !== undefined) {
        throw new MemrigError(
          "invalid-request",
          `${this.label}: this model has one memory for samples, and channel ${other} is on and plays from it. Nothing was ` +
            `uploaded; channel ${channel} is off. Turn channel ${other} off first, or give one of them a waveform of the generator's own.`,
          { channel, other },
        );
      }
      this.#loaded.delete(other);
      this.#displaced.add(other);
    }
    this.#memoryOwner = channel;
  }

  /** A channel plays from the one memory no more. */
  protected leaveOneMemory(channel: number): void {
    if (this.#memoryOwner === channel) this.#memoryOwner = undefined;
  }

  /** Changes what a channel plays, with its output off meanwhile. Where it fails, the output stays off. */
  async #changing<T>(channel: number, again: () => () => Promise<unknown>, change: () => Promise<T>): Promise<T> {
    const wasOn = (await anyOn(this.scpi, this.switchOf(channel))) !== undefined;
    for (const forgotten of [this.#loaded, this.#displaced, this.#again]) forgotten.delete(channel);
    await this.outputOff(channel);
    const outcome = await change();
    this.#loaded.add(channel);
    if (this.#memoryOwner === channel) this.#again.set(channel, again());
    if (wasOn) await this.outputOn(channel);
    return outcome;
  }

  async #verify(channel: number, { question, asked, read = parseNumber, good }: Check): Promise<void> {
    const value = read(await this.scpi.query(question));
    if (!good(value)) throw this.#changed(channel, asked, `${question} reads back ${value}`);
  }

  #verifyWaveform(channel: number, plan: WaveformPlan, played: LoadedWaveform): LoadedWaveform {
    for (const [asked_V, got_V] of [
      [plan.high_V, played.high_V],
      [plan.low_V, played.low_V],
    ] as const) {
      const tolerance_V = LEVEL_TOLERANCE_V + 1e-3 * Math.abs(plan.high_V - plan.low_V);
      if (Math.abs(got_V - asked_V) <= tolerance_V) continue;
      throw this.#changed(channel, `a level of ${si(asked_V, "V")}`, `reads back as ${si(got_V, "V")}`);
    }
    const wanted_Hz = frequencyOf(plan);
    if (wanted_Hz === undefined) return { low_V: played.low_V, high_V: played.high_V };
    const got_Hz = played.frequency_Hz ?? NaN;
    if (Math.abs(got_Hz - wanted_Hz) <= RATE_TOLERANCE * wanted_Hz) return played;
    throw this.#changed(channel, `a frequency of ${si(wanted_Hz, "Hz")}`, `reads back as ${si(got_Hz, "Hz")}`);
  }

  #changed(channel: number, asked: string, got: string): MemrigError {
    return new MemrigError(
      "instrument-refused",
      `${this.label}: ${asked} was set, and ${got}. The output of channel ${channel} is off.`,
      { channel, asked, got },
    );
  }

  #checkChannel(channel: number): void {
    if (Number.isInteger(channel) && channel >= 1 && channel <= this.channels) return;
    throw new MemrigError(
      "invalid-request",
      `${this.label}: channel ${channel} was asked for; a ${this.identity.model} has ${this.channels}. Nothing was sent.`,
      { channel, channels: this.channels },
    );
  }

  #checkLoaded(channel: number, what: string): void {
    this.#checkChannel(channel);
    if (this.#loaded.has(channel)) return;
    throw new MemrigError(
      "invalid-request",
      `${this.label}: nothing was loaded into channel ${channel}, so its levels and limits are not known. Nothing was ` +
        `sent. Load a cycle before you ${what}.`,
      { channel },
    );
  }
}

/** Of a plan as it is now, whatever its owner does to it later. */
function kept<Plan, T>(plan: Plan, use: (copy: Plan) => Promise<T>): () => Promise<T> {
  const copy = structuredClone(plan);
  return () => use(copy);
}
