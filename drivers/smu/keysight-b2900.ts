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
import { parseNumber, rampBetween, ScpiClient, scpiErrors } from "../../src/scpi/index.js";
import { sci, si } from "../../src/units.js";
import type { Session } from "../../src/visa/index.js";
import { defaultRamp, SCPI_RAW_PORT } from "../entry.js";
import type { DriverEntry, DriverSettings, SafeState } from "../entry.js";
import { identify, parseIdentity } from "../support/identity.js";
import { joined } from "../support/messages.js";
import { anyOn, offAfter, turnOff } from "../support/outputs.js";
import { runRamp } from "../support/ramp.js";
import { stopIfAborted } from "../support/wait.js";
import { BiasHolder } from "./bias-holder.js";
import { checkLimit, foundOn } from "./checks.js";
import { BiasB2900, queryDoubles } from "./keysight-b2900-bias.js";
import {
  ELEMENTS_B2900,
  listCommandsB2900,
  offModeOf,
  runCommands,
  sweepCommandsB2900,
  timerCommands,
} from "./keysight-b2900-commands.js";
import { modelB2900 } from "./keysight-b2900-models.js";
import type { ModelB2900 } from "./keysight-b2900-models.js";
import { setUpB2900 } from "./keysight-b2900-plan.js";
import type { FactsB2900, SetupB2900 } from "./keysight-b2900-plan.js";
import { readRunB2900 } from "./keysight-b2900-run.js";
import { wayHome } from "./way-home.js";

const identifies = /(Keysight|Agilent) Technologies,\s*B29[01][12](A|BL|B|CL)?,/i;

/** Longest time between two steps on the way to zero. */
const HOME_STEP_S = 0.05;
/** Bits of the questionable status: a trigger of the source or of the measurement came too early, and was lost. */
const LOST_BITS = [(1 << 11) | (1 << 12), (1 << 13) | (1 << 14)];

/** An aborted sweep stays at its level, which no setting tells: it is measured. */
function safeChannels(numbers: readonly number[]): SafeState {
  return {
    halt: [...numbers.map((n) => `:ABOR (@${n})`), ":FORM ASC"],
    ramps: numbers.flatMap((n) =>
      (["VOLT", "CURR"] as const).map((source) => ({
        isOn: `:OUTP${n}?`,
        when: { question: `:SOUR${n}:FUNC:MODE?`, matches: `^${source}` },
        level: `:MEAS:${source}? (@${n})`,
        set: `:SOUR${n}:${source} {level}`,
        unit: source === "VOLT" ? ("V" as const) : ("A" as const),
      })),
    ),
    off: [...numbers.map((n) => `:ABOR (@${n})`), ...numbers.map((n) => `:OUTP${n} OFF`)],
    isOn: numbers.map((n) => `:OUTP${n}?`),
  };
}

const numbersOf = (channels: number) => Array.from({ length: channels }, (_, i) => i + 1);

export const keysightB2900 = {
  name: "keysight-b2900",
  kind: "smu",
  title: "Keysight and Agilent B2901, B2902, B2911 and B2912 source-measure units",
  identifies,
  // Two channels: an instrument with one refuses what is for the second, and nothing else happens.
  safe: { ...safeChannels([1]), halt: safeChannels([1, 2]).halt, off: safeChannels([1, 2]).off },
  safeOf: (identity) => safeChannels(numbersOf(modelB2900(parseIdentity(identity)?.model ?? "")?.channels ?? 1)),
  errors: scpiErrors,
  defaultPort: SCPI_RAW_PORT,
  open: (session, label, settings) => KeysightB2900.open(session, label, settings),
} satisfies DriverEntry;

/**
 * Keysight B2900 series in its default command set: sweeps by the instrument's own staircases, lists and timer, read from the
 * trace buffer while they run; pulses; held levels; one or two channels, each for itself.
 *
 * Connecting changes nothing on the instrument: there is no reset, and an output that is found on is left as it is. A sweep
 * sets everything it relies on; the low terminal, the output filter and the high-capacitance mode stay as the person at the
 * bench chose them, and so does the off mode, unless the bench file says.
 *
 * Sources: Agilent B2910-90030 ed. 2 (SCPI command reference), B2910-90010 ed. 2 (user's guide), B2900A data sheet.
 */
export class KeysightB2900 implements SourceMeasureUnit, FactsB2900 {
  readonly channels: number;
  readonly ranges: SweepRanges;
  readonly #bias: BiasB2900;
  readonly #holder: BiasHolder;
  /** Counts what made the instrument safe: a sweep that is being set up then must not start. */
  #madeSafe = 0;
  /** Channels that sweep now. */
  readonly #sweeping = new Set<number>();
  /** Events of the questionable status that were read: reading clears them for both channels. */
  #events = 0;

