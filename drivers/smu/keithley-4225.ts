import type {
  Capture,
  CapturePlan,
  CaptureRanges,
  CaptureScope,
  CurrentProbe,
  Instrument,
  LoadedCycle,
  LoadedWaveform,
  PulseCycle,
  PulseSource,
  PulseUnit,
  WaveformPlan,
} from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import { checkChannel, refusal } from "./checks.js";
import { offAfter } from "../support/outputs.js";
import { pause, stopIfAborted } from "../support/wait.js";
import { pulsesOff } from "./keithley-4225-channels.js";
import type { PulseChannel } from "./keithley-4225-channels.js";
import { routeMessage, sequenceMessages, setUpMessages } from "./keithley-4225-commands.js";
import {
  CURRENT_PROBE_OHM,
  captureRanges4225,
  currentChannel,
  currentRange_A,
  largestCurrent_A,
  pulseRanges4225,
  recordingOf,
  sequenceOf,
  TICK_S,
  voltageChannel,
} from "./keithley-4225-plan.js";
import type { Recording, Sequence } from "./keithley-4225-plan.js";
import { capturesOf, fetchSamples } from "./keithley-4225-readings.js";
import { cycleOf } from "./keithley-4225-waveform.js";

const LOOK_S = { first: 0.005, longest: 0.2 };
/** `:PMU:EXECUTE` is answered before the test begins; one that has not begun by then, and left no data, was over between two looks. */
const BEGIN_S = 0.1;
/** A test that was to leave data and shows none this long after its time did not take place. */
const RUN_MARGIN_S = 10;

/** What a channel is to play, and how often. */
interface Loaded {
  readonly channel: number;
  readonly cycle: PulseCycle;
  readonly sequence: Sequence;
  readonly loops: number;
}

/** A test that was begun. */
interface Begun {
  readonly at_ms: number;
  readonly duration_s: number;
}

/** What the analyzer that the cards are in does as a whole. */
export interface Whole extends Instrument {
  /** @throws MemrigError `busy`: an SMU holds a level or sweeps, and an RPM must not take the device from it */
  ready(): void;
}

/**
 * 4225-PMU cards through KXCI, by Segment Arb: the cycle is one sequence of straight pieces, played as many times as asked, and
 * measured at the same terminal while it is. Seen as a generator and a scope, which share one test: what is armed is laid over
 * what is loaded, and both go out anew before each recorded burst. One channel at a time.
 *
 * The card has no limiter: what holds a current is its 50 Ω and what is in the line. None of its settings can be read back; that a
 * message was taken, and that `:ERROR:LAST:GET` tells nothing, is all there is to know before `:PMU:EXECUTE`, which checks the whole
 * once more (-951).
 *
 * Sources: KXCI manual 4200A-KXCI-907-01 Rev D, section 7, by the wrappers and Keithley's examples that cite it. Has not met the
 * instrument.
 */
export class Pmu4225 implements PulseUnit {
  readonly source: PulseSource;
  readonly scope: CaptureScope;
  #loaded: Loaded | undefined;
  #armed: { readonly recording: Recording } | undefined;
  /** The recording that the test under way, or the last one, makes. */
  #playing: { readonly recording: Recording; readonly channel: number } | undefined;
  #begun: Begun | undefined;
  /** What was told has not been played yet: a test takes its settings with it (`:PMU:RETAIN:CONFIG`, off after `:PMU:INIT`). */
  #told = false;
  readonly #on = new Set<number>();
  /** Their RPMs are at the pulse cards, and not at the SMUs. */
  readonly #routed = new Set<number>();

