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
import { parseNumber, ScpiClient, tspErrors } from "../../src/scpi/index.js";
import type { Session } from "../../src/visa/index.js";
import { SCPI_RAW_PORT } from "../entry.js";
import type { DriverEntry, DriverSettings, SafeState } from "../entry.js";
import { identify, parseIdentity } from "../support/identity.js";
import { anyOn, offAfter, turnOff } from "../support/outputs.js";
import { stopIfAborted } from "../support/wait.js";
import { BiasHolder } from "./bias-holder.js";
import { checkLimit, foundOn } from "./checks.js";
import { Bias2600 } from "./keithley-2600-bias.js";
import {
  messagesOf,
  runStatements,
  safeAll,
  safeChannel,
  startStatement,
  sweepStatements,
} from "./keithley-2600-commands.js";
import { model2600 } from "./keithley-2600-models.js";
import type { Model2600 } from "./keithley-2600-models.js";
import { checkNplc, setUp } from "./keithley-2600-plan.js";
import type { SweepSetup } from "./keithley-2600-plan.js";
import { readRun } from "./keithley-2600-run.js";

const identifies = /Keithley Instruments Inc\.,\s*Model 26(0[124]|1[124]|3[456])[AB]/i;

function safeOf(identity: string): SafeState {
  return safeAll(model2600(parseIdentity(identity)?.model ?? "")?.channels ?? 1);
}

export const keithley2600 = {
  name: "keithley-2600",
  kind: "smu",
  title: "Keithley 2600A and 2600B System SourceMeters",
  identifies,
  // `smub` is an error where there is none: the second channel is turned off only where the identity has one.
  safe: safeAll(1),
  safeOf,
  errors: tspErrors,
  defaultPort: SCPI_RAW_PORT,
  deadSocketPort: 5030,
  open: (session, label, settings) => Keithley2600.open(session, label, settings),
} satisfies DriverEntry;

/**
 * Keithley 2601, 2602, 2604, 2611, 2612, 2614, 2634, 2635 and 2636, A and B: sweeps by the instrument's own trigger model,
 * read while its buffers fill, and held levels, on one channel or two.
 *
 * It speaks Lua (TSP): each message is a chunk. What the driver keeps in the instrument is in the global tables `memrig_a`
 * and `memrig_b`; the buffers `nvbuffer1` and `nvbuffer2` stay as the person at the bench left them. Connecting changes
 * nothing: there is no reset, and an output that is found on is left as it is.
 *
 * @see Keithley 2600BS-901-01 Rev B
 */
export class Keithley2600 implements SourceMeasureUnit {
  readonly channels: number;
  readonly ranges: SweepRanges;
  readonly #bias: Bias2600;
  readonly #holder: BiasHolder;
  /** Counts what made the instrument safe: a sweep that is being set up then must not start. */
  #madeSafe = 0;

  private constructor(
    private readonly scpi: ScpiClient,
    readonly label: string,
    readonly identity: Identity,
    private readonly model: Model2600,
    private readonly lineFrequency_Hz: number,
    private readonly settings: DriverSettings,
  ) {
    this.channels = model.channels;
    this.ranges = model.ranges;
    const isOn = (channel: number) => this.#isOn(channel);
    const off = (channel: number) => turnOff(scpi, safeChannel(channel), settings.ramp);
    this.#bias = new Bias2600(label, model, settings, scpi, isOn, off);
    this.#holder = new BiasHolder(this.#bias);
  }

  /**
   * Identifies the instrument and empties its error queue. Changes nothing else.
   *
   * @throws MemrigError `bad-reply`: another instrument
   */
  static async open(session: Session, label: string, settings: DriverSettings = {}): Promise<Keithley2600> {
    const scpi = new ScpiClient(session, label, tspErrors);
    const identity = await identify(scpi, identifies, "Keithley 2600A and 2600B");
    const model = model2600(identity.model);
    if (!model) throw new MemrigError("bad-reply", `${label} is a model ${identity.model}, which is not known.`, {});
    await scpi.errors();
    return new Keithley2600(
      scpi,
      label,
      identity,
      model,
      await scpi.queryNumber("print(localnode.linefreq)"),
      settings,
    );
  }

