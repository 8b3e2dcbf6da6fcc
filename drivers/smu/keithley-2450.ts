import type { SweepPlan, SweepRanges, SweepReading } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { ScpiClient, keithleyTouchErrors } from "../../src/scpi/index.js";
import type { Session } from "../../src/visa/index.js";
import { SCPI_RAW_PORT } from "../entry.js";
import type { DriverEntry, DriverSettings, SafeState } from "../entry.js";
import { joined } from "../support/messages.js";
import { Bias2450 } from "./keithley-2450-bias.js";
import { BUFFER, bufferCommand, settingCommands, sweepCommands } from "./keithley-2450-commands.js";
import { rangesOf } from "./keithley-2450-models.js";
import { NPLC, setUp } from "./keithley-2450-plan.js";
import type { Run, SweepSetup } from "./keithley-2450-plan.js";
import { timeBetween_s } from "./keithley-2450-readings.js";
import type { ClockReading } from "./keithley-2450-readings.js";
import { readRun } from "./keithley-2450-run.js";
import type { Ending } from "./keithley-2450-run.js";
import { openSmu, SmuDriver } from "./smu-driver.js";
import type { EndOfSweep, GoOn, SmuFamily } from "./smu-driver.js";

const identifies = /KEITHLEY INSTRUMENTS,\s*MODEL 24(50|60|61|70)/i;

/** Without the abort, the trigger model of a running sweep would turn the output on again. */
const output: SafeState = {
  halt: [":ABOR"],
  ramps: (["VOLT", "CURR"] as const).map((source) => ({
    isOn: ":OUTP?",
    when: { question: ":SOUR:FUNC?", matches: `^${source}` },
    level: `:SOUR:${source}?`,
    set: `:SOUR:${source} {level}`,
    unit: source === "VOLT" ? "V" : "A",
  })),
  off: [":ABOR", ":OUTP OFF"],
  isOn: [":OUTP?"],
};

const family: SmuFamily<SweepRanges> = {
  identifies,
  names: "Keithley 2450, 2460, 2461 and 2470",
  modelOf: rangesOf,
  lineFrequency: ":SYST:LFR?",
};

export const keithley2450 = {
  name: "keithley-2450",
  kind: "smu",
  title: "Keithley 2450, 2460, 2461 and 2470 source-measure units",
  identifies,
  safe: output,
  errors: keithleyTouchErrors,
  defaultPort: SCPI_RAW_PORT,
  deadSocketPort: 5030,
  open: (session, label, settings) => Keithley2450.open(session, label, settings),
} satisfies DriverEntry;

/**
 * Keithley 2450, 2460, 2461 and 2470 in SCPI mode: sweeps by the instrument's own trigger model, read while it runs, and
 * held levels.
 *
 * Connecting changes nothing on the instrument: there is no reset, and an output that is found on is left as it is.
 * A sweep sets everything it relies on; the terminals (front or rear) stay as the person at the bench chose them, and so
 * does the state of the output when off, unless the bench file says.
 *
 * A sweep whose buffer holds all its readings takes at most ten messages, and one more for each second that it lasts.
 *
 * Sources: Keithley 2450-901-01 Rev B (SCPI command reference), 2461-901-01 A.
 */
export class Keithley2450 extends SmuDriver<SweepSetup> {
  /**
   * Identifies the instrument and empties its error queue. Changes nothing else.
   *
   * @throws MemrigError `bad-reply`: another instrument
   * @throws MemrigError `instrument-refused`: it speaks TSP or the 2400's language; the message says how to change that
   */
  static async open(session: Session, label: string, settings: DriverSettings = {}): Promise<Keithley2450> {
    const scpi = new ScpiClient(session, label, keithleyTouchErrors);
    const language = await scpi.query("*LANG?");
    if (language.trim().toUpperCase() !== "SCPI") {
      throw new MemrigError(
        "instrument-refused",
        `${label} speaks ${language.trim()}, and this driver SCPI. Choose Menu, System, Settings, Command Set: SCPI on ` +
          `its front panel, turn it off and on, and try again. Nothing was changed.`,
        { instrument: label, language },
      );
    }
    const opened = await openSmu(scpi, family, settings);
    return new Keithley2450(opened, { channels: 1, ranges: opened.model, nplc: NPLC }, (smu) => new Bias2450(smu));
  }

