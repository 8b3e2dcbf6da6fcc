import type { SweepPlan, SweepRanges, SweepReading } from "../../src/capabilities/index.js";
import { parseNumber, ScpiClient, scpiErrors } from "../../src/scpi/index.js";
import type { InstrumentError } from "../../src/scpi/index.js";
import type { Session } from "../../src/visa/index.js";
import type { DriverEntry, DriverSettings, RampDown, SafeState } from "../entry.js";
import { joined } from "../support/messages.js";
import { checkLimit } from "./checks.js";
import { Bias2400 } from "./keithley-2400-bias.js";
import { listCommands, sweepSettings2400 } from "./keithley-2400-commands.js";
import { rangesOf2400 } from "./keithley-2400-models.js";
import { NPLC_2400, setUp2400 } from "./keithley-2400-plan.js";
import type { Setup2400 } from "./keithley-2400-plan.js";
import { parse2400 } from "./keithley-2400-readings.js";
import { parsed } from "./reading-rows.js";
import { openSmu, SmuDriver } from "./smu-driver.js";
import type { EndOfSweep, GoOn, SmuFamily } from "./smu-driver.js";
import { wayHomeOf } from "./way-home.js";

const identifies = /KEITHLEY INSTRUMENTS INC\.?,\s*MODEL 24(00|01|10|20|25|30|40)\b/i;

/**
 * A fixed level is what `:SOUR:VOLT?` says. A sweep leaves the source at its present level, which nothing but its last
 * reading tells; that level is made the fixed one before the sweep mode is left, so that nothing jumps. (That the source
 * stays where the sweep left it is the manual's picture of its trigger model; it has not been seen on iron.)
 */
const ramps = (["VOLT", "CURR"] as const).flatMap((source): RampDown[] => {
  const unit = source === "VOLT" ? "V" : "A";
  const question = `:SOUR:FUNC?;:SOUR:${source}:MODE?`;
  return [
    {
      isOn: ":OUTP?",
      when: { question, matches: `^${source};FIX` },
      level: `:SOUR:${source}?`,
      set: `:SOUR:${source} {level}`,
      unit,
    },
    {
      isOn: ":OUTP?",
      when: { question, matches: `^${source};(SWE|LIST)` },
      level: `:FORM ASC;:FORM:ELEM ${source};:DATA:LAT?`,
      set: `:SOUR:${source} {level};:SOUR:${source}:MODE FIX`,
      unit,
    },
  ];
});

const output: SafeState = { halt: [":ABOR"], ramps, off: [":ABOR", ":OUTP OFF"], isOn: [":OUTP?"] };

const family: SmuFamily<SweepRanges> = {
  identifies,
  names: "Keithley 2400, 2401, 2410, 2420, 2425, 2430 and 2440",
  modelOf: rangesOf2400,
  lineFrequency: ":SYST:LFR?",
};

export const keithley2400 = {
  name: "keithley-2400",
  kind: "smu",
  title: "Keithley 2400, 2401, 2410, 2420, 2425, 2430 and 2440 SourceMeters",
  identifies,
  safe: output,
  errors: scpiErrors,
  defaultPort: undefined, // GPIB and a serial line, which is at 9600 baud, 8 data bits, no parity as it comes
  open: (session, label, settings) => Keithley2400.open(session, label, settings),
} satisfies DriverEntry;

/** A slow start, a slow line: waiting for the end of a run allows so much more than it should take. */
const RUN_MARGIN_S = 30;
/** Text of one reading on a line of 9600 baud, and some. */
const FETCH_S_PER_READING = 0.1;

/**
 * Keithley series 2400: sweeps by the instrument's own staircases and lists, up to 2500 readings at a time, and held levels.
 *
 * Connecting changes nothing on the instrument. From INIT until the sweep is over it executes no other command but an
 * abort, so that readings come when a run of whole cycles is complete, and nothing is asked meanwhile; an abort clears the
 * device first.
 *
 * Sources: Keithley 2400S-900-01 (sections 10, 11, 18).
 */
export class Keithley2400 extends SmuDriver<Setup2400> {
  /**
   * Identifies the instrument and empties its error queue. Changes nothing else.
   *
   * @throws MemrigError `bad-reply`: another instrument
   */
  static async open(session: Session, label: string, settings: DriverSettings = {}): Promise<Keithley2400> {
    const opened = await openSmu(new ScpiClient(session, label, scpiErrors), family, settings);
    const make = { channels: 1, ranges: opened.model, nplc: NPLC_2400 };
    return new Keithley2400(opened, make, (smu) => new Bias2400(smu));
  }

