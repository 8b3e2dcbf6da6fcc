import type { SweepPlan, SweepReading } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { parseNumber, ScpiClient, scpiErrors } from "../../src/scpi/index.js";
import { sci, si } from "../../src/units.js";
import type { Session } from "../../src/visa/index.js";
import { SCPI_RAW_PORT } from "../entry.js";
import type { DriverEntry, DriverSettings, SafeState } from "../entry.js";
import { parseIdentity } from "../support/identity.js";
import { joined } from "../support/messages.js";
import { offAfter } from "../support/outputs.js";
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
import { channelsOf, openSmu, SmuDriver } from "./smu-driver.js";
import type { EndOfSweep, GoOn, OpenedSmu, SmuFamily } from "./smu-driver.js";
import { wayHomeOf } from "./way-home.js";

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

const family: SmuFamily<ModelB2900> = {
  identifies,
  names: "Keysight B2901, B2902, B2911 and B2912",
  modelOf: modelB2900,
  lineFrequency: ":SYST:LFR?",
};

export const keysightB2900 = {
  name: "keysight-b2900",
  kind: "smu",
  title: "Keysight and Agilent B2901, B2902, B2911 and B2912 source-measure units",
  identifies,
  // Two channels: an instrument with one refuses what is for the second, and nothing else happens.
  safe: { ...safeChannels([1]), halt: safeChannels([1, 2]).halt, off: safeChannels([1, 2]).off },
  safeOf: (identity) => safeChannels(channelsOf(modelB2900(parseIdentity(identity)?.model ?? "")?.channels ?? 1)),
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
export class KeysightB2900 extends SmuDriver<SetupB2900> implements FactsB2900 {
  readonly model: ModelB2900;
  /** Channels that sweep now. */
  readonly #sweeping = new Set<number>();
  /** Events of the questionable status that were read: reading clears them for both channels. */
  #events = 0;

  private constructor(opened: OpenedSmu<ModelB2900>) {
    super(opened, opened.model, (smu) => new BiasB2900(smu, opened.model));
    this.model = opened.model;
  }

  /**
   * Identifies the instrument and empties its error queue. Changes nothing else.
   *
   * @throws MemrigError `bad-reply`: another instrument
   */
  static async open(session: Session, label: string, settings: DriverSettings = {}): Promise<KeysightB2900> {
    return new KeysightB2900(await openSmu(new ScpiClient(session, label, scpiErrors), family, settings));
  }

  protected setUp(plan: SweepPlan): SetupB2900 {
    offModeOf(this.label, this.settings);
    return setUpB2900(this, plan);
  }

  protected safe(channels: readonly number[]): SafeState {
    return safeChannels(channels);
  }

  /** As many runs as it takes for all cycles, each within the trace buffer, on one clock. The output stays on between them. */
  protected async *play(
    setup: SetupB2900,
    goOn: GoOn,
    signal: AbortSignal,
  ): AsyncGenerator<SweepReading[], EndOfSweep, undefined> {
    const { channel } = setup;
    this.#sweeping.add(channel);
    try {
      yield* this.#runs(setup, goOn, signal);
      const ending = await this.#home(setup);
      if (ending === undefined) return undefined;
      return () =>
        this.#endWell(setup, ending).catch(async (error: unknown) => {
          await offAfter(error, () => this.turnOff(channel));
          throw error;
        });
    } finally {
      this.#sweeping.delete(channel);
    }
  }

  async *#runs(setup: SetupB2900, goOn: GoOn, signal: AbortSignal): AsyncGenerator<SweepReading[], void, undefined> {
    const { channel, steps, cyclesPerRun } = setup;
    const { cycles } = setup.plan;
    let began_s: number | undefined;
    for (let done = 0; done < cycles; done += cyclesPerRun) {
      const triggers = steps * Math.min(cyclesPerRun, cycles - done);
      if (done === 0) await this.#settings(setup, triggers);
      else await this.scpi.commands(joined(runCommands(channel, triggers)));
      goOn(done);
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
  async #settings(setup: SetupB2900, triggers: number): Promise<void> {
    const { plan, channel, sense } = setup;
    const offMode = offModeOf(this.label, this.settings);
    const check = `:STAT:QUES?;:SYST:ERR:COUN?;:SENS${channel}:${sense}:PROT?`;
    const commands = [...sweepCommandsB2900(setup, offMode), ...runCommands(channel, triggers), check];
    await this.configure(plan, joined(commands), (reply) => {
      const [events = NaN, errors = NaN, inForce = NaN] = reply.split(";").map(parseNumber);
      this.#events = (this.#events | events) & ~lostBits(channel);
      return { errors, limits: [{ asked: plan.compliance, inForce }] };
    });
  }

  /** The base of pulses is the immediate level: from zero to there in steps, before the first pulse. */
  async #toBase({ plan, channel, source }: SetupB2900, signal: AbortSignal): Promise<void> {
    const set = (level: number) => this.scpi.send(`:SOUR${channel}:${source} ${sci(level)}`);
    await this.toBase(plan, `:OUTP${channel} ON`, set, signal);
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
    const levels = wayHomeOf(plan, this.settings);
    if (levels.length === 0) return "";
    // Waiting in the instrument would wait for a sweep of the other channel, too.
    if (this.#sweeping.size > 1) return undefined;
    const interval_s = Math.min(plan.dwell_s, HOME_STEP_S);
    const start = [`:TRIG${channel}:ALL:COUN ${levels.length}`, `:INIT:TRAN (@${channel})`];
    const commands = [...listCommandsB2900(channel, source, levels), ...timerCommands(channel, interval_s), ...start];
    for (const message of joined(commands)) await this.scpi.send(message);
    return "*WAI;";
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
      await this.turnOff(channel);
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
