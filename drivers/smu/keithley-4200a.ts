import type {
  Bias,
  Identity,
  PulseUnit,
  SourceMeasureUnit,
  SpotReading,
  SweepPlan,
  SweepReading,
} from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { describeErrors, kxciErrors, noErrorQueue, ScpiClient } from "../../src/scpi/index.js";
import type { Session } from "../../src/visa/index.js";
import type { DriverEntry, DriverSettings, SafeState } from "../entry.js";
import { identify } from "../support/identity.js";
import { offAfter, turnOff } from "../support/outputs.js";
import { pause, stopIfAborted } from "../support/wait.js";
import { BiasHolder } from "./bias-holder.js";
import { foundOn, refusal } from "./checks.js";
import { Bias4200, DRIVEN_A, DRIVEN_V } from "./keithley-4200a-bias.js";
import {
  cardsOf,
  checkAsked,
  checkNplc,
  LEAST_LIMIT_A,
  ranges4200,
  runMessages,
  setUp4200,
} from "./keithley-4200a-plan.js";
import type { Card, Setup4200, Smu4200 } from "./keithley-4200a-plan.js";
import { parseColumn, readingsOf } from "./keithley-4200a-readings.js";
import { Pmu4225, pulseChannelsOf, pulsesOff } from "./keithley-4225.js";
import type { PulseChannel, Whole } from "./keithley-4225.js";
import type { Kxci } from "./keithley-4200a-readings.js";

const identifies = /KEITHLEY INSTRUMENTS,\s*KI4200A?\b/i;
const MOST_CHANNELS = 4;
/** Two milliseconds: who has to turn off does not wait for an average. */
const SHORT_NPLC = 0.1;

/** Each a message of its own: an SMU that is not there must not take the others with it. */
const offOf = (channels: readonly number[]) => channels.flatMap((channel) => [`US;DV${channel}`, `US;DI${channel}`]);

/** Which SMUs there are, `*OPT?` names. */
const smuAt = (channel: number) => ({ question: "*OPT?", matches: `(^|,)\\s*SMU(PA)?${channel}\\s*(,|$)` });

/**
 * A level is set together with its limit, and neither can be asked. Who knows no more, as the guardian process, measures what is
 * at the terminals in user mode, with short readings, and takes that to zero as a voltage. A test of system mode is no
 * level that could be taken down: it refuses user mode while it runs, and is stopped where it is.
 */
const output: SafeState = {
  // Pulses have no level that could be taken down.
  halt: [":PMU:ABORT", `US;IT4,0,0,${SHORT_NPLC}`],
  ramps: [],
  measured: [1, 2, 3, 4].map((channel) => ({
    when: smuAt(channel),
    voltage: `US;TV${channel}`,
    current: `US;TI${channel}`,
    reads: "^[A-Z]{3}(.*)$",
    driven: { voltage_V: DRIVEN_V, current_A: DRIVEN_A },
    set: `US;DV${channel},{range},{level},{limit}`,
    leastLimit_A: LEAST_LIMIT_A,
    // Of every SMU; the smaller ranges are a preamplifier's.
    ranges: [
      { upTo_V: 21, text: "1" },
      { upTo_V: 210, text: "2" },
    ],
  })),
  // Where there is no pulse card its messages are an error that nobody is to be told of later.
  off: [...pulsesOff([1, 2]), "MD;ME4", ...offOf([1, 2, 3, 4]), ":ERROR:LAST:CLEAR"],
  isOn: [],
  cannotTell: "KXCI has no question for an output, its level or its limit",
};

export const keithley4200a = {
  name: "keithley-4200a",
  kind: "smu",
  title: "Keithley 4200A-SCS parameter analyzer, with KXCI open on it",
  identifies,
  safe: output,
  errors: kxciErrors,
  defaultPort: 1225,
  terminals: ["pmu1", "pmu2", "pmu3", "pmu4"],
  session: { socket: { termination: "\0", acknowledge: "ACK" } },
  open: (session, label, settings) => Keithley4200a.open(session, label, settings),
} satisfies DriverEntry;

/** Bit of the status byte: a test is running. */
const BUSY = 16;
const SHORTEST_LOOK_S = 0.02;
/** An abort is to be heard within this. */
const LONGEST_LOOK_S = 0.2;
/** Ranging and settling come on top of a dwell; a run that takes longer than this says is given up. */
const RUN_MARGIN_S = 30;
const RUN_FACTOR = 3;

/**
 * Keithley 4200A-SCS through KXCI: sweeps by system mode, as list sweeps of up to 4096 points with all cycles that fit and
 * the way to zero in them, and levels held in user mode. The two exclude each other.
 *
 * Connecting sends questions only. Whether an output is on is known of those that this program turned on; of others there
 * is no more than what a reading at their terminals shows, for which user mode is entered.
 *
 * Sources: 4200A-901-01 Rev C, section 9; Keithley's KXCI examples. Has not met the instrument.
 */