  async *sweep(plan: SweepPlan, signal: AbortSignal): AsyncGenerator<SweepReading[], void, undefined> {
    const setup = setUp(this, this.model, plan, this.lineFrequency_Hz, this.settings);
    stopIfAborted(signal, this.label, "nothing was sent");
    if (await this.#isOn(setup.channel)) throw foundOn(this.label, "A sweep");
    let failure: unknown;
    let ended = false;
    try {
      yield* this.#runs(setup, signal);
      ended = true;
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      const off = () => turnOff(this.scpi, safeChannel(setup.channel), this.settings.ramp);
      await offAfter(failure, () => (ended ? this.#endWell(setup) : off()));
    }
  }

  async hold(bias: Bias, signal: AbortSignal): Promise<void> {
    await this.#holder.hold(bias, signal);
  }

  async measure(channel: number, nplc = 1): Promise<SpotReading> {
    const held = this.#holder.held(channel);
    checkNplc(this.label, nplc);
    return this.#bias.measure(held, nplc);
  }

  async release(channel: number): Promise<void> {
    await this.#holder.release(channel);
  }

  async makeSafe(): Promise<void> {
    this.#madeSafe++;
    this.#holder.forget();
    await turnOff(this.scpi, safeAll(this.channels), this.settings.ramp);
  }

  async outputIsOn(): Promise<boolean> {
    return (await anyOn(this.scpi, safeAll(this.channels))) !== undefined;
  }

  async close(): Promise<void> {
    await this.scpi.session.close();
  }

  async #isOn(channel: number): Promise<boolean> {
    return (await anyOn(this.scpi, safeChannel(channel))) !== undefined;
  }

  /** As many runs of the trigger model as it takes for all cycles, each within the buffers, on one clock. */
  async *#runs(setup: SweepSetup, signal: AbortSignal): AsyncGenerator<SweepReading[], void, undefined> {
    const { levels, cycles } = setup.plan;
    const madeSafe = this.#madeSafe;
    for (let done = 0; done < cycles; done += setup.cyclesPerRun) {
      const now = Math.min(setup.cyclesPerRun, cycles - done);
      if (done === 0) await this.#configure(setup, now);
      else await this.scpi.commands(messagesOf(runStatements(setup, now)));
      stopIfAborted(signal, this.label, `after ${done} of ${cycles} cycles; the output is off`);
      if (this.#madeSafe !== madeSafe) throw madeSafeMeanwhile(this.label);
      await this.scpi.send(startStatement(setup)); // where it is refused no reading comes, and the error queue says why
      const began_s = done === 0 ? 0 : await this.scpi.queryNumber(`print(${setup.own}.t)`);
      for await (const readings of readRun(this.scpi, setup, done * levels.length, now * levels.length, signal)) {
        yield began_s === 0 ? readings : readings.map((one) => ({ ...one, time_s: began_s + one.time_s }));
      }
    }
  }

  /** Everything the sweep relies on, with the output off. Level at zero first, then the limit, then it is read back. */
  async #configure(setup: SweepSetup, cycles: number): Promise<void> {
    const { plan, smu, limit } = setup;
    const check = `print(errorqueue.count,${smu}.source.limit${limit})`;
    const statements = [...sweepStatements(setup, this.settings), ...runStatements(setup, cycles), check];
    const messages = messagesOf(statements);
    const last = messages.at(-1) ?? check;
    for (let firstTry = true; ; firstTry = false) {
      for (const message of messages.slice(0, -1)) await this.scpi.send(message);
      const [errors = NaN, inForce = NaN] = (await this.scpi.query(last)).split("\t").map(parseNumber);
      if (errors === 0) {
        checkLimit(this.label, plan.drive, plan.compliance, inForce);
        return;
      }
      const queued = await this.scpi.errors();
      // Somebody may have left an error in the queue: once more without it.
      if (!firstTry) throw this.scpi.refused(messages, queued);
    }
  }

  /**
   * The last level was zero: the output goes off from there, and the memory is given back.
   *
   * @throws MemrigError `instrument-refused`: the instrument queued an error while it swept
   */
  async #endWell({ smu, own, channel }: SweepSetup): Promise<void> {
    const off = `${smu}.abort() ${smu}.source.output=0 ${own}=nil collectgarbage()`;
    const [on, errors] = (await this.scpi.query(`${off} print(${smu}.source.output,errorqueue.count)`))
      .split("\t")
      .map(parseNumber);
    if (on === 0 && errors === 0) return;
    const queued = await this.scpi.errors();
    await turnOff(this.scpi, safeChannel(channel), this.settings.ramp);
    if (queued.length > 0) throw this.scpi.refused([`${smu}.trigger.initiate()`], queued);
  }
}

function madeSafeMeanwhile(label: string): MemrigError {
  return new MemrigError("aborted", `${label} was made safe while a sweep was set up; the output is off.`, {
    instrument: label,
  });
}