  constructor(
    private readonly scpi: ScpiClient,
    private readonly whole: Whole,
    private readonly channels: readonly PulseChannel[],
  ) {
    const common: Instrument = {
      label: whole.label,
      identity: whole.identity,
      makeSafe: () => whole.makeSafe(),
      outputIsOn: () => whole.outputIsOn(),
      close: () => whole.close(),
    };
    const count = this.#count;
    this.source = {
      ...common,
      channels: count,
      ranges: pulseRanges4225,
      load: (channel, cycle, cycles) => this.#load(channel, cycle, cycles),
      setWaveform: (channel, plan) => this.#setWaveform(channel, plan),
      outputOn: (channel) => this.#outputOn(channel),
      outputOff: (channel) => this.#outputOff(channel),
      trigger: (channel) => this.#trigger(channel),
    };
    const ranges: CaptureRanges = captureRanges4225(count);
    this.scope = {
      ...common,
      ranges,
      arm: (plan, signal) => this.#arm(plan, signal),
      captures: (timeout_s, signal) => this.#captures(timeout_s, signal),
    };
  }

  probesOf(channel: number): { top: { channel: number }; current: CurrentProbe } {
    return {
      top: { channel: voltageChannel(channel) },
      current: {
        channel: currentChannel(channel),
        resistance_ohm: CURRENT_PROBE_OHM,
        impedance: "1M",
        inSeries_ohm: 0,
      },
    };
  }

  /** An output is on that this program turned on. */
  get holds(): boolean {
    return this.#on.size > 0;
  }

  /** The same, or a test runs. */
  async isOn(): Promise<boolean> {
    return this.holds || (await this.#runs());
  }

  /** What turns the pulse outputs off, at once. */
  get off(): string[] {
    return pulsesOff(this.channels.map(({ channel }) => channel));
  }

  /** They were told to be off. */
  forget(): void {
    this.#on.clear();
    this.#loaded = this.#armed = this.#playing = this.#begun = undefined;
  }

  /** The SMUs are to drive: what an RPM passes on is theirs again. @throws MemrigError `busy`: a pulse output is on */
  async giveBack(): Promise<void> {
    if (this.holds) {
      const message = `${this.whole.label}: a pulse output is on. Nothing was sent. Turn it off before an SMU is to drive.`;
      throw new MemrigError("busy", message, {});
    }
    for (const channel of this.#routed) await this.scpi.command(routeMessage(channel, "smu"));
    this.#routed.clear();
  }

  get #count(): number {
    return this.channels.at(-1)?.channel ?? 0;
  }

  async #load(channel: number, asked: PulseCycle, cycles: number): Promise<LoadedCycle> {
    const { label } = this.whole;
    this.#check(channel);
    const { maxCycles } = pulseRanges4225;
    if (!(Number.isInteger(cycles) && cycles >= 1 && cycles <= maxCycles)) {
      throw refusal(label, `${cycles} cycles were asked for`, `1 to ${maxCycles}`, { cycles });
    }
    const cycle = structuredClone(asked);
    const sequence = sequenceOf(label, cycle);
    if (cycles > 1 && cycle.segments.at(-1)?.level_V !== 0) {
      const what = `${cycles} cycles that do not end at 0 V were asked for`;
      throw refusal(label, what, "such a cycle once: between two it would go to 0 V and back", {});
    }
    this.whole.ready();
    await this.#idle();
    const loaded = { channel, cycle, sequence, loops: cycles };
    this.#loaded = this.#armed = this.#playing = undefined;
    await this.#orOff(channel, () => this.#programUnseen(loaded));
    this.#loaded = loaded;
    return { segments: sequence.segments, samples: sequence.lines.length, rate_Sa_per_s: 1 / TICK_S };
  }