export class Keithley4200a implements SourceMeasureUnit, Smu4200, Whole {
  readonly ranges = ranges4200;
  readonly pulses?: PulseUnit;
  readonly #pmu: Pmu4225 | undefined;
  readonly #bias: Bias4200;
  readonly #holder: BiasHolder;
  /** Counts what made the instrument safe: a sweep that is being set up then must not start. */
  #madeSafe = 0;
  #sweeping = false;

  private constructor(
    private readonly scpi: ScpiClient,
    readonly label: string,
    readonly identity: Identity,
    readonly cards: readonly Card[],
    readonly settings: DriverSettings,
    pulseChannels: readonly PulseChannel[],
  ) {
    if (pulseChannels.length > 0) {
      this.#pmu = new Pmu4225(scpi, this, pulseChannels);
      this.pulses = this.#pmu;
    }
    const off = (channels: readonly number[]) => this.#off(channels);
    this.#bias = new Bias4200(label, settings, scpi, cards, () => this.#testRuns(), off);
    this.#holder = new BiasHolder(this.#bias);
  }

  /** Highest number of an SMU. */
  get channels(): number {
    return this.#bias.channels;
  }

  /**
   * Identifies the instrument and asks for its cards.
   *
   * @throws MemrigError `bad-reply`: another instrument, or one without SMUs
   * @throws MemrigError `invalid-request`: the bench file says an off state, which it can not be told
   */
  static async open(session: Session, label: string, settings: DriverSettings = {}): Promise<Keithley4200a> {
    if (settings.offState !== undefined) {
      const what = `the off state "${settings.offState}" was asked for`;
      throw refusal(label, what, "none: its SMUs have no off state that can be chosen", {});
    }
    const scpi = new ScpiClient(session, label, kxciErrors);
    const identity = await identify(scpi, identifies, "Keithley 4200A-SCS with KXCI");
    const options = await scpi.query("*OPT?");
    const cards = cardsOf(options).filter((card) => card.channel <= MOST_CHANNELS);
    if (cards.length === 0) {
      throw new MemrigError("bad-reply", `${label} names no SMU among its cards: "${options}".`, { options });
    }
    await scpi.errors();
    return new Keithley4200a(scpi, label, identity, cards, settings, pulseChannelsOf(options));
  }

  async *sweep(plan: SweepPlan, signal: AbortSignal): AsyncGenerator<SweepReading[], void, undefined> {
    const setup = setUp4200(this, plan);
    stopIfAborted(signal, this.label, "nothing was sent");
    if (await this.outputIsOn()) throw foundOn(this.label, "A sweep");
    await this.#pmu?.giveBack();
    let failure: unknown;
    this.#sweeping = true;
    try {
      yield* this.#runs(setup, signal);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      await offAfter(failure, () => this.#off([setup.channel]));
      this.#sweeping = false;
    }
  }