  protected setUp(plan: SweepPlan): Setup2400 {
    return setUp2400(this, plan, this.lineFrequency_Hz, this.settings);
  }

  protected safe(): SafeState {
    return output;
  }

  /** As many runs of the trigger model as it takes for all cycles. The output stays on between them. */
  protected async *play(
    setup: Setup2400,
    goOn: GoOn,
    signal: AbortSignal,
  ): AsyncGenerator<SweepReading[], EndOfSweep, undefined> {
    const { plan, cyclesPerRun } = setup;
    await this.#settings(setup);
    let start_s: number | undefined;
    for (let done = 0; done < plan.cycles; done += cyclesPerRun) {
      const count = Math.min(cyclesPerRun, plan.cycles - done);
      goOn(done);
      await this.scpi.send(`:ARM:COUN ${count};:OUTP ON;:INIT`);
      const readings = await this.#fetch(setup, count * plan.levels.length, done * plan.levels.length, signal);
      goOn(done);
      const from_s = (start_s ??= readings[0]?.time_s ?? 0);
      // The clock is read to the millisecond, and so is a difference.
      yield readings.map((one) => ({ ...one, time_s: Math.round((one.time_s - from_s) * 1e3) / 1e3 }));
    }
    await this.#home(setup);
    return () => this.#endWell();
  }

  /** Everything the sweep relies on, with the output off; then the limit is read back. */
  async #settings(setup: Setup2400): Promise<void> {
    const { plan, sense } = setup;
    const messages = joined(sweepSettings2400(setup, this.settings));
    for (const message of messages) await this.scpi.send(message);
    const [error, inForce] = splitError(await this.scpi.query(`:SYST:ERR?;:SENS:${sense}:PROT?`));
    if (error) throw this.scpi.refused(messages, [error, ...(await this.scpi.errors())]);
    checkLimit(this.label, plan.drive, plan.compliance, parseNumber(inForce));
  }

  /**
   * The readings of a run, when it is over: the question waits in the instrument until then.
   *
   * @throws MemrigError `instrument-refused`: the run did not begin, and why; `no-answer`; `aborted`
   */
  async #fetch({ plan }: Setup2400, count: number, first: number, signal: AbortSignal): Promise<SweepReading[]> {
    const allowed_s = RUN_MARGIN_S + count * (1.5 * plan.dwell_s + FETCH_S_PER_READING);
    const reply = await this.scpi.query("*OPC?;:SYST:ERR?;:FETC?", { timeout_ms: 1000 * allowed_s, signal });
    const [error, data] = splitError(reply.slice(reply.indexOf(";") + 1));
    if (error) throw this.scpi.refused([":INIT"], [error, ...(await this.scpi.errors())]);
    return parsed(this.label, ":FETC?", () => parse2400(data, count, first));
  }

  /** The source stays where a sweep leaves it: from there to zero by a list of its own. */
  async #home({ plan, source }: Setup2400): Promise<void> {
    const levels = wayHomeOf(plan, this.settings);
    if (levels.length === 0) return;
    const list = [...listCommands(source, levels), `:SOUR:LIST:${source}:STAR 1`, `:SOUR:${source}:MODE LIST`];
    const start = [":ARM:COUN 1", `:TRIG:COUN ${levels.length}`, ":INIT"];
    for (const message of joined([...list, ...start])) await this.scpi.send(message);
  }

  /**
   * Output off at zero, which waits in the instrument until it is there.
   *
   * @throws MemrigError `instrument-refused`: the instrument queued an error while it swept
   */
  async #endWell(): Promise<void> {
    const [on = "", rest = ""] = splitOnce(
      await this.scpi.query(":OUTP OFF;:OUTP?;:SYST:ERR?", { timeout_ms: 1000 * RUN_MARGIN_S }),
    );
    const [error] = splitError(rest);
    if (Number(on) === 0 && !error) return;
    await this.endBadly(1, ":INIT", error ? [error, ...(await this.scpi.errors())] : []);
  }
}

/** Parts of a reply before and behind its first semicolon. */
function splitOnce(reply: string): [string, string] {
  const at = reply.indexOf(";");
  return at < 0 ? [reply, ""] : [reply.slice(0, at), reply.slice(at + 1)];
}

/** A reply that begins with an entry of the error queue: the entry, where it is one, and what follows. */
function splitError(reply: string): [InstrumentError | undefined, string] {
  const at = reply.indexOf(";", reply.lastIndexOf('"'));
  return [scpiErrors.parse(at < 0 ? reply : reply.slice(0, at)), at < 0 ? "" : reply.slice(at + 1)];
}
