import type {
  Bias,
  Identity,
  SourceMeasureUnit,
  SpotReading,
  SweepPlan,
  SweepRanges,
  SweepReading,
} from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { rampBetween } from "../../src/scpi/index.js";
import type { InstrumentError, ScpiClient } from "../../src/scpi/index.js";
import type { DriverSettings, SafeState } from "../entry.js";
import { identify } from "../support/identity.js";
import { anyOn, offAfter, turnOff } from "../support/outputs.js";
import { runRamp } from "../support/ramp.js";
import { pause, stopIfAborted } from "../support/wait.js";
import { BiasHolder } from "./bias-holder.js";
import type { BiasPort, SetBias } from "./bias-holder.js";
import { checkLimit, foundOn } from "./checks.js";
import type { SmuFacts } from "./checks.js";
import { checkNplc } from "./reading-time.js";
import type { NplcRange } from "./reading-time.js";
import { slewOf } from "./way-home.js";

/** An instrument that said who it is. */
export interface OpenedSmu<Model> {
  readonly scpi: ScpiClient;
  readonly label: string;
  readonly identity: Identity;
  readonly model: Model;
  /** Of the mains, by the instrument: the unit of `nplc`. */
  readonly lineFrequency_Hz: number;
  readonly settings: DriverSettings;
}

/** How a family of source-measure units is recognised. */
export interface SmuFamily<Model> {
  /** Matches the reply to `*IDN?`. */
  readonly identifies: RegExp;
  /** For a person, where it is another instrument. */
  readonly names: string;
  /** By the model field of `*IDN?`; undefined: not of this family. */
  modelOf(name: string): Model | undefined;
  readonly lineFrequency: string;
}

/**
 * Identifies the instrument and empties its error queue. Changes nothing else.
 *
 * @throws MemrigError `bad-reply`: another instrument
 */
export async function openSmu<Model>(
  scpi: ScpiClient,
  family: SmuFamily<Model>,
  settings: DriverSettings,
): Promise<OpenedSmu<Model>> {
  const { label } = scpi;
  const identity = await identify(scpi, family.identifies, family.names);
  const model = family.modelOf(identity.model);
  if (!model) throw new MemrigError("bad-reply", `${label} is a model ${identity.model}, which is not known.`, {});
  await scpi.errors();
  return { scpi, label, identity, model, lineFrequency_Hz: await scpi.queryNumber(family.lineFrequency), settings };
}

/** What a driver says of the instrument in front of it. */
export interface SmuMake {
  readonly channels: number;
  readonly ranges: SweepRanges;
  /** Integration times; left out where they depend on more. */
  readonly nplc?: NplcRange;
}

/** Held levels of a driver, and readings of them. */
export interface MeasuringPort extends BiasPort {
  measure(bias: SetBias, nplc: number): Promise<SpotReading>;
}

