import type { Bias, PulseUnit, SweepPlan, SweepReading } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { kxciErrors, ScpiClient } from "../../src/scpi/index.js";
import type { Session } from "../../src/visa/index.js";
import type { DriverEntry, DriverSettings, SafeState } from "../entry.js";
import { identify } from "../support/identity.js";
import { offAfter } from "../support/outputs.js";
import { refusal } from "./checks.js";
import { Bias4200, DRIVEN_A, DRIVEN_V } from "./keithley-4200a-bias.js";
import { off4200, stopOf, testRuns } from "./keithley-4200a-off.js";
import {
  cardsOf,
  checkAsked,
  LEAST_LIMIT_A,
  LINE_FREQUENCY_HZ,
  NPLC_4200,
  ranges4200,
  runMessages,
  setUp4200,
} from "./keithley-4200a-plan.js";
import type { Card, Setup4200, Smu4200 } from "./keithley-4200a-plan.js";
import { checkRun, configure, ended, fetch, START } from "./keithley-4200a-run.js";
import { Pmu4225 } from "./keithley-4225.js";
import type { Whole } from "./keithley-4225.js";
import { pulseChannelsOf, pulsesOff } from "./keithley-4225-channels.js";
import type { PulseChannel } from "./keithley-4225-channels.js";
import { SmuDriver } from "./smu-driver.js";
import type { EndOfSweep, GoOn, OpenedSmu } from "./smu-driver.js";

const identifies = /KEITHLEY INSTRUMENTS,\s*KI4200A?\b/i;
const MOST_CHANNELS = 4;
/** Two milliseconds: who has to turn off does not wait for an average. */
const SHORT_NPLC = 0.1;

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
  off: [...pulsesOff([1, 2]), ...stopOf([1, 2, 3, 4]), ":ERROR:LAST:CLEAR"],
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

/** So long what was seen, or done, to be off is believed to be off: KXCI keeps Clarius from the outputs, but somebody may close it. */
const BELIEVED_S = 30;

/**
 * Keithley 4200A-SCS through KXCI: sweeps by system mode, as list sweeps of up to 4096 points with all cycles that fit and
 * the way to zero in them, and levels held in user mode. The two exclude each other.
 *
 * Connecting sends questions only. Whether an output is on is known of those that this program turned on; of others there
 * is no more than what a reading at their terminals shows, for which user mode is entered.
 *
 * A sweep of one test takes ten messages over the network, where all was seen to be off just before and the test ends when it should.
 *
 * Sources: 4200A-901-01 Rev C, section 9; Keithley's KXCI examples. Has not met the instrument.
 */
export class Keithley4200a extends SmuDriver<Setup4200> implements Smu4200, Whole {
  readonly pulses?: PulseUnit;
  protected override readonly offWords = "the output is off"; // a test that is stopped turns it off where it is
  readonly #pmu: Pmu4225 | undefined;
  #sweeping = false;
  /** When every output was last seen to be off, with nothing since that could have turned one on. */
  #off_ms: number | undefined;

  private constructor(
    opened: OpenedSmu<unknown>,
    readonly cards: readonly Card[],
    pulseChannels: readonly PulseChannel[],
    private readonly bias: Bias4200,
  ) {
    super(opened, { channels: bias.channels, ranges: ranges4200, nplc: NPLC_4200 }, () => bias);
    if (pulseChannels.length > 0) {
      this.#pmu = new Pmu4225(this.scpi, this, pulseChannels);
      this.pulses = this.#pmu;
    }
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
    const opened = { scpi, label, identity, model: undefined, lineFrequency_Hz: LINE_FREQUENCY_HZ, settings };
    return new Keithley4200a(opened, cards, pulseChannelsOf(options), new Bias4200(label, settings, scpi, cards));
  }

  protected setUp(plan: SweepPlan): Setup4200 {
    return setUp4200(this, plan);
  }

  /** For who knows no more. */
  protected safe(): SafeState {
    return output;
  }

  override async hold(bias: Bias, signal: AbortSignal): Promise<void> {
    const { channel = 1 } = bias;
    if (this.cards.some((card) => card.channel === channel)) checkAsked(this, bias);
    await this.#pmu?.giveBack();
    this.#off_ms = undefined;
    await super.hold(bias, signal);
  }