  protected setUp(plan: SweepPlan): SweepSetup {
    return setUp(this, plan, this.lineFrequency_Hz, this.settings);
  }

  protected safe(): SafeState {
    return output;
  }

  /** As many runs of the trigger model as it takes for all cycles, each within the buffer. */
  protected async *play(
    setup: SweepSetup,
    goOn: GoOn,
    signal: AbortSignal,
  ): AsyncGenerator<SweepReading[], EndOfSweep, undefined> {
    const { levels, cycles } = setup.plan;
    const ending: Ending = { byItself: false };
    let began: ClockReading | undefined;
    for (let done = 0; done < cycles; done += setup.cyclesPerRun) {
      const run = setup.runOf(Math.min(setup.cyclesPerRun, cycles - done));
      await (done === 0 ? this.#settings(setup, run) : this.#again(setup, run));
      goOn(done);
      await this.scpi.send(":INIT"); // where it is refused no reading comes, and the error queue says why
      let start_s = 0;
      ending.byItself = false;
      // One run has the buffer's clock; more than one need the clock they share.
      for await (const readings of readRun(this.scpi, setup, run, done * levels.length, ending, signal)) {
        if (setup.cyclesPerRun < cycles && readings[0]?.index === done * levels.length) {
          const clock = await this.#bufferStart();
          began ??= clock;
          start_s = timeBetween_s(began, clock);
        }
        yield start_s === 0 ? readings : readings.map((one) => ({ ...one, time_s: start_s + one.time_s }));
      }
    }
    return ending.byItself ? () => this.#endWell() : undefined;
  }

  /** Everything the sweep relies on, with the output off. Level at zero first, then the limit, then it is read back. */
  async #settings(setup: SweepSetup, run: Run): Promise<void> {
    const { plan, source, limit } = setup;
    const commands = [...settingCommands(setup, this.settings), bufferCommand(run), ...sweepCommands(setup, run)];
    const pulse = setup.pulse ? `;:SOUR:PULS:${source}:${limit}?` : "";
    const messages = [...joined(commands), `:SYST:ERR:COUN?;:SOUR:${source}:${limit}?${pulse}`];
    const parse = (reply: string) => {
      const [errors = NaN, steady = NaN, pulsed = NaN] = reply.split(";").map(Number);
      const limits = [{ asked: setup.steadyCompliance, inForce: steady }];
      return { errors, limits: setup.pulse ? [...limits, { asked: plan.compliance, inForce: pulsed }] : limits };
    };
    await this.configure(plan, messages, parse, async () => {
      // A program that was killed left its buffer.
      await this.scpi.send(`:TRAC:DEL ${BUFFER}`);
      await this.scpi.errors();
    });
  }

  async #again(setup: SweepSetup, run: Run): Promise<void> {
    await this.scpi.commands(joined([`:TRAC:CLE ${BUFFER}`, ...sweepCommands(setup, run)]));
  }

  /** Absolute time of the first reading in the buffer, by the instrument's clock. */
  async #bufferStart(): Promise<ClockReading> {
    const [whole_s = NaN, fraction_s = NaN] = await this.scpi.queryNumbers(`:TRAC:DATA? 1, 1, ${BUFFER}, SEC, FRAC`);
    return { whole_s, fraction_s };
  }

  /**
   * The trigger model has turned the output off, at zero: that is made sure of, and the buffer given back.
   *
   * @throws MemrigError `instrument-refused`: the instrument queued an error while it swept
   */
  async #endWell(): Promise<void> {
    const reply = await this.scpi.query(`:ABOR;:OUTP OFF;:OUTP?;:SYST:ERR:COUN?;:TRAC:DEL ${BUFFER}`);
    const [on, errors] = reply.split(";").map(Number);
    if (on === 0 && errors === 0) return;
    await this.endBadly(1, ":INIT", await this.scpi.errors());
  }
}
