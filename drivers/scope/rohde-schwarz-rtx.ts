import type { CapturePlan, CaptureRanges } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { ScpiClient, parseNumbers, scpiErrors } from "../../src/scpi/index.js";
import { si } from "../../src/units.js";
import type { Session } from "../../src/visa/index.js";
import { SCPI_RAW_PORT } from "../entry.js";
import type { DriverEntry, SafeState } from "../entry.js";
import { identify, known } from "../support/identity.js";
import { checkCapture } from "./capture-check.js";
import { EdgeScope, RecordMemory, checkLength, refuseSmallerRange } from "./edge-scope.js";
import type { Progress, ReadOut, ScopeDialect } from "./edge-scope.js";
import { nextStep } from "./nice-steps.js";
import { everyGenerator, treeOf } from "./rohde-schwarz-dialects.js";
import type { RtxTree } from "./rohde-schwarz-dialects.js";

const identifies = /^Rohde&Schwarz,\s*RT(B2\d{3}|O\d*)\s*,/i;
const TRANSFER_TIMEOUT_MS = 60_000;
/** Neither family tells when the memory before the trigger is full: it takes its own time, and this. */
const ARMING_MS = 20;
const TIMES_AT_ONCE = 50;

export const rohdeSchwarzRtx = {
  name: "rohde-schwarz-rtx",
  kind: "scope",
  title: "Rohde & Schwarz RTB2000 and RTO oscilloscopes",
  identifies,
  safe: { ...outputOf(everyGenerator), isOn: [] },
  errors: scpiErrors,
  defaultPort: SCPI_RAW_PORT,
  open: (session, label) => RohdeSchwarzRtx.open(session, label),
} satisfies DriverEntry;

/** Where the wanted part lies in the records of a channel, by the data header. */
interface Part {
  readonly first: number;
  readonly count: number;
  readonly points: number;
  readonly start_s: number;
  readonly step_s: number;
}

/**
 * Rohde & Schwarz RTB2000 and RTO: segments by segmented memory and history, volts as 32-bit real numbers.
 *
 * The record may be longer than the window (its scale goes in steps of 1, 2, 5): the part that was asked for is kept.
 * `SING;*OPC?` is not used: without a trigger it never answers.
 *
 * Sources: RTB2000 and RTO user manuals, remote control; QCoDeS RTO1000 for the data header.
 */
export class RohdeSchwarzRtx implements ScopeDialect {
  readonly #memory = new RecordMemory();
  #started_ms = 0;

  private constructor(
    private readonly scpi: ScpiClient,
    private readonly label: string,
    private readonly tree: RtxTree,
    readonly safe: SafeState,
  ) {}

  get ranges(): CaptureRanges {
    return this.tree.ranges;
  }

  /** @throws MemrigError `bad-reply`: another instrument */
  static async open(session: Session, label: string): Promise<EdgeScope> {
    const scpi = new ScpiClient(session, label, scpiErrors);
    const identity = await identify(scpi, identifies, "Rohde & Schwarz RTB2000 and RTO");
    const options = await scpi.query("*OPT?");
    const tree = known(label, identity, treeOf(identity.model, identity.serial, options));
    await scpi.errors();
    const outputs = /\bB6\b/i.test(options) ? tree.generator : [];
    return new EdgeScope(scpi, label, identity, new RohdeSchwarzRtx(scpi, label, tree, outputOf(outputs)));
  }

