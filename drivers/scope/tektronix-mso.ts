import type { CapturePlan, CaptureRanges } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { ScpiClient } from "../../src/scpi/index.js";
import { si } from "../../src/units.js";
import { decodeBlock } from "../../src/visa/index.js";
import type { BinaryFormat, Session } from "../../src/visa/index.js";
import type { DriverEntry, SafeState } from "../entry.js";
import { identify, known } from "../support/identity.js";
import { EdgeScope, RecordMemory, checkLength, refuseSmallerRange } from "./edge-scope.js";
import type { Progress, ReadOut, ScopeDialect } from "./edge-scope.js";
import { tektronixEvents } from "./tektronix-events.js";
import { modelOf } from "./tektronix-mso-models.js";
import type { TektronixModel } from "./tektronix-mso-models.js";
import { DIVISIONS, channelCommands, newerWords, olderWords, triggerCommands } from "./tektronix-mso-plan.js";
import type { TektronixWords } from "./tektronix-mso-plan.js";
import { freeTimeBase, steppedTimeBase } from "./tektronix-time-base.js";
import type { TimeBase } from "./tektronix-time-base.js";
import { parseTimestamps } from "./tektronix-timestamps.js";

const identifies = /^TEKTRONIX,\s*((MSO|LPD)[456][468](B|LP)?|(MSO|DPO|MDO)[34](0[1235]|10)[24][BC]?)\b/i;
const family = "Tektronix 4, 5 and 6 series MSO, MSO/DPO/MDO 3000 and 4000";
/** The scope's socket server; its protocol is to be set to None, or each reply comes with a prompt. */
const SOCKET_PORT = 4000;
const TRANSFER_TIMEOUT_MS = 60_000;
/** Frame times asked for in one message; each takes some 40 characters. */
const TIMES_AT_ONCE = 100;

export const tektronixMso = {
  name: "tektronix-mso",
  kind: "scope",
  title: "Tektronix 4, 5 and 6 series MSO, MSO/DPO/MDO 3000 and 4000 oscilloscopes",
  identifies,
  safe: { ...outputOf(true), isOn: [] },
  errors: tektronixEvents,
  defaultPort: SOCKET_PORT,
  open: (session, label) => TektronixMso.open(session, label),
} satisfies DriverEntry;

interface ChannelRecords {
  readonly channel: number;
  /** All frames one after the other; undefined where there is one, and it is in `volts`. */
  readonly block: Uint8Array | undefined;
  readonly format: BinaryFormat;
  readonly volts: Float64Array;
}

/** Samples of a record that are read, and where they lie. */
interface View {
  /** Of the first, from 0. */
  readonly first: number;
  readonly points: number;
  readonly start_s: number;
  readonly step_s: number;
}

/**
 * Tektronix 4, 5 and 6 series MSO: segments by FastFrame, averages, 16-bit read-out. MSO/DPO/MDO 3000 and 4000: the same with
 * other words and records of a few lengths, one record a trigger.
 *
 * Connecting changes nothing but the form of replies (`HEAD OFF`, without which each repeats its command). One question
 * a message throughout: after a slip, replies of this family are one behind until it is turned off and on.
 *
 * Sources: 4, 5, 6 series MSO programmer manual; FastFrame times as the DPO/TDS drivers of others read them; MDO4000/B/C,
 * MSO/DPO4000B and MDO3000 programmer manual, MSO4000 and DPO4000 programmer manual.
 */
export class TektronixMso implements ScopeDialect {
  readonly #memory = new RecordMemory();
  readonly #words: TektronixWords;
  readonly #timeBase: TimeBase;
  readonly #older: boolean;

  private constructor(
    private readonly scpi: ScpiClient,
    private readonly label: string,
    readonly ranges: CaptureRanges,
    lengths: readonly number[] | undefined,
    readonly safe: SafeState,
  ) {
    this.#older = lengths !== undefined;
    this.#words = lengths ? olderWords : newerWords;
    this.#timeBase = lengths ? steppedTimeBase(ranges, lengths) : freeTimeBase(ranges);
  }