  async #setWaveform(channel: number, plan: WaveformPlan): Promise<LoadedWaveform> {
    this.#check(channel);
    const { cycle, cycles, loaded } = cycleOf(this.whole.label, plan);
    await this.#load(channel, cycle, cycles);
    return loaded;
  }

  /** Takes effect with the next test: between tests the card rests at 0 V. */
  async #outputOn(channel: number): Promise<void> {
    this.#checkLoaded(channel, "turned on");
    this.#on.add(channel); // before: a message that was lost on its way may have been taken
    await this.scpi.command(`:PMU:OUTPUT:STATE ${channel},1`);
  }

  async #outputOff(channel: number): Promise<void> {
    this.#check(channel);
    const failures: unknown[] = [];
    for (const message of pulsesOff([channel])) {
      await this.scpi.send(message).catch((error: unknown) => failures.push(error));
    }
    if (failures.length === 0 && !(await this.#runs())) {
      this.#on.delete(channel);
      this.#playing = this.#begun = undefined;
      return;
    }
    throw new MemrigError(
      "no-answer",
      `${this.whole.label}: pulse channel ${channel} was told to turn off and ${failures.length > 0 ? "did not take it" : "still runs"}. ` +
        "The state of its output is unknown. Stop it on its screen before you touch the sample.",
      { channel },
      failures[0],
    );
  }

  async #trigger(channel: number): Promise<void> {
    const loaded = this.#checkLoaded(channel, "triggered");
    const { sequence, loops } = loaded;
    if (!this.#on.has(channel)) {
      throw refusal(
        this.whole.label,
        `a burst of channel ${channel}, whose output is off, was asked for`,
        "it on first",
        {},
      );
    }
    this.whole.ready();
    await this.#idle();
    const armed = this.#armed;
    this.#armed = undefined;
    this.#playing = armed && { recording: armed.recording, channel };
    const duration_s = loops * sequence.ticks * TICK_S;
    // `:PMU:INIT`, which begins what was loaded, leaves every output off.
    await this.#orOff(channel, async () => {
      if (!this.#told) await this.#programUnseen(loaded);
      this.#told = false;
      await this.scpi.commands([`:PMU:OUTPUT:STATE ${channel},1`, ":PMU:EXECUTE"]);
    });
    this.#begun = { at_ms: performance.now(), duration_s };
    if (!armed) await this.#seen(this.#begun);
  }

  async #arm(asked: CapturePlan, signal: AbortSignal): Promise<void> {
    const { label } = this.whole;
    const plan = structuredClone(asked);
    const loaded = this.#loaded;
    if (!loaded) {
      throw refusal(
        label,
        "a record was asked for before a cycle was loaded",
        "the cycle first: the record is laid over it",
        {},
      );
    }
    const recording = recordingOf(label, loaded, this.#count, plan);
    const { channel } = loaded;
    const { sequence } = recording;
    const current_A = this.#currentRange_A(channel, sequence, largestCurrent_A(plan, channel));
    stopIfAborted(signal, label, "nothing was sent");
    this.#armed = this.#playing = undefined;
    await this.#idle();
    await this.#orOff(channel, () => this.#program({ ...loaded, sequence }, current_A, recording));
    this.#armed = { recording };
  }

  /** Where nothing is recorded the largest current range: a small one could hold the current back. */
  async #programUnseen(loaded: Loaded): Promise<void> {
    const { channel, sequence } = loaded;
    await this.#program(loaded, this.#currentRange_A(channel, sequence, sequence.range_V === 40 ? 0.8 : 0.2));
  }

  /** The whole of a test but its start. `:PMU:INIT` comes first, which turns every pulse output off. */
  async #program({ channel, sequence, loops }: Loaded, current_A: number, recording?: Recording): Promise<void> {
    const rpm = this.#hasRpm(channel);
    const { range_V } = sequence;
    const messages = [
      ...setUpMessages(channel, { rpm, range_V, current_A }),
      ...sequenceMessages(channel, sequence, loops, recording),
    ];
    await this.scpi.errors(); // one of before is none of this
    if (rpm) this.#routed.add(channel);
    await this.scpi.commands(messages);
    this.#told = true;
  }

  async *#captures(timeout_s: number, signal: AbortSignal): AsyncGenerator<Capture, void, undefined> {
    const { label } = this.whole;
    const { segments } = this.#playing?.recording.plan ?? this.#armed?.recording.plan ?? {};
    if (segments === undefined) {
      throw refusal(label, "records were asked for and none was armed", "a plan to be armed first", {});
    }
    const began_ms = performance.now();
    const late = (came: number) => {
      const message = `${label}: ${came} of ${segments} triggers came within ${timeout_s} s. It waits no longer.`;
      return new MemrigError("no-answer", message, { came, segments });
    };
    let count = 0;
    for (let look_s = LOOK_S.first; ; look_s = Math.min(LOOK_S.longest, 2 * look_s)) {
      stopIfAborted(signal, label, "records were waited for");
      const playing = this.#playing;
      // An armed plan waits for its trigger; a test that was begun for its data.
      if (playing && !(await this.#runs())) {
        count = await this.scpi.queryNumber(`:PMU:DATA:COUNT? ${playing.channel}`);
        if (count > 0) break;
        const errors = await this.scpi.errors();
        if (errors.length > 0) throw this.scpi.refused([":PMU:EXECUTE"], errors);
      }
      if ((performance.now() - began_ms) / 1000 > timeout_s) throw late(0);
      await pause(1000 * look_s, signal);
    }
    const { recording, channel } = this.#playing ?? {};
    const loops = this.#loaded?.loops ?? 0;
    if (!recording || channel === undefined || loops < segments) throw late(recording ? loops : 0);
    const samples = await fetchSamples(this.scpi, channel, count, () =>
      stopIfAborted(signal, label, "its records were being read"),
    );
    yield* capturesOf(recording, samples, channel);
    this.#playing = undefined;
  }

  /** Where it fails the output goes off, and what was loaded is not known any more. */
  async #orOff(channel: number, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (failure) {
      this.#loaded = this.#armed = this.#playing = undefined;
      await offAfter(failure, () => this.#outputOff(channel));
      throw failure;
    }
  }

  async #runs(): Promise<boolean> {
    return (await this.scpi.queryNumber(":PMU:TEST:STATUS?")) !== 0;
  }

  /** Waits until a test is under way, or was over before it could be seen. */
  async #seen({ at_ms }: Begun): Promise<void> {
    while (!(await this.#runs()) && performance.now() - at_ms < 1000 * BEGIN_S) {
      await pause(1000 * LOOK_S.first, new AbortController().signal);
    }
  }

  /** Waits for the end of a test that was begun: nothing may be changed under it. */
  async #idle(): Promise<void> {
    const begun = this.#begun;
    if (!begun) return;
    const longest_ms = 1000 * (begun.duration_s + RUN_MARGIN_S);
    for (let look_s = LOOK_S.first; await this.#runs(); look_s = Math.min(LOOK_S.longest, 2 * look_s)) {
      if (performance.now() - begun.at_ms > longest_ms) {
        throw new MemrigError("no-answer", `${this.whole.label}: a burst of ${begun.duration_s} s still runs.`, {});
      }
      await pause(1000 * look_s, new AbortController().signal);
    }
    this.#begun = undefined;
  }

  #hasRpm(channel: number): boolean {
    return this.channels.find((one) => one.channel === channel)?.rpm === true;
  }

  #currentRange_A(channel: number, { range_V }: Sequence, largest_A: number): number {
    return currentRange_A(this.whole.label, range_V, this.#hasRpm(channel), largest_A);
  }

  #check(channel: number): void {
    checkChannel(this.whole.label, this.#count, channel);
    if (this.channels.some((one) => one.channel === channel)) return;
    const there = this.channels.map((one) => one.channel).join(", ");
    throw refusal(this.whole.label, `pulse channel ${channel} was asked for`, there, { channel });
  }

  #checkLoaded(channel: number, what: string): Loaded {
    this.#check(channel);
    if (this.#loaded?.channel === channel) return this.#loaded;
    throw new MemrigError(
      "invalid-request",
      `${this.whole.label}: pulse channel ${channel} was to be ${what}, and nothing is loaded into it: loading one channel takes the ` +
        "cycle of the others away. Nothing was sent. Load a cycle first.",
      { channel },
    );
  }
}