  check(plan: CapturePlan): void {
    checkCapture(this.label, plan, this.ranges, this.#points(plan));
    if (this.tree.has50ohm || plan.channels.every(({ impedance }) => impedance !== "50")) return;
    throw new MemrigError(
      "invalid-request",
      `${this.label}: 50 Ω was asked for, and the inputs of this scope have 1 MΩ. Nothing was sent. ` +
        `Put a 50 Ω feed-through on the connector.`,
      {},
    );
  }

  async start(plan: CapturePlan): Promise<void> {
    const off = (n: number) => [`CHAN${n}:STAT OFF`];
    const channels = Array.from({ length: this.ranges.channels }, (_, index) => {
      const channel = plan.channels.find((one) => one.channel === index + 1);
      return channel ? this.tree.channel(channel, (plan.average ?? 1) > 1) : off(index + 1);
    });
    await this.scpi.commands(["STOP", ...channels.flat(), ...this.tree.timing(plan, this.#scale_s(plan))]);
    for (const { channel, range_V } of plan.channels) {
      refuseSmallerRange(this.label, channel, range_V, await this.scpi.queryNumber(`CHAN${channel}:RANG?`));
    }
    await this.scpi.commands(this.tree.record(plan, this.#points(plan)));
    const rate = await this.scpi.queryNumber("ACQ:SRAT?");
    if (rate * plan.window_s < plan.points * (1 - 1e-6)) {
      throw new MemrigError(
        "instrument-refused",
        `${this.label}: ${plan.points} points in ${si(plan.window_s, "s")} were asked for, and it samples at ` +
          `${si(rate, "Sa/s")}. It is stopped. Ask for fewer points or channels.`,
        { rate_Sa_per_s: rate },
      );
    }
    await this.scpi.command("SING");
    this.#started_ms = Date.now();
  }

  async progress(plan: CapturePlan): Promise<Progress> {
    const state = await this.scpi.query(this.tree.stateQuestion);
    const wanted = Math.max(plan.segments, plan.average ?? 1);
    const done = /^[A-Z]/i.test(state) ? !/^RUN/i.test(state) : Number(state) >= wanted;
    if (done) return "done";
    return Date.now() - this.#started_ms < ARMING_MS + 1000 * plan.pretrigger_s ? "filling" : "waiting";
  }

  async halt(): Promise<void> {
    await this.scpi.send("STOP");
  }

  async taken(plan: CapturePlan): Promise<number> {
    const records = await this.scpi.queryNumber("ACQ:AVA?");
    if (plan.segments > 1) return Math.min(records, plan.segments);
    return records >= 1 ? 1 : 0;
  }

  async readOut(plan: CapturePlan): Promise<ReadOut> {
    await this.scpi.commands([
      "STOP",
      ...this.tree.reading,
      // The whole memory, not what is shown of it.
      ...(this.tree.has50ohm ? [] : plan.channels.map(({ channel }) => `CHAN${channel}:DATA:POIN MAX`)),
      ...(plan.segments > 1 ? plan.channels.flatMap(({ channel }) => this.tree.history(channel).on) : []),
    ]);
    const times_s = await this.#times(plan);
    const parts = new Map<number, Part>();
    const whole = new Map<number, Float64Array>();
    const volts = new Map<number, Float64Array>();
    for (const { channel } of plan.channels) {
      const part = await this.#part(channel, plan);
      const values = this.#memory.of(channel, part.points);
      parts.set(channel, part);
      whole.set(channel, values);
      volts.set(channel, values.subarray(part.first, part.first + part.count));
    }
    const [{ start_s = 0, step_s = NaN } = {}] = parts.values();
    const load = async (segment: number) => {
      for (const [channel, into] of whole) await this.#read(channel, segment, plan, into);
    };
    return { times_s, start_s, step_s, volts, load };
  }

  /** In the history the newest record is 0, and older ones are negative; times are against the newest. */
  async #times(plan: CapturePlan): Promise<number[]> {
    const [first] = plan.channels;
    if (plan.segments === 1 || !first) return [0];
    const { node } = this.tree.history(first.channel);
    const times_s: number[] = [];
    for (let from = 0; from < plan.segments; from += TIMES_AT_ONCE) {
      const count = Math.min(TIMES_AT_ONCE, plan.segments - from);
      const ask = (i: number) => `:${node}:CURR ${historyIndex(from + i, plan)};:${node}:TSR?`;
      const reply = await this.scpi.query(Array.from({ length: count }, (_, i) => ask(i)).join(";"));
      times_s.push(...parseNumbers(reply.replaceAll(";", ",")));
    }
    if (times_s.length === plan.segments) return times_s;
    throw new MemrigError("bad-reply", `${this.label} gave ${times_s.length} times for ${plan.segments} records.`, {});
  }

  /** Header: time of the first and of the last sample, samples, values a sample (R&S manuals: the last one is in it). */
  async #part(channel: number, plan: CapturePlan): Promise<Part> {
    const reply = await this.scpi.query(`CHAN${channel}:DATA:HEAD?`);
    const [begin_s = NaN, end_s = NaN, points = NaN, values = NaN] = parseNumbers(reply);
    const step_s = (end_s - begin_s) / (points - 1);
    if (!(step_s > 0) || values !== 1) {
      throw new MemrigError("bad-reply", `${this.label}: "${reply}" is not the header of one value a sample.`, {
        reply,
      });
    }
    const first = Math.max(0, Math.round((-plan.pretrigger_s - begin_s) / step_s));
    const count = Math.min(points - first, Math.round(plan.window_s / step_s));
    return { first, count, points, start_s: begin_s + first * step_s, step_s };
  }

  async #read(channel: number, segment: number, plan: CapturePlan, into: Float64Array): Promise<void> {
    if (plan.segments > 1) {
      await this.scpi.command(`${this.tree.history(channel).node}:CURR ${historyIndex(segment, plan)}`);
    }
    const format = { type: "f32", bigEndian: false, into } as const;
    const limits = { timeout_ms: TRANSFER_TIMEOUT_MS };
    const { length } = await this.scpi.queryBinaryValues(`CHAN${channel}:DATA?`, format, limits);
    checkLength(this.label, channel, 4 * length, 4 * into.length);
  }

  #scale_s(plan: CapturePlan): number {
    return nextStep(plan.window_s / this.tree.horizontalDivisions);
  }

  /** Of the whole record. */
  #points(plan: CapturePlan): number {
    const needed = Math.ceil(
      (plan.points * this.#scale_s(plan) * this.tree.horizontalDivisions) / plan.window_s - 1e-6,
    );
    return Math.max(this.tree.leastPoints, needed);
  }
}

function historyIndex(segment: number, plan: CapturePlan): number {
  return segment + 1 - plan.segments;
}

/** What makes a scope safe. Its only outputs are those of the waveform generator (option B6). @param outputs nodes that it has */
function outputOf(outputs: readonly string[]): SafeState {
  return {
    halt: [],
    ramps: [],
    off: ["STOP", ...outputs.map((output) => `${output} 0`)],
    isOn: outputs.map((output) => `${output}?`),
  };
}