/** The numbers of so many channels. */
export function channelsOf(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** How a sweep that played to its end is ended; undefined: by the way to zero from here, as an unfinished one is. */
export type EndOfSweep = (() => Promise<void>) | undefined;

/** What an instrument answers to a sweep's settings: errors that are queued, limits that were asked for and are in force. */
export interface SetUpAnswer {
  readonly errors: number;
  readonly limits: readonly { readonly asked: number; readonly inForce: number }[];
}

/** Stops a sweep that was aborted, or made safe meanwhile. */
export type GoOn = (doneCycles: number) => void;

/**
 * What every source-measure unit with sweeps of its own has in common: nothing is sent before a plan is checked, no output
 * that somebody else left on is touched, and whatever happens the output ends off. A driver adds what it says to its
 * instrument.
 */
export abstract class SmuDriver<Setup extends { readonly plan: SweepPlan }> implements SourceMeasureUnit, SmuFacts {
  readonly label: string;
  readonly identity: Identity;
  readonly channels: number;
  readonly ranges: SweepRanges;
  readonly settings: DriverSettings;
  readonly lineFrequency_Hz: number;
  readonly scpi: ScpiClient;
  /** What becomes of an output in a sweep that is stopped, for a person. */
  protected readonly offWords: string = "the output is brought to zero and off";
  readonly #nplc: NplcRange | undefined;
  readonly #bias: MeasuringPort;
  readonly #holder: BiasHolder;
  /** Counts what made the instrument safe: a sweep that is being set up then must not start. */
  #madeSafe = 0;

  protected constructor(
    { scpi, label, identity, lineFrequency_Hz, settings }: OpenedSmu<unknown>,
    { channels, ranges, nplc }: SmuMake,
    biasOf: (smu: SmuDriver<Setup>) => MeasuringPort,
  ) {
    this.scpi = scpi;
    this.label = label;
    this.identity = identity;
    this.channels = channels;
    this.ranges = ranges;
    this.settings = settings;
    this.lineFrequency_Hz = lineFrequency_Hz;
    this.#nplc = nplc;
    this.#bias = biasOf(this);
    this.#holder = new BiasHolder(this.#bias);
  }

  /** Checks a plan against what the instrument can do. @throws MemrigError `invalid-request` */
  protected abstract setUp(plan: SweepPlan): Setup;

  /** Sets up and plays all cycles, output on. */
  protected abstract play(
    setup: Setup,
    goOn: GoOn,
    signal: AbortSignal,
  ): AsyncGenerator<SweepReading[], EndOfSweep, undefined>;

  /** How these channels are made safe. */
  protected abstract safe(channels: readonly number[]): SafeState;

  async *sweep(plan: SweepPlan, signal: AbortSignal): AsyncGenerator<SweepReading[], void, undefined> {
    const setup = this.setUp(plan);
    const { channel = 1 } = plan;
    stopIfAborted(signal, this.label, "nothing was sent");
    if (await this.isOn(channel)) throw foundOn(this.label, "A sweep");
    let failure: unknown;
    let end: EndOfSweep;
    try {
      end = yield* this.play(setup, this.#goOn(plan.cycles, signal), signal);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      await offAfter(failure, end ?? (() => this.turnOff(channel)));
    }
  }

  async hold(bias: Bias, signal: AbortSignal): Promise<void> {
    await this.#holder.hold(bias, signal);
  }

  async measure(channel: number, nplc = 1): Promise<SpotReading> {
    const held = this.#holder.held(channel);
    if (this.#nplc) checkNplc(this.label, nplc, this.#nplc);
    return this.#bias.measure(held, nplc);
  }

  async release(channel: number): Promise<void> {
    await this.#holder.release(channel);
  }

  async makeSafe(): Promise<void> {
    this.#madeSafe++;
    this.#holder.forget();
    await this.turnAllOff();
  }

  async outputIsOn(): Promise<boolean> {
    return (await anyOn(this.scpi, this.safe(channelsOf(this.channels)))) !== undefined;
  }

  async close(): Promise<void> {
    await this.scpi.session.close();
  }

  async isOn(channel: number): Promise<boolean> {
    return (await anyOn(this.scpi, this.safe([channel]))) !== undefined;
  }

  /** To zero in steps, off, and asked. */
  async turnOff(channel: number): Promise<void> {
    await turnOff(this.scpi, this.safe([channel]), this.settings.ramp);
  }

  /** The same, of every channel. */
  protected async turnAllOff(): Promise<void> {
    await turnOff(this.scpi, this.safe(channelsOf(this.channels)), this.settings.ramp);
  }

  /**
   * Sets a sweep up with the output off, and compares the limit that is in force then. Somebody may have left an error in the
   * queue: once more without it.
   *
   * @param messages the last of them asks
   * @param parse the answer
   * @param forget takes away what else a program that was killed may have left
   * @throws MemrigError `instrument-refused`: it queued an error, or has another limit
   */
  protected async configure(
    { drive }: SweepPlan,
    messages: readonly string[],
    parse: (reply: string) => SetUpAnswer,
    forget: () => Promise<void> = async () => undefined,
  ): Promise<void> {
    const question = messages.at(-1) ?? "";
    for (let firstTry = true; ; firstTry = false) {
      for (const message of messages.slice(0, -1)) await this.scpi.send(message);
      const { errors, limits } = parse(await this.scpi.query(question));
      if (errors === 0) return limits.forEach(({ asked, inForce }) => checkLimit(this.label, drive, asked, inForce));
      const queued = await this.scpi.errors();
      if (!firstTry) throw this.scpi.refused(messages, queued);
      await forget();
    }
  }

  /**
   * From zero to the base of pulses in steps, where it is not zero.
   *
   * @param on turns the output on, at zero
   * @throws MemrigError `aborted`, `instrument-refused`; the caller turns the output off
   */
  protected async toBase(
    { pulse, drive }: SweepPlan,
    on: string,
    set: (level: number) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const base = pulse?.base ?? 0;
    if (base === 0) return;
    await this.scpi.command(on);
    const ramp = rampBetween(0, base, slewOf(drive, this.settings));
    await runRamp(ramp, set, signal);
    await pause(1000 * ramp.step_s, signal); // the first pulse may come at once: the last step has its time, too
    stopIfAborted(signal, this.label, "on the way to the base of its pulses; the output is brought to zero and off");
  }

  /**
   * Where a sweep that ended is not off, or left errors: turns off, and tells.
   *
   * @param start what began it
   * @param queued the errors it left
   * @throws MemrigError `instrument-refused`: the instrument queued an error while it swept
   */
  protected async endBadly(channel: number, start: string, queued: readonly InstrumentError[]): Promise<void> {
    await this.turnOff(channel);
    if (queued.length > 0) throw this.scpi.refused([start], queued);
  }

  #goOn(cycles: number, signal: AbortSignal): GoOn {
    const madeSafe = this.#madeSafe;
    return (done) => {
      stopIfAborted(signal, this.label, `after ${done} of ${cycles} cycles; ${this.offWords}`);
      if (this.#madeSafe === madeSafe) return;
      throw new MemrigError("aborted", `${this.label} was made safe during a sweep; the output is off.`, {
        instrument: this.label,
      });
    };
  }
}
