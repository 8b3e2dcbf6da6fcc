import type { Capture, CapturePlan, CaptureRanges, CaptureScope, Identity } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { ScpiClient, scpiErrors } from "../../src/scpi/index.js";
import { si } from "../../src/units.js";
import type { Session } from "../../src/visa/index.js";
import { identify } from "../support/identity.js";
import { anyOn, turnOff } from "../support/outputs.js";
import { SCPI_RAW_PORT } from "../entry.js";
import type { DriverEntry, SafeState } from "../entry.js";
import { pause, stopIfAborted } from "../support/wait.js";
import { parsePreamble, toVolts } from "./infiniivision-waveform.js";
import type { Preamble } from "./infiniivision-waveform.js";
import { channelCommands, checkPlan, pointsFor, recordCommands, timebaseCommands } from "./infiniivision-plan.js";
import { rangesOf } from "./keysight-infiniivision-models.js";

const identifies = /(AGILENT|KEYSIGHT) TECHNOLOGIES,\s*(DSO|MSO|EDU)-?X ?\d{4}[A-Z]/i;

/** Bits of the operation status condition register (3000T programmer's guide, :OPERegister:CONDition). */
const RUNNING = 0x08;
const WAITING_FOR_TRIGGER = 0x20;

/** Between two looks at the state; an abort is seen within one. */
const POLL_MS = { min: 2, max: 50 };
/** Filling the memory before the trigger takes the record's own time, and this for the instrument. */
const ARMING_S = 10;
/** Time tags asked for in one message. */
const TAGS_AT_ONCE = 50;
/** Time for one block of all segments. */
const TRANSFER_TIMEOUT_MS = 60_000;

export const keysightInfiniiVision = {
  name: "keysight-infiniivision",
  kind: "scope",
  title: "Keysight and Agilent InfiniiVision 2000 X, 3000 X/T and 4000 X oscilloscopes",
  identifies,
  safe: { ...outputOf(true), isOn: outputOf(false).isOn },
  errors: scpiErrors,
  defaultPort: SCPI_RAW_PORT,
  open: (session, label) => KeysightInfiniiVision.open(session, label),
} satisfies DriverEntry;

interface ReadOut {
  readonly channel: number;
  readonly preamble: Preamble;
  /** All segments one after the other; or they come one by one; or there is one, and it is in `volts`. */
  readonly block: Uint8Array | "one by one" | "read";
  readonly volts: Float64Array;
}

/**
 * Keysight (Agilent) InfiniiVision 2000 X, 3000 X/T and 4000 X: segmented capture on an edge.
 *
 * Connecting changes nothing. Probe factors stay as they are set (many probes set them themselves); ranges are volts at
 * the probe's tip. `:DIGitize` is never used: without a trigger it blocks the instrument until it is turned off.
 *
 * Sources: programmer's guides of the InfiniiVision 2000 X, 3000 X and 3000T.
 */
export class KeysightInfiniiVision implements CaptureScope {
  #armed: CapturePlan | undefined;
  /** Of each channel's last record: to get 80 MB anew costs more than to read and convert what goes into it. */
  readonly #memory = new Map<number, Float64Array>();

  private constructor(
    private readonly scpi: ScpiClient,
    readonly label: string,
    readonly identity: Identity,
    readonly ranges: CaptureRanges,
    private readonly output: SafeState,
  ) {}

  /**
   * Identifies the instrument, asks for its options and empties its error queue. Changes nothing.
   *
   * @throws MemrigError `bad-reply`: another instrument
   */
  static async open(session: Session, label: string): Promise<KeysightInfiniiVision> {
    const scpi = new ScpiClient(session, label, scpiErrors);
    const identity = await identify(scpi, identifies, "Keysight and Agilent InfiniiVision 2000 X, 3000 X/T and 4000 X");
    const ranges = rangesOf(identity.model);
    if (!ranges) throw new MemrigError("bad-reply", `${label} is a model ${identity.model}, which is not known.`, {});
    // A scope without a wave generator does not answer questions about it.
    const hasGenerator = /\bW(A?VE)?GE?N/i.test(await scpi.query("*OPT?"));
    await scpi.errors();
    return new KeysightInfiniiVision(scpi, label, identity, ranges, outputOf(hasGenerator));
  }

  async arm(plan: CapturePlan, signal: AbortSignal): Promise<void> {
    checkPlan(this.label, plan, this.ranges);
    stopIfAborted(signal, this.label, "nothing was sent");
    this.#armed = undefined;
    await this.scpi.commands([":STOP", ...channelCommands(plan, this.ranges.channels), ...timebaseCommands(plan)]);
    await this.#verifyRanges(plan);
    await this.scpi.commands(recordCommands(plan));
    await this.scpi.query(":TER?"); // forgets the triggers of before
    await this.scpi.command(":SING");
    await this.#waitUntilArmed(plan, signal);
    this.#armed = plan;
  }

