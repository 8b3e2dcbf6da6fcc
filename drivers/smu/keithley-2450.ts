import type { Identity, SweepPlan, SweepRanges, SweepReading, SweepSmu } from "../../src/capabilities/index.js";
import { MemrigError, messageOf } from "../../src/errors.js";
import { ScpiClient, keithleyTouchErrors, quoted } from "../../src/scpi/index.js";
import { si } from "../../src/units.js";
import type { Session } from "../../src/visa/index.js";
import { identify } from "../support/identity.js";
import { SCPI_RAW_PORT } from "../entry.js";
import type { DriverEntry, SafeState } from "../entry.js";
import { anyOn, turnOff } from "../support/outputs.js";
import { pause, stopIfAborted } from "../support/wait.js";
import { settingCommands, sweepCommands } from "./keithley-2450-commands.js";
import { rangesOf } from "./keithley-2450-models.js";
import { setUp } from "./keithley-2450-plan.js";
import type { SweepSetup } from "./keithley-2450-plan.js";
import { ELEMENTS, parseReadings } from "./keithley-2450-readings.js";

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

/** A buffer of our own: what a person keeps in defbuffer1 stays there. */
const BUFFER = quoted("memrig");
/** Room beyond what is expected, so that readings too many are seen instead of overwriting the first ones. */
const BUFFER_SLACK = 64;
/** Smallest buffer (2450-901-01, :TRACe:MAKE). */
const MIN_BUFFER = 10;
/** Readings in one reply: about 0.3 MB of text. */
const MOST_AT_ONCE = 5000;
/** Digits of a number in a reply: time stamps of a long sweep need more than the seven that are the default. */
const PRECISION = 12;
/** Between two looks into the buffer; an abort is seen within one. */
const POLL_MS = { min: 5, max: 50 };
/** A sweep that gives no reading for so long, beside its dwell, is not going on. */
const STALLED_S = 20;
/** The limit in force may differ from the one asked for by the resolution of its range. */
const LIMIT_TOLERANCE = 1e-3;

export interface Keithley2450Settings {
  /** Measure the voltage with its own pair of leads. Two-wire where left out. */
  readonly fourWire?: boolean;
}

/**
 * Keithley 2450, 2460, 2461 and 2470 in SCPI mode: sweeps by the instrument's own trigger model, read while it runs.
 *
 * Connecting changes nothing on the instrument: there is no reset, and an output that is found on is left as it is.
 * A sweep sets everything it relies on; the terminals (front or rear) and the state of the output when off stay as the
 * person at the bench chose them.
 *
 * Sources: Keithley 2450-901-01 Rev B (SCPI command reference), 2461-901-01 A.
 */
export class Keithley2450 implements SweepSmu {
  private constructor(
    private readonly scpi: ScpiClient,
    readonly label: string,
    readonly identity: Identity,
    readonly ranges: SweepRanges,
    private readonly lineFrequency_Hz: number,
    private readonly settings: Keithley2450Settings,
  ) {}

  /**
   * Identifies the instrument and empties its error queue. Changes nothing else.
   *
   * @throws MemrigError `bad-reply`: another instrument
   * @throws MemrigError `instrument-refused`: it speaks TSP or the 2400's language; the message says how to change that
   */
  static async open(session: Session, label: string, settings: Keithley2450Settings = {}): Promise<Keithley2450> {
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
    const setup = setUp(this.label, plan, this.ranges, this.lineFrequency_Hz);
    stopIfAborted(signal, this.label, "nothing was sent");
    if (await this.outputIsOn()) throw this.#alreadyOn();
    let failure: unknown;
    try {
      await this.#configure(setup);
      yield* this.#runs(setup, signal);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      await this.#end(failure);
    }
  }

  async makeSafe(): Promise<void> {
    await turnOff(this.scpi, output);
  }

  async outputIsOn(): Promise<boolean> {
    return (await anyOn(this.scpi, output)) !== undefined;
  }

  async close(): Promise<void> {
    await this.scpi.session.close();
  }

