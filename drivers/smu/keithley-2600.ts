import type { SweepPlan, SweepReading } from "../../src/capabilities/index.js";
import { parseNumber, ScpiClient, tspErrors } from "../../src/scpi/index.js";
import type { Session } from "../../src/visa/index.js";
import { SCPI_RAW_PORT } from "../entry.js";
import type { DriverEntry, DriverSettings, SafeState } from "../entry.js";
import { parseIdentity } from "../support/identity.js";
import { Bias2600 } from "./keithley-2600-bias.js";
import {
  freeTimers,
  lua,
  messagesOf,
  rest,
  runStatements,
  safeChannels,
  startStatement,
  sweepStatements,
} from "./keithley-2600-commands.js";
import { model2600 } from "./keithley-2600-models.js";
import type { Model2600 } from "./keithley-2600-models.js";
import { NPLC, setUp } from "./keithley-2600-plan.js";
import type { SweepSetup } from "./keithley-2600-plan.js";
import { readRun } from "./keithley-2600-run.js";
import { channelsOf, openSmu, SmuDriver } from "./smu-driver.js";
import type { EndOfSweep, GoOn, OpenedSmu, SmuFamily } from "./smu-driver.js";

const identifies = /Keithley Instruments Inc\.,\s*Model 26(0[124]|1[124]|3[456])[AB]/i;

const family: SmuFamily<Model2600> = {
  identifies,
  names: "Keithley 2600A and 2600B",
  modelOf: model2600,
  lineFrequency: "print(localnode.linefreq)",
};

function safeOf(identity: string): SafeState {
  return safeChannels(channelsOf(model2600(parseIdentity(identity)?.model ?? "")?.channels ?? 1));
}

export const keithley2600 = {
  name: "keithley-2600",
  kind: "smu",
  title: "Keithley 2600A and 2600B System SourceMeters",
  identifies,
  // `smub` is an error where there is none: the second channel is turned off only where the identity has one.
  safe: safeChannels([1]),
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
export class Keithley2600 extends SmuDriver<SweepSetup> {
  private constructor(private readonly opened: OpenedSmu<Model2600>) {
    super(opened, { ...opened.model, nplc: NPLC }, (smu) => new Bias2600(smu, opened.model));
  }

  /**
   * Identifies the instrument and empties its error queue. Changes nothing else.
   *
   * @throws MemrigError `bad-reply`: another instrument
   */
  static async open(session: Session, label: string, settings: DriverSettings = {}): Promise<Keithley2600> {
    return new Keithley2600(await openSmu(new ScpiClient(session, label, tspErrors), family, settings));
  }

  protected setUp(plan: SweepPlan): SweepSetup {
    return setUp(this, this.opened.model, plan, this.lineFrequency_Hz, this.settings);
  }

  protected safe(channels: readonly number[]): SafeState {
    return safeChannels(channels);
  }

  /** As many runs of the trigger model as it takes for all cycles, each within the buffers, on one clock. */
  protected async *play(
    setup: SweepSetup,
    goOn: GoOn,
    signal: AbortSignal,
  ): AsyncGenerator<SweepReading[], EndOfSweep, undefined> {
    const { levels, cycles } = setup.plan;
    for (let done = 0; done < cycles; done += setup.cyclesPerRun) {
      const now = Math.min(setup.cyclesPerRun, cycles - done);
      if (done === 0) await this.#settings(setup, now);
      else await this.scpi.commands(messagesOf(runStatements(setup, now)));
      goOn(done);
      if (done === 0) await this.#toBase(setup, signal);
      await this.scpi.send(`${done > 0 && setup.pulse ? rest(setup.pulse) : ""}${startStatement(setup)}`); // where it is refused no reading comes, and the error queue says why
      const began_s = done === 0 ? 0 : await this.scpi.queryNumber(`print(${setup.own}.t)`);
      for await (const readings of readRun(this.scpi, setup, done * levels.length, now * levels.length, signal)) {
        yield began_s === 0 ? readings : readings.map((one) => ({ ...one, time_s: began_s + one.time_s }));
      }
    }
    return (setup.pulse?.base ?? 0) === 0 ? () => this.#endWell(setup) : undefined;
  }

  /** The base of pulses is the programmed level: from zero to there in steps, before the first pulse. */
  async #toBase({ plan, smu, source }: SweepSetup, signal: AbortSignal): Promise<void> {
    const set = (level: number) => this.scpi.send(`${smu}.source.level${source}=${lua(level)}`);
    await this.toBase(plan, `${smu}.source.output=${smu}.OUTPUT_ON`, set, signal);
  }

  /** Everything the sweep relies on, with the output off. Level at zero first, then the limit, then it is read back. */
  async #settings(setup: SweepSetup, cycles: number): Promise<void> {
    const { plan, smu, limit, pulse, steadyCompliance } = setup;
    const pulsed = pulse ? `,${smu}.trigger.source.limit${limit}` : "";
    const check = `print(errorqueue.count,${smu}.source.limit${limit}${pulsed})`;
    const statements = [...sweepStatements(setup, this.settings), ...runStatements(setup, cycles), check];
    await this.configure(plan, messagesOf(statements), (reply) => {
      const [errors = NaN, steady = NaN, inPulse = NaN] = reply.split("\t").map(parseNumber);
      const limits = [{ asked: steadyCompliance, inForce: steady }];
      return { errors, limits: pulse ? [...limits, { asked: plan.compliance, inForce: inPulse }] : limits };
    });
  }

  /**
   * The last level was zero: the output goes off from there, and the memory is given back.
   *
   * @throws MemrigError `instrument-refused`: the instrument queued an error while it swept
   */
  async #endWell({ smu, own, channel, pulse }: SweepSetup): Promise<void> {
    const free = pulse ? `${freeTimers(pulse)} ${rest(pulse)}` : "";
    const off = `${smu}.abort() ${smu}.source.output=0 ${free}${own}=nil collectgarbage()`;
    const [on, errors] = (await this.scpi.query(`${off} print(${smu}.source.output,errorqueue.count)`))
      .split("\t")
      .map(parseNumber);
    if (on === 0 && errors === 0) return;
    await this.endBadly(channel, `${smu}.trigger.initiate()`, await this.scpi.errors());
  }
}