  async *captures(timeout_s: number, signal: AbortSignal): AsyncGenerator<Capture, void, undefined> {
    const plan = this.#armed;
    if (!plan) {
      throw new MemrigError("invalid-request", `${this.label} is not armed: there is nothing to wait for.`, {});
    }
    await this.#waitUntilComplete(plan, timeout_s, signal);
    this.#armed = undefined;
    const times_s = await this.#triggerTimes(plan);
    const readOuts: ReadOut[] = [];
    for (const { channel } of plan.channels) readOuts.push(await this.#readOut(channel, plan));

    const { start_s = 0, step_s = NaN } = readOuts[0]?.preamble ?? {};
    const volts = new Map(readOuts.map((one) => [one.channel, one.volts]));
    for (let segment = 0; segment < plan.segments; segment++) {
      stopIfAborted(signal, this.label, `${segment} of ${plan.segments} records were read`);
      for (const one of readOuts) await this.#segmentVolts(one, segment);
      yield { segment, trigger_s: (times_s[segment] ?? NaN) - (times_s[0] ?? NaN), start_s, step_s, volts };
    }
  }

  async makeSafe(): Promise<void> {
    this.#armed = undefined;
    await turnOff(this.scpi, this.output);
  }

  async outputIsOn(): Promise<boolean> {
    const { isOn } = this.output;
    return (await anyOn(this.scpi, { off: [], isOn })) !== undefined;
  }

  async close(): Promise<void> {
    await this.scpi.session.close();
  }

  /** A range that came out smaller would cut the signal off. */
  async #verifyRanges(plan: CapturePlan): Promise<void> {
    for (const { channel, range_V } of plan.channels) {
      const inForce_V = await this.scpi.queryNumber(`:CHAN${channel}:RANG?`);
      if (inForce_V >= range_V * (1 - 1e-3)) continue;
      throw new MemrigError(
        "instrument-refused",
        `${this.label}: a range of ${si(range_V, "V")} was asked for on channel ${channel}, and the scope made it ` +
          `${si(inForce_V, "V")}. It is stopped. Choose a range that it has.`,
        { channel, asked_V: range_V, inForce_V },
      );
    }
  }