  async hold(bias: Bias, signal: AbortSignal): Promise<void> {
    const { channel = 1 } = bias;
    if (this.cards.some((card) => card.channel === channel)) checkAsked(this, bias);
    await this.#pmu?.giveBack();
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
    const channels = this.cards.map((card) => card.channel);
    // At once: pulses have no level that could be taken down. What did not take it is told again with the rest.
    const pulses: string[] = [];
    for (const message of this.#pmu?.off ?? []) await this.scpi.send(message).catch(() => void pulses.push(message));
    this.#pmu?.forget();
    if (!this.#sweeping) await this.#bias.comeDown(channels); // a test ends with its outputs off
    await this.#off(channels, pulses);
    this.#sweeping = false; // it finds out when it next looks
  }

  async outputIsOn(): Promise<boolean> {
    if (this.#sweeping || this.#bias.holds || (await this.#testRuns())) return true;
    if (await this.#pmu?.isOn()) return true;
    for (const { channel } of this.cards) if (await this.#bias.foundLevel(channel)) return true;
    return false;
  }

  /** @throws MemrigError `busy`: an SMU drives, and pulses must not take the device from it */
  ready(): void {
    if (!this.#sweeping && !this.#bias.holds) return;
    const message = `${this.label}: an SMU is driving. Nothing was sent. Release it before pulses are to be loaded or played.`;
    throw new MemrigError("busy", message, {});
  }

  async close(): Promise<void> {
    await this.scpi.session.close();
  }

  /** As many tests as it takes for all cycles. The next one is begun before the readings of the last are handed on. */
  async *#runs(setup: Setup4200, signal: AbortSignal): AsyncGenerator<SweepReading[], void, undefined> {
    const { cyclesPerRun, plan } = setup;
    const { cycles, levels, dwell_s } = plan;
    const madeSafe = this.#madeSafe;
    const goOn = (done: number) => {
      stopIfAborted(signal, this.label, `after ${done} of ${cycles} cycles; the output is off`);
      if (this.#madeSafe !== madeSafe) throw madeSafeMeanwhile(this.label);
    };
    const countAt = (done: number) => Math.min(cyclesPerRun, cycles - done);
    const begin = async (done: number): Promise<number> => {
      if (done === 0 || countAt(done) !== cyclesPerRun) await this.#configure(setup, countAt(done));
      goOn(done);
      await this.scpi.send("MD;ME1");
      return performance.now() / 1000;
    };
    let began_s = await begin(0);
    const first_s = began_s;
    let last_s = -dwell_s;
    for (let done = 0; done < cycles;) {
      const count = countAt(done) * levels.length;
      const points = count + setup.home.length;
      await this.#finished(points * dwell_s, () => goOn(done));
      const taken = (await this.#fetch(setup, points, done * levels.length)).slice(0, count);
      goOn(done);
      // Each test has its own zero of time, and nothing says when that was: between tests this computer's clock counts.
      const from_s = Math.max(began_s - first_s, last_s + dwell_s);
      const zero_s = taken[0]?.time_s ?? 0;
      const readings = taken.map((one) => ({ ...one, time_s: from_s + one.time_s - zero_s }));
      last_s = readings.at(-1)?.time_s ?? last_s;
      done += countAt(done);
      if (done < cycles) began_s = await begin(done);
      yield readings;
    }
  }

  /** Everything the sweep relies on. No output is on: that comes with `ME1`. */
  async #configure(setup: Setup4200, cycles: number): Promise<void> {
    const messages = runMessages(setup, this.cards, cycles);
    await this.scpi.errors(); // one of before is none of this
    await this.scpi.commands(messages);
  }

  /**
   * Waits for the end of a test.
   *
   * @throws MemrigError `no-answer`: it goes on for much longer than it should
   * @throws MemrigError `instrument-refused`: it did not begin, or ended with an error
   */
  async #finished(expected_s: number, goOn: () => void): Promise<void> {
    const began_ms = performance.now();
    const longest_s = RUN_MARGIN_S + RUN_FACTOR * expected_s;
    for (let look_s = SHORTEST_LOOK_S; await this.#testRuns(); look_s = Math.min(LONGEST_LOOK_S, 2 * look_s)) {
      goOn();
      if ((performance.now() - began_ms) / 1000 > longest_s) {
        throw new MemrigError("no-answer", `${this.label}: a test of ${expected_s} s is still running.`, {});
      }
      await pause(1000 * look_s, new AbortController().signal);
    }
    goOn();
    const errors = await this.scpi.errors();
    if (errors.length > 0) throw this.scpi.refused(["MD;ME1"], errors);
  }

  async #fetch({ channel }: Setup4200, count: number, first: number): Promise<SweepReading[]> {
    const columns: Kxci[][] = [];
    for (const name of [`V${channel}`, `I${channel}`, `CH${channel}T`]) {
      const question = `DO '${name}'`;
      const reply = await this.scpi.query(question, { timeout_ms: 1000 * RUN_MARGIN_S });
      try {
        columns.push(parseColumn(reply, count));
      } catch (error) {
        if (!(error instanceof MemrigError)) throw error;
        throw new MemrigError(error.kind, `${this.label}, ${question}: ${error.message}`, error.details, error);
      }
    }
    const [voltages = [], currents = [], times = []] = columns;
    return readingsOf(voltages, currents, times, first);
  }

  /** `SP` is there on the network only; a bus has a serial poll of its own. */
  async #testRuns(): Promise<boolean> {
    const { session } = this.scpi;
    const onSocket = session.resource.endsWith("::SOCKET");
    const status = onSocket ? await this.scpi.queryNumber("SP") : await session.readStatusByte();
    return (status & BUSY) !== 0;
  }

  /**
   * Stops a test and turns these off. That they are off can not be asked: it counts as done where every message was taken,
   * no test runs, and no error is told.
   *
   * @throws MemrigError `no-answer`: the state of the outputs is unknown
   */
  async #off(channels: readonly number[], pulses?: readonly string[]): Promise<void> {
    const blind = new ScpiClient(this.scpi.session, this.label, noErrorQueue);
    await turnOff(blind, {
      halt: [":ERROR:LAST:CLEAR"],
      off: [...(pulses ?? []), "MD;ME4", ...offOf(channels)],
      isOn: [],
    });
    const errors = await this.scpi.errors();
    const runs = (await this.#testRuns()) || (pulses !== undefined && (await this.#pmu?.isOn()) === true);
    if (errors.length === 0 && !runs) return;
    throw new MemrigError(
      "no-answer",
      `${this.label} was told to turn off and ${errors.length > 0 ? `said ${describeErrors(errors)}` : "its test still runs"}. ` +
        `The state of its outputs is unknown. Stop it on its screen before you touch the sample.`,
      { instrument: this.label, errors },
    );
  }
}

function madeSafeMeanwhile(label: string): MemrigError {
  return new MemrigError("aborted", `${label} was made safe during a sweep; the output is off.`, {
    instrument: label,
  });
}
