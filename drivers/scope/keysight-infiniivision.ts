import type { CapturePlan, CaptureRanges } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { ScpiClient, scpiErrors } from "../../src/scpi/index.js";
import { decodeBlock } from "../../src/visa/index.js";
import type { Session } from "../../src/visa/index.js";
import { identify, known } from "../support/identity.js";
import { SCPI_RAW_PORT } from "../entry.js";
import type { DriverEntry, SafeState } from "../entry.js";
import { EdgeScope, RecordMemory, checkLength, refuseSmallerRange } from "./edge-scope.js";
import type { Progress, ReadOut, ScopeDialect } from "./edge-scope.js";
import { formatOf, parsePreamble } from "./infiniivision-waveform.js";
import type { Preamble } from "./infiniivision-waveform.js";
import { channelCommands, checkPlan, pointsFor, recordCommands, timebaseCommands } from "./infiniivision-plan.js";
import { rangesOf } from "./keysight-infiniivision-models.js";

const identifies = /(AGILENT|KEYSIGHT) TECHNOLOGIES,\s*(DSO|MSO|EDU)-?X ?\d{4}[A-Z]/i;

/** Bits of the operation status condition register (3000T programmer's guide, :OPERegister:CONDition). */
const RUNNING = 0x08;
const WAITING_FOR_TRIGGER = 0x20;

/** Time tags asked for in one message; more come in one block, where the scope gives all segments at once. */
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

interface ChannelRecords {
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
export class KeysightInfiniiVision implements ScopeDialect {
  readonly #memory = new RecordMemory();
  /** Channels whose records are set up for reading, all at once, since the last `start`. */
  readonly #ready = new Map<number, Preamble>();

  private constructor(
    private readonly scpi: ScpiClient,
    private readonly label: string,
    readonly ranges: CaptureRanges,
    readonly safe: SafeState,
  ) {}

  /**
   * Identifies the instrument, asks for its options and empties its error queue. Changes nothing.
   *
   * @throws MemrigError `bad-reply`: another instrument
   */
  static async open(session: Session, label: string): Promise<EdgeScope> {
    const scpi = new ScpiClient(session, label, scpiErrors);
    const identity = await identify(scpi, identifies, "Keysight and Agilent InfiniiVision 2000 X, 3000 X/T and 4000 X");
    const ranges = known(label, identity, rangesOf(identity.model));
    // A scope without a wave generator does not answer questions about it.
    const hasGenerator = /\bW(A?VE)?GE?N/i.test(await scpi.query("*OPT?"));
    await scpi.errors();
    return new EdgeScope(scpi, label, identity, new KeysightInfiniiVision(scpi, label, ranges, outputOf(hasGenerator)));
  }

  check(plan: CapturePlan): void {
    checkPlan(this.label, plan, this.ranges);
  }

  async start(plan: CapturePlan): Promise<void> {
    this.#ready.clear();
    await this.scpi.commands([":STOP", ...channelCommands(plan, this.ranges.channels), ...timebaseCommands(plan)]);
    for (const { channel, range_V } of plan.channels) {
      refuseSmallerRange(this.label, channel, range_V, await this.scpi.queryNumber(`:CHAN${channel}:RANG?`));
    }
    await this.scpi.commands(recordCommands(plan));
    await this.restart();
  }

  async restart(): Promise<void> {
    await this.scpi.query(":TER?"); // forgets the triggers of before
    await this.scpi.command(":SING");
  }

  async progress(): Promise<Progress> {
    const state = await this.scpi.queryNumber(":OPER:COND?");
    if (!(state & RUNNING)) return "done";
    return state & WAITING_FOR_TRIGGER ? "waiting" : "filling";
  }

  async halt(): Promise<void> {
    await this.scpi.send(":STOP");
  }

  async taken(plan: CapturePlan): Promise<number> {
    if (plan.segments === 1) return (await this.scpi.queryNumber(":TER?")) === 1 ? 1 : 0;
    return this.scpi.queryNumber(":WAV:SEGM:COUN?");
  }