  /** Everything the sweep relies on, with the output off. Level at zero first, then the limit, then it is read back. */
  async #configure(setup: SweepSetup): Promise<void> {
    const { source, plan } = setup;
    await this.scpi.commands(settingCommands(setup, this.settings.fourWire ?? false));
    const inForce = await this.scpi.queryNumber(`:SOUR:${source}:${setup.limit}?`);
    if (!(Math.abs(inForce - plan.compliance) <= LIMIT_TOLERANCE * plan.compliance)) {
      throw new MemrigError(
        "instrument-refused",
        `${this.label}: a compliance of ${si(plan.compliance, setup.limitUnit)} was asked for, and the instrument made it ` +
          `${si(inForce, setup.limitUnit)}. The output is off. Choose a compliance that it has.`,
        { asked: plan.compliance, inForce },
      );
    }
    await this.scpi.send(`:TRAC:DEL ${BUFFER}`);
    await this.scpi.errors(); // there may have been none of that name
    const readings = setup.cyclesPerRun * plan.levels.length;
    await this.scpi.commands([
      `:TRAC:MAKE ${BUFFER}, ${Math.max(MIN_BUFFER, readings + BUFFER_SLACK)}`,
      ":FORM ASC",
      `:FORM:ASC:PREC ${PRECISION}`,
    ]);
  }

  /** As many runs of the trigger model as it takes for all cycles, each within the buffer. */
  async *#runs(setup: SweepSetup, signal: AbortSignal): AsyncGenerator<SweepReading[], void, undefined> {
    const { levels, cycles } = setup.plan;
    let began: ClockReading | undefined;
    for (let done = 0; done < cycles; done += setup.cyclesPerRun) {
      const count = Math.min(setup.cyclesPerRun, cycles - done);
      await this.scpi.commands([`:TRAC:CLE ${BUFFER}`, ":SENS:AZER:ONCE", ...sweepCommands(setup, count, BUFFER)]);
      stopIfAborted(signal, this.label, `after ${done} of ${cycles} cycles; the output is off`);
      await this.scpi.command(":INIT");
      await this.#firstReading(setup, signal);
      const clock = await this.#bufferStart();
      began ??= clock;
      yield* this.#readings(setup, done * levels.length, count * levels.length, timeBetween_s(began, clock), signal);
    }
  }

  /** The readings of one run, as the buffer fills. */
  async *#readings(
    setup: SweepSetup,
    first: number,
    expected: number,
    start_s: number,
    signal: AbortSignal,
  ): AsyncGenerator<SweepReading[], void, undefined> {
    for (let read = 0; read < expected;) {
      const filled = await this.#waitForMore(read, expected, setup, signal);
      while (read < filled) {
        const count = Math.min(filled - read, MOST_AT_ONCE);
        const question = `:TRAC:DATA? ${read + 1}, ${read + count}, ${BUFFER}, ${ELEMENTS.join(", ")}`;
        yield parseReadings(await this.scpi.query(question), count, first + read, start_s, setup);
        read += count;
        stopIfAborted(signal, this.label, `after ${first + read} readings; the output is off`);
      }
    }
    await this.#waitForEnd(setup, signal);
    const held = await this.scpi.queryNumber(`:TRAC:ACT? ${BUFFER}`);
    if (held !== expected) throw this.#wrongCount(held, expected);
  }

  async #firstReading(setup: SweepSetup, signal: AbortSignal): Promise<void> {
    await this.#waitForMore(0, 1, setup, signal);
  }

  /** Absolute time of the first reading in the buffer, by the instrument's clock. */
  async #bufferStart(): Promise<ClockReading> {
    const [whole_s = NaN, fraction_s = NaN] = await this.scpi.queryNumbers(`:TRAC:DATA? 1, 1, ${BUFFER}, SEC, FRAC`);
    return { whole_s, fraction_s };
  }

  /**
   * Waits until the buffer holds more than `read`.
   *
   * @throws MemrigError `instrument-refused`: the sweep ended before its time
   * @throws MemrigError `no-answer`: no reading within the dwell and a good while more
   */
  async #waitForMore(read: number, expected: number, setup: SweepSetup, signal: AbortSignal): Promise<number> {
    const allowed_s = STALLED_S + 20 * setup.plan.dwell_s;
    const deadline_ms = Date.now() + 1000 * allowed_s;
    let ended = false;
    for (let wait_ms = POLL_MS.min; ; wait_ms = Math.min(2 * wait_ms, POLL_MS.max)) {
      const filled = await this.scpi.queryNumber(`:TRAC:ACT? ${BUFFER}`);
      if (filled > read) return Math.min(filled, expected);
      stopIfAborted(signal, this.label, "in the middle of a sweep; the output is off");
      // The state is refreshed each 100 ms and may be an old one: believe an end only where nothing came after it.
      if (ended) throw await this.#endedEarly(filled, expected);
      ended = wait_ms === POLL_MS.max && !isGoingOn(await this.scpi.query(":TRIG:STAT?"));
      if (Date.now() > deadline_ms) {
        throw new MemrigError(
          "no-answer",
          `${this.label}: no reading for ${si(allowed_s, "s")} in a sweep of ${si(setup.plan.dwell_s, "s")} a level, ` +
            `after ${read} of ${expected}. Is a trigger or the interlock in the way? The sweep is stopped.`,
          { readings: read, expected },
        );
      }
      await pause(ended ? 2 * POLL_MS.max : wait_ms, signal);
    }
  }

  /** The last reading may be in the buffer before the output is off. */
  async #waitForEnd(setup: SweepSetup, signal: AbortSignal): Promise<void> {
    const deadline_ms = Date.now() + 1000 * (STALLED_S + setup.plan.dwell_s);
    for (let wait_ms = POLL_MS.min; ; wait_ms = Math.min(2 * wait_ms, POLL_MS.max)) {
      if (!isGoingOn(await this.scpi.query(":TRIG:STAT?"))) return;
      stopIfAborted(signal, this.label, "all readings had come; the output is off");
      if (Date.now() > deadline_ms) {
        throw new MemrigError(
          "bad-reply",
          `${this.label}: all readings of the sweep have come, and it goes on. The sweep is stopped.`,
          {},
        );
      }
      await pause(wait_ms, signal);
    }
  }

  async #endedEarly(held: number, expected: number): Promise<MemrigError> {
    const errors = await this.scpi.errors();
    const why = errors.map(({ code, text }) => `; ${code} "${text}"`).join("");
    return new MemrigError(
      "instrument-refused",
      `${this.label} ended the sweep after ${held} of ${expected} readings${why}. Was it stopped at its front panel?`,
      { held, expected, errors },
    );
  }

  #wrongCount(held: number, expected: number): MemrigError {
    return new MemrigError(
      "bad-reply",
      `${this.label} took ${held} readings in a sweep of ${expected} levels: its sweep has other levels than were asked ` +
        `for, and the readings of this run do not belong to the levels beside them. Report this with the instrument's ` +
        `firmware, ${this.identity.firmware}.`,
      { held, expected },
    );
  }

  #alreadyOn(): MemrigError {
    return new MemrigError(
      "busy",
      `${this.label}: the output is on already. A sweep would step what is connected from where it is now. Nothing was ` +
        `changed. Bring it down and turn it off where that does no harm, or run memrig safe.`,
      { instrument: this.label },
    );
  }

  /** Output off, whatever happened. A failure here is added to the first one, never put in its place. */
  async #end(failure: unknown): Promise<void> {
    try {
      await turnOff(this.scpi, output);
    } catch (error) {
      if (failure === undefined) throw error;
      const kind = failure instanceof MemrigError ? failure.kind : "no-answer";
      throw new MemrigError(
        kind,
        `${messageOf(failure)} And: ${messageOf(error)}`,
        { also: messageOf(error) },
        failure,
      );
    }
  }
}

/** Seconds since 1970 and the part of a second: together they have more digits than a double. */
interface ClockReading {
  readonly whole_s: number;
  readonly fraction_s: number;
}

/** To the nanosecond, which is finer than the clock: the same times give the same number at any hour of the day. */
function timeBetween_s(from: ClockReading, to: ClockReading): number {
  return to.whole_s - from.whole_s + Math.round((to.fraction_s - from.fraction_s) * 1e9) / 1e9;
}

/** States in which the trigger model still works (2450-901-01, :TRIGger:STATe?). */
function isGoingOn(reply: string): boolean {
  return /^(RUNNING|WAITING|BUILDING|ABORTING|PAUSED)/i.test(reply.trim());
}
