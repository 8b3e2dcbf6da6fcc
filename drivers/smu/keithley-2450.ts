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
import { ScpiClient, keithleyTouchErrors } from "../../src/scpi/index.js";
import type { Session } from "../../src/visa/index.js";
import { SCPI_RAW_PORT } from "../entry.js";
import type { DriverEntry, DriverSettings, SafeState } from "../entry.js";
import { identify } from "../support/identity.js";
import { joined } from "../support/messages.js";
import { anyOn, offAfter, turnOff } from "../support/outputs.js";
import { stopIfAborted } from "../support/wait.js";
import { BiasHolder } from "./bias-holder.js";
import { checkLimit, foundOn, refusal } from "./checks.js";
import { Bias2450 } from "./keithley-2450-bias.js";
import { BUFFER, bufferCommand, settingCommands, sweepCommands } from "./keithley-2450-commands.js";
import { rangesOf } from "./keithley-2450-models.js";
import { NPLC, setUp } from "./keithley-2450-plan.js";
import type { Run, SweepSetup } from "./keithley-2450-plan.js";
import { timeBetween_s } from "./keithley-2450-readings.js";
import type { ClockReading } from "./keithley-2450-readings.js";
import { readRun } from "./keithley-2450-run.js";
import type { Ending } from "./keithley-2450-run.js";

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
export class Keithley2450 implements SourceMeasureUnit {
  readonly channels = 1;
  readonly #bias: Bias2450;
  readonly #holder: BiasHolder;
  /** Counts what made the instrument safe: a sweep that is being set up then must not start. */
  #madeSafe = 0;

  private constructor(
    private readonly scpi: ScpiClient,
    readonly label: string,
    readonly identity: Identity,
    readonly ranges: SweepRanges,
    private readonly lineFrequency_Hz: number,
    private readonly settings: DriverSettings,
  ) {
    const isOn = () => this.outputIsOn();
    const off = () => turnOff(scpi, output, settings.ramp);
    this.#bias = new Bias2450(label, ranges, settings, scpi, isOn, off);
    this.#holder = new BiasHolder(this.#bias);
  }

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
    const identity = await identify(scpi, identifies, "Keithley 2450, 2460, 2461 and 2470");
    const ranges = rangesOf(identity.model);
    if (!ranges) throw new MemrigError("bad-reply", `${label} is a model ${identity.model}, which is not known.`, {});
    await scpi.errors();
    return new Keithley2450(scpi, label, identity, ranges, await scpi.queryNumber(":SYST:LFR?"), settings);
  }

  async *sweep(plan: SweepPlan, signal: AbortSignal): AsyncGenerator<SweepReading[], void, undefined> {
    const setup = setUp(this, plan, this.lineFrequency_Hz, this.settings);
    stopIfAborted(signal, this.label, "nothing was sent");
    if (await this.outputIsOn()) throw foundOn(this.label, "A sweep");
    let failure: unknown;
    const ending: Ending = { byItself: false };
    try {
      yield* this.#runs(setup, ending, signal);
    } catch (error) {
      failure = error;
      ending.byItself = false;
      throw error;
    } finally {
      await offAfter(failure, () =>
        ending.byItself ? this.#endWell() : turnOff(this.scpi, output, this.settings.ramp),
      );
    }
  }

  async hold(bias: Bias, signal: AbortSignal): Promise<void> {
    await this.#holder.hold(bias, signal);
  }

  async measure(channel: number, nplc = 1): Promise<SpotReading> {
    const held = this.#holder.held(channel);
    if (!(nplc >= NPLC.min && nplc <= NPLC.max)) {
      const asked = `an integration of ${nplc} power line cycles was asked for`;
      throw refusal(this.label, asked, `${NPLC.min} to ${NPLC.max}`, { asked: nplc });
    }
    return this.#bias.measure(held, nplc);
  }

  async release(channel: number): Promise<void> {
    await this.#holder.release(channel);
  }

  async makeSafe(): Promise<void> {
    this.#madeSafe++;
    this.#holder.forget();
    await turnOff(this.scpi, output, this.settings.ramp);
  }

  async outputIsOn(): Promise<boolean> {
    return (await anyOn(this.scpi, output)) !== undefined;
  }

  async close(): Promise<void> {
    await this.scpi.session.close();
  }

  /** As many runs of the trigger model as it takes for all cycles, each within the buffer. */
  async *#runs(
    setup: SweepSetup,
    ending: Ending,
    signal: AbortSignal,
  ): AsyncGenerator<SweepReading[], void, undefined> {
    const { levels, cycles } = setup.plan;
    const madeSafe = this.#madeSafe;
    let began: ClockReading | undefined;
    for (let done = 0; done < cycles; done += setup.cyclesPerRun) {
      const run = setup.runOf(Math.min(setup.cyclesPerRun, cycles - done));
      await (done === 0 ? this.#configure(setup, run) : this.#again(setup, run));
      stopIfAborted(signal, this.label, `after ${done} of ${cycles} cycles; the output is off`);
      if (this.#madeSafe !== madeSafe) throw madeSafeMeanwhile(this.label);
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
  }

  /** Everything the sweep relies on, with the output off. Level at zero first, then the limit, then it is read back. */
  async #configure(setup: SweepSetup, run: Run): Promise<void> {
    const { plan, source, limit } = setup;
    const messages = joined([
      ...settingCommands(setup, this.settings),
      bufferCommand(run),
      ...sweepCommands(setup, run),
    ]);
    for (let firstTry = true; ; firstTry = false) {
      for (const message of messages) await this.scpi.send(message);
      const reply = await this.scpi.query(`:SYST:ERR:COUN?;:SOUR:${source}:${limit}?`);
      const [errors = NaN, inForce = NaN] = reply.split(";").map(Number);
      if (errors === 0) {
        checkLimit(this.label, plan.drive, plan.compliance, inForce);
        return;
      }
      const queued = await this.scpi.errors();
      if (!firstTry) throw this.scpi.refused(messages, queued);
      // A program that was killed left its buffer, or somebody an error: once more without either.
      await this.scpi.send(`:TRAC:DEL ${BUFFER}`);
      await this.scpi.errors();
    }
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
    const queued = await this.scpi.errors();
    await turnOff(this.scpi, output, this.settings.ramp);
    if (queued.length > 0) throw this.scpi.refused([":INIT"], queued);
  }
}

function madeSafeMeanwhile(label: string): MemrigError {
  return new MemrigError("aborted", `${label} was made safe while a sweep was set up; the output is off.`, {
    instrument: label,
  });
}
