import type { CapturePlan, CaptureRanges } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { ScpiClient } from "../../src/scpi/index.js";
import { si } from "../../src/units.js";
import { decodeBlock } from "../../src/visa/index.js";
import type { BinaryFormat, Session } from "../../src/visa/index.js";
import type { DriverEntry, SafeState } from "../entry.js";
import { identify, known } from "../support/identity.js";
import { checkCapture } from "./capture-check.js";
import { EdgeScope, RecordMemory, checkLength, refuseSmallerRange } from "./edge-scope.js";
import type { Progress, ReadOut, ScopeDialect } from "./edge-scope.js";
import { tektronixEvents } from "./tektronix-events.js";
import { rangesOf } from "./tektronix-mso-models.js";
import { DIVISIONS, channelCommands, rateFor, recordCommands, triggerCommands } from "./tektronix-mso-plan.js";
import { parseTimestamps } from "./tektronix-timestamps.js";

const identifies = /^TEKTRONIX,\s*(MSO|LPD)[456][468](B|LP)?\b/i;
const family = "Tektronix 4, 5 and 6 series MSO";
/** The scope's socket server; its protocol is to be set to None, or each reply comes with a prompt. */
const SOCKET_PORT = 4000;
const TRANSFER_TIMEOUT_MS = 60_000;
/** Frame times asked for in one message; each takes some 40 characters. */
const TIMES_AT_ONCE = 100;

export const tektronixMso = {
  name: "tektronix-mso",
  kind: "scope",
  title: "Tektronix 4, 5 and 6 series MSO oscilloscopes",
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

/**
 * Tektronix 4, 5 and 6 series MSO: segments by FastFrame, averages, 16-bit read-out.
 *
 * Connecting changes nothing but the form of replies (`HEAD OFF`, without which each repeats its command). One question
 * a message throughout: after a slip, replies of this family are one behind until it is turned off and on.
 *
 * Sources: 4, 5, 6 series MSO programmer manual; FastFrame times as the DPO/TDS drivers of others read them.
 */
export class TektronixMso implements ScopeDialect {
  readonly #memory = new RecordMemory();

  private constructor(
    private readonly scpi: ScpiClient,
    private readonly label: string,
    readonly ranges: CaptureRanges,
    readonly safe: SafeState,
  ) {}

  /** @throws MemrigError `bad-reply`: another instrument */
  static async open(session: Session, label: string): Promise<EdgeScope> {
    const scpi = new ScpiClient(session, label, tektronixEvents);
    const identity = await identify(scpi, identifies, family);
    const ranges = known(label, identity, rangesOf(identity.model));
    await scpi.send("HEAD OFF");
    const hasGenerator = /AFG/i.test(await scpi.query("*OPT?"));
    await scpi.errors();
    return new EdgeScope(scpi, label, identity, new TektronixMso(scpi, label, ranges, outputOf(hasGenerator)));
  }

  check(plan: CapturePlan): void {
    checkCapture(this.label, plan, this.ranges, plan.points);
  }

  async start(plan: CapturePlan): Promise<void> {
    const channels = channelCommands(plan, this.ranges.channels);
    // DESE: what it masks is missing from the queue too, so that a refusal would not be seen.
    await this.scpi.commands(["HEAD OFF", "DESE 255", "ACQ:STATE OFF", ...channels, ...triggerCommands(plan)]);
    await this.#verifyChannels(plan);
    const rate = await this.#setRate(plan);
    const points = Math.ceil(plan.window_s * rate * (1 - 1e-9));
    await this.scpi.commands(recordCommands(plan, rate, points));
    await this.#verifyRecord(plan, points);
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
    const points = await this.scpi.queryNumber("HOR:MODE:RECO?");
    const all: ChannelRecords[] = [];
    for (const { channel } of plan.channels) all.push(await this.#records(channel, plan, points));
    const step_s = await this.scpi.queryNumber("WFMO:XIN?");
    const zero_s = await this.scpi.queryNumber("WFMO:XZE?");
    const pointAtZero = await this.scpi.queryNumber("WFMO:PT_O?");
    const load = (segment: number): Promise<void> => {
      for (const { block, format, volts } of all) {
        if (block) decodeBlock(block, format, 2 * segment * volts.length, volts);
      }
      return Promise.resolve();
    };
    const volts = new Map(all.map((one) => [one.channel, one.volts]));
    return { times_s, start_s: zero_s - pointAtZero * step_s, step_s, volts, load };
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

  /** The scope takes the nearest rate it has, which may be too slow: then the next one. */
  async #setRate(plan: CapturePlan): Promise<number> {
    const wanted = rateFor(plan, 1 / this.ranges.minStep_s);
    await this.scpi.command("HOR:MODE MAN");
    for (const factor of [1, 1.5, 2]) {
      await this.scpi.command(`HOR:MODE:SAMPLER ${(wanted * factor).toExponential()}`);
      const inForce = await this.scpi.queryNumber("HOR:MODE:SAMPLER?");
      if (inForce >= wanted * (1 - 1e-6)) return inForce;
    }
    throw new MemrigError(
      "instrument-refused",
      `${this.label}: ${si(wanted, "Sa/s")} were asked for, and the scope stays slower. It is stopped. ` +
        `Ask for fewer points, or capture fewer channels.`,
      { wanted_Sa_per_s: wanted },
    );
  }

  async #verifyRecord(plan: CapturePlan, points: number): Promise<void> {
    const record = await this.scpi.queryNumber("HOR:MODE:RECO?");
    const frames = plan.segments > 1 ? await this.scpi.queryNumber("HOR:FAST:COUN?") : 1;
    if (record >= points && frames === plan.segments) return;
    throw new MemrigError(
      "instrument-refused",
      `${this.label}: ${plan.segments} records of ${points} points were asked for, and the scope has room for ${frames} of ` +
        `${record}. It is stopped. Ask for fewer records or fewer points.`,
      { record, frames },
    );
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

  async #records(channel: number, plan: CapturePlan, points: number): Promise<ChannelRecords> {
    await this.scpi.commands([
      `DAT:SOU CH${channel}`,
      "DAT:ENC RIB",
      "DAT:WID 2",
      "DAT:STAR 1",
      `DAT:STOP ${points}`,
      "DAT:FRAMESTAR 1",
      `DAT:FRAMESTOP ${plan.segments}`,
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

/** What makes a scope safe. Its only output is the function generator, where it has the option. */
function outputOf(hasGenerator: boolean): SafeState {
  return {
    halt: [],
    ramps: [],
    off: hasGenerator ? ["ACQ:STATE OFF", "AFG:OUTP:STATE 0"] : ["ACQ:STATE OFF"],
    isOn: hasGenerator ? ["AFG:OUTP:STATE?"] : [],
  };
}