  private constructor(
    private readonly scpi: ScpiClient,
    readonly label: string,
    readonly identity: Identity,
    readonly model: ModelB2900,
    readonly lineFrequency_Hz: number,
    readonly settings: DriverSettings,
  ) {
    this.channels = model.channels;
    this.ranges = model.ranges;
    const isOn = (channel: number) => this.#isOn(channel);
    this.#bias = new BiasB2900(this, scpi, isOn, (channel) => this.#turnOff([channel]));
    this.#holder = new BiasHolder(this.#bias);
  }

  /**
   * Identifies the instrument and empties its error queue. Changes nothing else.
   *
   * @throws MemrigError `bad-reply`: another instrument
   */
  static async open(session: Session, label: string, settings: DriverSettings = {}): Promise<KeysightB2900> {
    const scpi = new ScpiClient(session, label, scpiErrors);
    const identity = await identify(scpi, identifies, "Keysight B2901, B2902, B2911 and B2912");
    const model = modelB2900(identity.model);
    if (!model) throw new MemrigError("bad-reply", `${label} is a model ${identity.model}, which is not known.`, {});
    await scpi.errors();
    return new KeysightB2900(scpi, label, identity, model, await scpi.queryNumber(":SYST:LFR?"), settings);
  }

  async *sweep(plan: SweepPlan, signal: AbortSignal): AsyncGenerator<SweepReading[], void, undefined> {
    const setup = setUpB2900(this, plan);
    const offMode = offModeOf(this.label, this.settings);
    stopIfAborted(signal, this.label, "nothing was sent");
    if (await this.#isOn(setup.channel)) throw foundOn(this.label, "A sweep");
    let failure: unknown;
    let ending: string | undefined;
    this.#sweeping.add(setup.channel);
    try {
      yield* this.#runs(setup, offMode, signal);
      ending = await this.#home(setup);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      this.#sweeping.delete(setup.channel);
      const off = () => this.#turnOff([setup.channel]);
      await offAfter(failure, async () => {
        if (ending === undefined) return off();
        return this.#endWell(setup, ending).catch(async (error: unknown) => {
          await offAfter(error, off);
          throw error;
        });
      });
    }
  }

  async hold(bias: Bias, signal: AbortSignal): Promise<void> {
    await this.#holder.hold(bias, signal);
  }

  async measure(channel: number, nplc = 1): Promise<SpotReading> {
    return this.#bias.measure(this.#holder.held(channel), nplc);
  }

  async release(channel: number): Promise<void> {
    await this.#holder.release(channel);
  }

  async makeSafe(): Promise<void> {
    this.#madeSafe++;
    this.#holder.forget();
    await this.#turnOff(numbersOf(this.channels));
  }

  async outputIsOn(): Promise<boolean> {
    return (await anyOn(this.scpi, safeChannels(numbersOf(this.channels)))) !== undefined;
  }

  async close(): Promise<void> {
    await this.scpi.session.close();
  }

  async #isOn(channel: number): Promise<boolean> {
    return (await anyOn(this.scpi, safeChannels([channel]))) !== undefined;
  }

  async #turnOff(channels: readonly number[]): Promise<void> {
    await turnOff(this.scpi, safeChannels(channels), this.settings.ramp);
  }

  /** As many runs as it takes for all cycles, each within the trace buffer, on one clock. The output stays on between them. */
  async *#runs(
    setup: SetupB2900,
    offMode: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<SweepReading[], void, undefined> {
    const { channel, steps, cyclesPerRun } = setup;
    const { cycles } = setup.plan;
    const madeSafe = this.#madeSafe;
    let began_s: number | undefined;
    for (let done = 0; done < cycles; done += cyclesPerRun) {
      const triggers = steps * Math.min(cyclesPerRun, cycles - done);
      if (done === 0) await this.#configure(setup, triggers, offMode);
      else await this.scpi.commands(joined(runCommands(channel, triggers)));
      stopIfAborted(signal, this.label, `after ${done} of ${cycles} cycles; the output is brought to zero and off`);
      if (this.#madeSafe !== madeSafe) throw madeSafeMeanwhile(this.label);
      if (done === 0) await this.#toBase(setup, signal);
      // Where it is refused no reading comes, and the error queue says why.
      await this.scpi.send(`${done === 0 ? `:OUTP${channel} ON;` : ""}:INIT (@${channel})`);
      let start_s = 0;
      for await (const readings of readRunB2900(this.scpi, setup, done * steps, triggers, signal)) {
        // The trace buffer counts from its first reading; more than one need the clock they share.
        if (cyclesPerRun < cycles && readings[0]?.index === done * setup.plan.levels.length) {
          const clock_s = await this.#clockOfFirst(channel);
          began_s ??= clock_s;
          start_s = clock_s - began_s;
        }
        yield readings.map((one) => (start_s === 0 ? one : { ...one, time_s: start_s + one.time_s }));
      }
    }
  }

  /** Everything the sweep relies on, with the output off. Level at zero first, then the limit, then it is read back. */
  async #configure(setup: SetupB2900, triggers: number, offMode: string | undefined): Promise<void> {
    const { plan, channel, sense } = setup;
    const check = `:STAT:QUES?;:SYST:ERR:COUN?;:SENS${channel}:${sense}:PROT?`;
    const messages = joined([...sweepCommandsB2900(setup, offMode), ...runCommands(channel, triggers), check]);
    for (let firstTry = true; ; firstTry = false) {
      for (const message of messages.slice(0, -1)) await this.scpi.send(message);
      const reply = await this.scpi.query(messages.at(-1) ?? check);
      const [events = NaN, errors = NaN, inForce = NaN] = reply.split(";").map(parseNumber);
      if (errors === 0) {
        this.#events = (this.#events | events) & ~lostBits(channel);
        checkLimit(this.label, plan.drive, plan.compliance, inForce);
        return;
      }
      const queued = await this.scpi.errors();
      // Somebody may have left an error in the queue: once more without it.
      if (!firstTry) throw this.scpi.refused(messages, queued);
    }
  }

  /** The base of pulses is the immediate level: from zero to there in steps, before the first pulse. */
  async #toBase({ plan, channel, source }: SetupB2900, signal: AbortSignal): Promise<void> {
    const base = plan.pulse?.base ?? 0;
    if (base === 0) return;
    await this.scpi.command(`:OUTP${channel} ON`);
    const set = (level: number) => this.scpi.send(`:SOUR${channel}:${source} ${sci(level)}`);
    await runRamp(rampBetween(0, base, this.#slew(plan.drive)), set, signal);
    stopIfAborted(signal, this.label, "on the way to the base of its pulses; the output is brought to zero and off");
  }

  /** Time of the first reading of a run, by the clock of the instrument. */
  async #clockOfFirst(channel: number): Promise<number> {
    const values = await queryDoubles(this.scpi, `:SENS${channel}:DATA? 0,1`);
    return values[ELEMENTS_B2900.indexOf("TIME")] ?? NaN;
  }

  /**
   * From the last level to zero by a list of its own.
   *
   * @returns what to send before the output goes off, to be at zero then; undefined: the level is not zero, and the steps are
   *   made from here
   */
  async #home({ plan, channel, source }: SetupB2900): Promise<string | undefined> {
    if (plan.pulse) return plan.pulse.base === 0 ? "" : undefined;
    const levels = wayHome(plan.levels.at(-1) ?? 0, this.#slew(plan.drive), plan.dwell_s);
    if (levels.length === 0) return "";
    // Waiting in the instrument would wait for a sweep of the other channel, too.
    if (this.#sweeping.size > 1) return undefined;
    const interval_s = Math.min(plan.dwell_s, HOME_STEP_S);
    const start = [`:TRIG${channel}:ALL:COUN ${levels.length}`, `:INIT:TRAN (@${channel})`];
    const commands = [...listCommandsB2900(channel, source, levels), ...timerCommands(channel, interval_s), ...start];
    for (const message of joined(commands)) await this.scpi.send(message);
    return "*WAI;";
  }

  #slew(drive: "voltage" | "current"): number {
    const { V_per_s, A_per_s } = this.settings.ramp ?? defaultRamp;
    return drive === "voltage" ? V_per_s : A_per_s;
  }

  /**
   * Output off, from zero.
   *
   * @throws MemrigError `instrument-refused`: it queued an error while it swept, or lost a trigger
   */
  async #endWell({ channel, plan }: SetupB2900, ending: string): Promise<void> {
    const off = `:OUTP${channel} OFF;:OUTP${channel}?;:STAT:QUES?;:SYST:ERR:COUN?`;
    const reply = await this.scpi.query(`${ending}${off}`);
    const [on = NaN, events = NaN, errors = NaN] = reply.split(";").map(parseNumber);
    this.#events |= events;
    if (on !== 0 || errors !== 0) {
      const queued = await this.scpi.errors();
      if (queued.length > 0) throw this.scpi.refused([`:INIT (@${channel})`], queued);
      await this.#turnOff([channel]);
    }
    if ((this.#events & lostBits(channel)) === 0) return;
    throw new MemrigError(
      "instrument-refused",
      `${this.label}, channel ${channel}: a level or a measurement was not over when the next trigger came, which was ` +
        `lost, so that readings may belong to other levels than those beside them. The output is off. Choose a dwell ` +
        `above ${si(plan.dwell_s, "s")}, a smaller nplc, or a fixed measuring range.`,
      { dwell_s: plan.dwell_s, events: this.#events },
    );
  }
}

function lostBits(channel: number): number {
  return LOST_BITS[channel - 1] ?? 0;
}

function madeSafeMeanwhile(label: string): MemrigError {
  return new MemrigError("aborted", `${label} was made safe while a sweep was set up; the output is off.`, {
    instrument: label,
  });
}