  async #waitUntilArmed(plan: CapturePlan, signal: AbortSignal): Promise<void> {
    const deadline_ms = Date.now() + 1000 * (ARMING_S + 2 * plan.pretrigger_s);
    for (let wait_ms = POLL_MS.min; ; wait_ms = Math.min(2 * wait_ms, POLL_MS.max)) {
      const state = await this.scpi.queryNumber(":OPER:COND?");
      // Not running any more: all triggers have come already.
      if (state & WAITING_FOR_TRIGGER || !(state & RUNNING)) return;
      await this.#stopOn(signal, "while it was being armed");
      if (Date.now() > deadline_ms) {
        await this.scpi.send(":STOP");
        throw new MemrigError("no-answer", `${this.label} did not come to wait for a trigger. It is stopped.`, {
          state,
        });
      }
      await pause(wait_ms, signal);
    }
  }

  async #waitUntilComplete(plan: CapturePlan, timeout_s: number, signal: AbortSignal): Promise<void> {
    const deadline_ms = Date.now() + 1000 * timeout_s;
    for (let wait_ms = POLL_MS.min; ; wait_ms = Math.min(2 * wait_ms, POLL_MS.max)) {
      const state = await this.scpi.queryNumber(":OPER:COND?");
      if (!(state & RUNNING)) break;
      await this.#stopOn(signal, "while it waited for triggers");
      if (Date.now() > deadline_ms) {
        this.#armed = undefined;
        await this.scpi.send(":STOP");
        throw this.#tooFew(await this.#segmentsTaken(plan), plan, `within ${si(timeout_s, "s")}`);
      }
      await pause(wait_ms, signal);
    }
    const taken = await this.#segmentsTaken(plan);
    if (taken < plan.segments) throw this.#tooFew(taken, plan, "before it stopped");
  }

  async #stopOn(signal: AbortSignal, when: string): Promise<void> {
    if (!signal.aborted) return;
    this.#armed = undefined;
    await this.scpi.send(":STOP");
    stopIfAborted(signal, this.label, `${when}; it takes no more records`);
  }

  async #segmentsTaken(plan: CapturePlan): Promise<number> {
    if (plan.segments === 1) return (await this.scpi.queryNumber(":TER?")) === 1 ? 1 : 0;
    return this.scpi.queryNumber(":WAV:SEGM:COUN?");
  }

  #tooFew(taken: number, plan: CapturePlan, when: string): MemrigError {
    const { level_V, slope, channel } = plan.trigger;
    return new MemrigError(
      "no-answer",
      `${this.label}: ${taken} of ${plan.segments} triggers came ${when}. It is stopped. Does ${channel === "external" ? "the external trigger" : `channel ${channel}`} pass ` +
        `${si(level_V, "V")} ${slope}, and was the generator started after the scope was armed?`,
      { taken, segments: plan.segments },
    );
  }

  /** Times of the triggers by the scope's clock. Asked for with one message for many segments. */
  async #triggerTimes(plan: CapturePlan): Promise<number[]> {
    if (plan.segments === 1) return [0];
    const times_s: number[] = [];
    for (let from = 1; from <= plan.segments; from += TAGS_AT_ONCE) {
      const to = Math.min(plan.segments, from + TAGS_AT_ONCE - 1);
      const questions = Array.from({ length: to - from + 1 }, (_, i) => `:ACQ:SEGM:IND ${from + i};:WAV:SEGM:TTAG?`);
      const reply = await this.scpi.query(questions.join(";"));
      times_s.push(...reply.split(";").map(Number));
    }
    if (times_s.length !== plan.segments || times_s.some(Number.isNaN)) {
      throw new MemrigError(
        "bad-reply",
        `${this.label} gave ${times_s.length} time tags for ${plan.segments} records, or some that are no numbers.`,
        {},
      );
    }
    return times_s;
  }

  /** Sets one channel's records up for reading, and reads them all at once where the scope can. */
  async #readOut(channel: number, plan: CapturePlan): Promise<ReadOut> {
    await this.scpi.commands([
      `:WAV:SOUR CHAN${channel}`,
      ":WAV:FORM WORD",
      ":WAV:BYT MSBF",
      ":WAV:UNS 1",
      ":WAV:POIN:MODE RAW",
      `:WAV:POIN ${pointsFor(plan.points)}`,
    ]);
    const preamble = parsePreamble(await this.scpi.query(":WAV:PRE?"));
    const volts = this.#memoryFor(channel, preamble.points);
    if (plan.segments === 1) {
      await this.#readVolts(channel, preamble, volts);
      return { channel, preamble, block: "read", volts };
    }
    if (!(await this.#givesAllAtOnce())) return { channel, preamble, block: "one by one", volts };
    const block = await this.scpi.queryBlock(":WAV:DATA?", { timeout_ms: TRANSFER_TIMEOUT_MS });
    const expected = 2 * preamble.points * plan.segments;
    if (block.length !== expected) throw this.#wrongLength(channel, block.length, expected);
    return { channel, preamble, block, volts };
  }

  #memoryFor(channel: number, points: number): Float64Array {
    const kept = this.#memory.get(channel);
    if (kept && kept.length >= points) return kept.subarray(0, points);
    const memory = new Float64Array(points);
    this.#memory.set(channel, memory);
    return memory;
  }

  /** `:WAV:SEGM:ALL ON`, which older firmware does not know. */
  async #givesAllAtOnce(): Promise<boolean> {
    try {
      await this.scpi.command(":WAV:SEGM:ALL ON");
      return true;
    } catch (error) {
      if (error instanceof MemrigError && error.kind === "instrument-refused") return false;
      throw error;
    }
  }

  async #segmentVolts({ channel, preamble, block, volts }: ReadOut, segment: number): Promise<void> {
    if (block === "read") return;
    if (block === "one by one") {
      await this.scpi.commands([`:ACQ:SEGM:IND ${segment + 1}`, `:WAV:SOUR CHAN${channel}`]);
      await this.#readVolts(channel, preamble, volts);
    } else toVolts(block, segment * 2 * preamble.points, preamble, volts);
  }

  /** Reads one record of the channel that is the source. */
  async #readVolts(channel: number, preamble: Preamble, volts: Float64Array): Promise<void> {
    const { yReference: reference, yIncrement_V: increment, yOrigin_V: origin } = preamble;
    const format = { type: "u16", bigEndian: true, scale: { reference, increment, origin }, into: volts } as const;
    const values = await this.scpi.queryBinaryValues(":WAV:DATA?", format, { timeout_ms: TRANSFER_TIMEOUT_MS });
    if (values.length !== volts.length) throw this.#wrongLength(channel, 2 * values.length, 2 * volts.length);
  }

  #wrongLength(channel: number, came: number, expected: number): MemrigError {
    return new MemrigError(
      "bad-reply",
      `${this.label}: the records of channel ${channel} came in ${came} bytes, and its preamble promises ${expected}.`,
      { channel, came, expected },
    );
  }
}

/** What makes a scope safe. Its only output is the wave generator, where it has one. */
function outputOf(hasGenerator: boolean): SafeState {
  return {
    halt: [],
    ramps: [],
    off: hasGenerator ? [":STOP", ":WGEN:OUTP 0"] : [":STOP"],
    isOn: hasGenerator ? [":WGEN:OUTP?"] : [],
  };
}