  async readOut(plan: CapturePlan): Promise<ReadOut> {
    const few = plan.segments <= TAGS_AT_ONCE;
    const early_s = few ? await this.#triggerTimes(plan.segments) : [];
    const all: ChannelRecords[] = [];
    for (const { channel } of plan.channels) all.push(await this.#records(channel, plan));
    const { start_s = 0, step_s = NaN } = all[0]?.preamble ?? {};
    const volts = new Map(all.map((one) => [one.channel, one.volts]));
    const inMemory = all.every(({ block }) => block !== "one by one");
    const times_s = few
      ? early_s
      : inMemory
        ? await this.#timesInOne(plan.segments)
        : await this.#triggerTimes(plan.segments);
    const load = inMemory
      ? (segment: number) => all.forEach((one) => intoVolts(one, segment))
      : async (segment: number) => {
          for (const one of all) await this.#segmentVolts(one, segment);
        };
    return { times_s, start_s, step_s, volts, load, inMemory };
  }

  /** All time tags in one block of text (3000T programmer's guide, :WAVeform:SEGMented:XLISt). */
  async #timesInOne(segments: number): Promise<number[]> {
    const block = await this.scpi.queryBlock(":WAV:SEGM:XLIS? TTAG");
    return this.#checkedTimes(Buffer.from(block).toString("latin1").split(",").map(Number), segments);
  }

  /** Times of the triggers by the scope's clock. Asked for with one message for many segments. */
  async #triggerTimes(segments: number): Promise<number[]> {
    if (segments === 1) return [0];
    const times_s: number[] = [];
    for (let from = 1; from <= segments; from += TAGS_AT_ONCE) {
      const to = Math.min(segments, from + TAGS_AT_ONCE - 1);
      const questions = Array.from({ length: to - from + 1 }, (_, i) => `:ACQ:SEGM:IND ${from + i};:WAV:SEGM:TTAG?`);
      const reply = await this.scpi.query(questions.join(";"));
      times_s.push(...reply.split(";").map(Number));
    }
    return this.#checkedTimes(times_s, segments);
  }

  #checkedTimes(times_s: number[], segments: number): number[] {
    if (times_s.length === segments && !times_s.some(Number.isNaN)) return times_s;
    throw new MemrigError(
      "bad-reply",
      `${this.label} gave ${times_s.length} time tags for ${segments} records, or some that are no numbers.`,
      {},
    );
  }

  /** Sets one channel's records up for reading, and reads them all at once where the scope can. */
  async #records(channel: number, plan: CapturePlan): Promise<ChannelRecords> {
    const ready = this.#ready.get(channel);
    if (ready) return this.#block(`:WAV:SOUR CHAN${channel};:WAV:DATA?`, channel, ready, plan);
    // The converter has 8 bits: a byte is all there is of a record that is no mean of others.
    const width = plan.segments > 1 ? 1 : 2;
    await this.scpi.commands([
      `:WAV:SOUR CHAN${channel}`,
      ...(width === 1 ? [":WAV:FORM BYTE"] : [":WAV:FORM WORD", ":WAV:BYT MSBF"]),
      ":WAV:UNS 1",
      ":WAV:POIN:MODE RAW",
      `:WAV:POIN ${pointsFor(plan.points)}`,
    ]);
    const preamble = parsePreamble(await this.scpi.query(":WAV:PRE?"), width);
    const volts = this.#memory.of(channel, preamble.points);
    if (plan.segments === 1) {
      await this.#readVolts(channel, preamble, volts);
      return { channel, preamble, block: "read", volts };
    }
    if (!(await this.#givesAllAtOnce())) return { channel, preamble, block: "one by one", volts };
    const records = await this.#block(":WAV:DATA?", channel, preamble, plan);
    this.#ready.set(channel, preamble);
    return records;
  }

  /** All records of a channel in one reply. */
  async #block(question: string, channel: number, preamble: Preamble, plan: CapturePlan): Promise<ChannelRecords> {
    const block = await this.scpi.queryBlock(question, { timeout_ms: TRANSFER_TIMEOUT_MS });
    checkLength(this.label, channel, block.length, preamble.width * preamble.points * plan.segments);
    return { channel, preamble, block, volts: this.#memory.of(channel, preamble.points) };
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

  async #segmentVolts(one: ChannelRecords, segment: number): Promise<void> {
    if (one.block !== "one by one") return intoVolts(one, segment);
    await this.scpi.commands([`:ACQ:SEGM:IND ${segment + 1}`, `:WAV:SOUR CHAN${one.channel}`]);
    await this.#readVolts(one.channel, one.preamble, one.volts);
  }

  /** Reads one record of the channel that is the source. */
  async #readVolts(channel: number, preamble: Preamble, volts: Float64Array): Promise<void> {
    const format = { ...formatOf(preamble), into: volts };
    const values = await this.scpi.queryBinaryValues(":WAV:DATA?", format, { timeout_ms: TRANSFER_TIMEOUT_MS });
    checkLength(this.label, channel, preamble.width * values.length, preamble.width * volts.length);
  }
}

/** A record that is in memory. */
function intoVolts({ preamble, block, volts }: ChannelRecords, segment: number): void {
  if (typeof block === "string") return;
  decodeBlock(block, formatOf(preamble), segment * preamble.width * preamble.points, volts);
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