  override async outputIsOn(): Promise<boolean> {
    if (this.#sweeping || this.bias.holds || (await testRuns(this.scpi))) return true;
    if (await this.#pmu?.isOn()) return true;
    for (const { channel } of this.cards) if (await this.bias.foundLevel(channel)) return true;
    this.#off_ms = performance.now();
    return false;
  }

  /** Of all channels: a level on one keeps a sweep off another, as one mode ends the other. */
  override async isOn(): Promise<boolean> {
    if (this.#sweeping || this.bias.holds || this.#pmu?.holds) return true;
    const seen_s = (performance.now() - (this.#off_ms ?? -Infinity)) / 1000;
    return seen_s > BELIEVED_S && (await this.outputIsOn());
  }

  /** Stops a test where it is, and turns off. */
  override async turnOff(channel: number): Promise<void> {
    await off4200(this.scpi, [channel]);
  }

  protected override async turnAllOff(): Promise<void> {
    this.#off_ms = undefined;
    const channels = this.cards.map((card) => card.channel);
    const pmu = this.#pmu;
    // At once: pulses have no level that could be taken down. What did not take it is told again with the rest.
    const pulses: string[] = [];
    for (const message of pmu?.off ?? []) await this.scpi.send(message).catch(() => void pulses.push(message));
    pmu?.forget();
    if (!this.#sweeping) await this.bias.comeDown(channels); // a test ends with its outputs off
    await off4200(this.scpi, channels, pmu && { off: pulses, runs: () => pmu.isOn() });
    this.#sweeping = false; // it finds out when it next looks
  }

  /** @throws MemrigError `busy`: an SMU drives, and pulses must not take the device from it */
  ready(): void {
    if (!this.#sweeping && !this.bias.holds) return;
    const message = `${this.label}: an SMU is driving. Nothing was sent. Release it before pulses are to be loaded or played.`;
    throw new MemrigError("busy", message, {});
  }

  /** As many tests as it takes for all cycles. The next one is begun before the readings of the last are handed on. */
  protected async *play(setup: Setup4200, goOn: GoOn): AsyncGenerator<SweepReading[], EndOfSweep, undefined> {
    await this.#pmu?.giveBack();
    this.#off_ms = undefined; // what fails on the way leaves it unknown
    this.#sweeping = true;
    try {
      return yield* this.#tests(setup, goOn);
    } finally {
      this.#sweeping = false;
    }
  }

  async *#tests(setup: Setup4200, goOn: GoOn): AsyncGenerator<SweepReading[], EndOfSweep, undefined> {
    const { scpi } = this;
    const { cyclesPerRun, plan } = setup;
    const { cycles, levels, dwell_s } = plan;
    const countAt = (done: number) => Math.min(cyclesPerRun, cycles - done);
    let inOneLine = true;
    const begin = async (done: number): Promise<number> => {
      if (done === 0 || countAt(done) !== cyclesPerRun) {
        inOneLine = await configure(scpi, runMessages(setup, this.cards, countAt(done)));
      }
      goOn(done);
      await scpi.send(START);
      return performance.now() / 1000;
    };
    let began_s = await begin(0);
    const first_s = began_s;
    let last_s = -dwell_s;
    for (let done = 0; done < cycles;) {
      const count = countAt(done) * levels.length;
      const points = count + setup.home.length;
      await ended(scpi, points * dwell_s, () => goOn(done));
      const next = done + countAt(done);
      const endsWell = next >= cycles && inOneLine; // its errors are asked for when it is off
      if (!endsWell) await checkRun(scpi);
      const taken = (await fetch(scpi, setup, points, done * levels.length)).slice(0, count);
      goOn(done);
      // Each test has its own zero of time, and nothing says when that was: between tests this computer's clock counts.
      const from_s = Math.max(began_s - first_s, last_s + dwell_s);
      const zero_s = taken[0]?.time_s ?? 0;
      const readings = taken.map((one) => ({ ...one, time_s: from_s + one.time_s - zero_s }));
      last_s = readings.at(-1)?.time_s ?? last_s;
      done = next;
      if (done < cycles) began_s = await begin(done);
      yield readings;
    }
    return inOneLine ? () => this.#endWell(setup.channel) : undefined;
  }

  /**
   * A test that was seen to have ended has its outputs off: that is made sure of in one message. Where that is refused, or the test
   * has left an error, each has a message of its own.
   *
   * @throws MemrigError `instrument-refused`: an error was told
   */
  async #endWell(channel: number): Promise<void> {
    const line = stopOf([channel]).join(";");
    try {
      await this.scpi.send(line);
      await checkRun(this.scpi, line);
    } catch (failure) {
      await offAfter(failure, () => this.turnOff(channel));
      throw failure;
    }
    this.#off_ms = performance.now();
  }
}