  /** @throws MemrigError `bad-reply`: another instrument */
  static async open(session: Session, label: string): Promise<EdgeScope> {
    const scpi = new ScpiClient(session, label, tektronixEvents);
    const identity = await identify(scpi, identifies, family);
    const model = known(label, identity, modelOf(identity.model));
    await scpi.send("HEAD OFF");
    const hasGenerator = await generatorIn(scpi, model);
    const external = model.asksExternal ? await scpi.queryBoolean("CONFIG:AUXIN?") : model.ranges.external;
    await scpi.errors();
    const ranges = { ...model.ranges, external };
    const dialect = new TektronixMso(scpi, label, ranges, model.lengths, outputOf(hasGenerator));
    return new EdgeScope(scpi, label, identity, dialect);
  }

  check(plan: CapturePlan): void {
    this.#timeBase.check(this.label, plan);
  }

  async start(plan: CapturePlan): Promise<void> {
    const channels = channelCommands(plan, this.ranges.channels, this.#words);
    const trigger = triggerCommands(plan, this.#words);
    // DESE: what it masks is missing from the queue too, so that a refusal would not be seen.
    await this.scpi.commands(["HEAD OFF", "DESE 255", "ACQ:STATE OFF", ...channels, ...trigger]);
    await this.#verifyChannels(plan);
    await this.#timeBase.set(this.scpi, this.label, plan);
    await this.restart();
  }

  async restart(): Promise<void> {
    await this.scpi.command("ACQ:STATE ON");
  }

  async progress(): Promise<Progress> {
    // 0 as soon as the single sequence is complete.
    if (!(await this.scpi.queryBoolean("ACQ:STATE?"))) return "done";
    return /^ARM/i.test(await this.scpi.query("TRIG:STATE?")) ? "filling" : "waiting";
  }

  async halt(): Promise<void> {
    await this.scpi.send("ACQ:STATE OFF");
  }

  taken(plan: CapturePlan): Promise<number> {
    if (plan.segments > 1) return this.scpi.queryNumber("ACQ:NUMFRAMESACQ?");
    return this.scpi.queryNumber("ACQ:NUMAC?").then((count) => (count >= (plan.average ?? 1) ? 1 : 0));
  }

  async readOut(plan: CapturePlan): Promise<ReadOut> {
    const times_s = await this.#frameTimes(plan);
    const record = await this.scpi.queryNumber(this.#timeBase.length);
    const view = this.#older ? await this.#windowIn(record, plan) : undefined;
    const { first, points } = view ?? { first: 0, points: record };
    const all: ChannelRecords[] = [];
    for (const { channel } of plan.channels) all.push(await this.#records(channel, plan, first, points));
    const { start_s, step_s } = view ?? (await this.#axis());
    const load = (segment: number): void => {
      for (const { block, format, volts } of all) {
        if (block) decodeBlock(block, format, 2 * segment * volts.length, volts);
      }
    };
    const volts = new Map(all.map((one) => [one.channel, one.volts]));
    return { times_s, start_s, step_s, volts, load, inMemory: true };
  }

  async #axis(): Promise<{ start_s: number; step_s: number }> {
    const step_s = await this.scpi.queryNumber("WFMO:XIN?");
    const zero_s = await this.scpi.queryNumber("WFMO:XZE?");
    const pointAtZero = await this.scpi.queryNumber("WFMO:PT_O?");
    return { start_s: zero_s - pointAtZero * step_s, step_s };
  }

  /** A record of these series is often longer than what was asked for: only that comes over the link. */
  async #windowIn(record: number, { channels, window_s, pretrigger_s }: CapturePlan): Promise<View> {
    await this.scpi.commands([`DAT:SOU CH${channels[0]?.channel ?? 1}`, "DAT:STAR 1", `DAT:STOP ${record}`]);
    const { start_s, step_s } = await this.#axis();
    const points = Math.min(record, Math.ceil((window_s / step_s) * (1 - 1e-9)));
    const first = Math.min(Math.max(0, Math.round((-pretrigger_s - start_s) / step_s)), record - points);
    return { first, points, start_s: start_s + first * step_s, step_s };
  }

  /** Scales and offsets beyond what the input has are set to the nearest without a word. */
  async #verifyChannels(plan: CapturePlan): Promise<void> {
    for (const { channel, range_V, offset_V } of plan.channels) {
      const scale_V = await this.scpi.queryNumber(`CH${channel}:SCA?`);
      refuseSmallerRange(this.label, channel, range_V, scale_V * DIVISIONS);
      const inForce_V = await this.scpi.queryNumber(`CH${channel}:OFFS?`);
      if (Math.abs(inForce_V - offset_V) <= scale_V / 10) continue;
      throw new MemrigError(
        "instrument-refused",
        `${this.label}: an offset of ${si(offset_V, "V")} was asked for on channel ${channel}, and the scope made it ` +
          `${si(inForce_V, "V")}. It is stopped. Choose a wider range, which has wider offsets.`,
        { channel, asked_V: offset_V, inForce_V },
      );
    }
  }

  async #frameTimes(plan: CapturePlan): Promise<number[]> {
    const [first] = plan.channels;
    if (plan.segments === 1 || !first) return [0];
    const times_s: number[] = [];
    let origin: ReturnType<typeof parseTimestamps>["origin"] | undefined;
    for (let from = 1; from <= plan.segments; from += TIMES_AT_ONCE) {
      const to = Math.min(plan.segments, from + TIMES_AT_ONCE - 1);
      const reply = await this.scpi.query(`HOR:FAST:TIMES:ALL:CH${first.channel}? ${from},${to}`);
      const part = parseTimestamps(reply, to - from + 1, origin);
      origin = part.origin;
      times_s.push(...part.times_s);
    }
    return times_s;
  }

  async #records(channel: number, plan: CapturePlan, first: number, points: number): Promise<ChannelRecords> {
    await this.scpi.commands([
      `DAT:SOU CH${channel}`,
      "DAT:ENC RIB",
      "DAT:WID 2",
      `DAT:STAR ${first + 1}`,
      `DAT:STOP ${first + points}`,
      ...(this.#older ? [] : ["DAT:FRAMESTAR 1", `DAT:FRAMESTOP ${plan.segments}`]),
    ]);
    // Field by field: the whole preamble has other fields in other firmware, and commas and blanks in its text.
    const perCode_V = await this.scpi.queryNumber("WFMO:YMU?");
    const codeAtZero = await this.scpi.queryNumber("WFMO:YOF?");
    const zero_V = await this.scpi.queryNumber("WFMO:YZE?");
    const volts = this.#memory.of(channel, points);
    // RIBinary: signed, most significant byte first. volts = (code − YOFF) · YMULT + YZERO (programmer manual, WFMOutpre).
    const scale = { reference: codeAtZero, increment: perCode_V, origin: zero_V };
    const format = { type: "i16", bigEndian: true, scale } as const;
    const limits = { timeout_ms: TRANSFER_TIMEOUT_MS };
    if (plan.segments === 1) {
      const { length } = await this.scpi.queryBinaryValues("CURV?", { ...format, into: volts }, limits);
      checkLength(this.label, channel, 2 * length, 2 * points);
      return { channel, block: undefined, format, volts };
    }
    const block = await this.scpi.queryBlock("CURV?", limits);
    checkLength(this.label, channel, block.length, 2 * points * plan.segments);
    return { channel, block, format, volts };
  }
}

async function generatorIn(scpi: ScpiClient, { generator }: TektronixModel): Promise<boolean> {
  if (generator === undefined) return false;
  return generator === "*OPT?" ? /AFG/i.test(await scpi.query(generator)) : scpi.queryBoolean(generator);
}

/** What makes a scope safe. Its only output is the function generator, where it has the option. */
function outputOf(hasGenerator: boolean): SafeState {
  return {
    halt: [],
    ramps: [],
    off: hasGenerator ? ["ACQ:STATE OFF", "AFG:OUTP:STATE 0"] : ["ACQ:STATE OFF"],
    isOn: hasGenerator ? ["AFG:OUTP:STATE?"] : [],
  };
}
