import type { CapturePlan, CaptureRanges } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { ScpiClient, noErrorQueue } from "../../src/scpi/index.js";
import { si } from "../../src/units.js";
import type { Session } from "../../src/visa/index.js";
import { SCPI_RAW_PORT } from "../entry.js";
import type { DriverEntry, SafeState } from "../entry.js";
import { identify, known } from "../support/identity.js";
import { stopIfAborted } from "../support/wait.js";
import { EdgeScope, RecordMemory, checkLength, refuseSmallerRange } from "./edge-scope.js";
import type { Progress, ReadOut, ScopeDialect } from "./edge-scope.js";
import { familyOf } from "./siglent-sds-models.js";
import type { SdsFamily } from "./siglent-sds-models.js";
import { VERTICAL_DIVISIONS, recordFor, settingsFor } from "./siglent-sds-plan.js";
import type { SdsRecord } from "./siglent-sds-plan.js";
import { applySettings, ask, numberIn, wordIn } from "./siglent-settings.js";
import { parseWaveDescriptor, sinceFirst } from "./siglent-wavedesc.js";
import type { Stamp, WaveDescriptor } from "./siglent-wavedesc.js";

const identifies = /^Siglent Technologies,\s*SDS(1[12]\d[24]X-E|(8\d[24]|[12]\d\d[24])X HD|2\d\d[24]X Plus)\s*,/i;
const TRANSFER_TIMEOUT_MS = 60_000;
/** Armed, and the time of the memory before the trigger is over: it waits, whatever word it has for that. */
const FILLED_MS = 1000;
/** Stopped without having been seen to wait: the trigger came between two looks. */
const UNSEEN_MS = 1000;
/** Bytes asked for at once from a scope of the flat language, so that an abort gets through. */
const PIECE = 2_000_000;
/** Codes a division of the flat language (SDS1104X-E programming guide, WAVEFORM?). */
const FLAT_CODES = 25;

// TRIG_MODE is in both languages. The generator is off too, the one inside and the one that is plugged in (SAG1021I): both have the
// commands of the SDG generators and channel C1 only (SDS programming guide EN11D, WGEN commands, OUTPut). Scopes without one pass
// over that message, and leave the question unanswered: the guardian does not ask it.
const GENERATOR = "C1:OUTP";
/** What answers within this is there: the generator's own reply, of a scope that nothing else is asked of. */
const GENERATOR_TIMEOUT_MS = 300;
/** Older firmware of the SDS2000X Plus leaves `*OPT?` unanswered (as ngscopeclient found). */
const OPTIONS_TIMEOUT_MS = 1000;
const safe: SafeState = { halt: [], ramps: [], off: ["TRIG_MODE STOP", `${GENERATOR} OFF`], isOn: [] };

export const siglentSds = {
  name: "siglent-sds",
  kind: "scope",
  title: "Siglent SDS1000X-E, SDS800X HD, SDS1000X HD, SDS2000X HD and SDS2000X Plus oscilloscopes",
  identifies,
  safe,
  errors: noErrorQueue,
  defaultPort: SCPI_RAW_PORT,
  open: (session, label) => SiglentSds.open(session, label),
} satisfies DriverEntry;

/** Codes of a channel to volts. */
interface Scale {
  readonly perCode_V: number;
  readonly atZero_V: number;
}

/**
 * Siglent SDS: two languages, one driver. The newer scopes take sequences, whose records carry time stamps; the SDS1000X-E
 * takes one record a trigger. They have no error queue that all of them would answer, so every setting is asked back. The
 * record is a whole number of 1-2-5 steps a division long and may be longer than the window: the part that was asked for
 * is read.
 *
 * Sources: SDS programming guide EN11F (tree, descriptor), SDS1000X-E programming guide (flat language); quirks as
 * ngscopeclient, PyMeasure and the contributed QCoDeS driver found them.
 */
export class SiglentSds implements ScopeDialect {
  readonly #memory = new RecordMemory();
  #record: SdsRecord | undefined;
  #seenArmed = false;
  #complete = false;
  #started_ms = 0;

  private constructor(
    private readonly scpi: ScpiClient,
    private readonly label: string,
    private readonly family: SdsFamily,
    readonly safe: SafeState,
  ) {}

  get ranges(): CaptureRanges {
    return this.family.ranges;
  }

  /** @throws MemrigError `bad-reply`: another instrument */
  static async open(session: Session, label: string): Promise<EdgeScope> {
    const scpi = new ScpiClient(session, label, noErrorQueue);
    const identity = await identify(scpi, identifies, siglentSds.title);
    const family = known(label, identity, familyOf(identity.model));
    const found = (family.hasOptions && (await hasOption(scpi))) || (await generatorAnswers(scpi));
    const asked = found ? { ...safe, isOn: [`${GENERATOR}?`] } : safe;
    return new EdgeScope(scpi, label, identity, new SiglentSds(scpi, label, family, asked));
  }

  check(plan: CapturePlan): void {
    recordFor(this.label, plan, this.family);
  }

  async start(plan: CapturePlan): Promise<void> {
    const record = recordFor(this.label, plan, this.family);
    // The memory's depth is not taken in STOP.
    await this.scpi.send("TRIG_MODE AUTO");
    await applySettings(this.scpi, settingsFor(plan, record, this.family), () => this.halt());
    for (const { channel, range_V } of plan.channels) {
      refuseSmallerRange(this.label, channel, range_V, (await this.#scale_V(channel)) * VERTICAL_DIVISIONS);
    }
    const rate = await this.#number(this.family.tree ? ":ACQ:SRAT?" : "SARA?");
    if (!(rate * plan.window_s >= plan.points * (1 - 1e-6))) {
      await this.halt();
      throw new MemrigError(
        "instrument-refused",
        `${this.label}: ${plan.points} points in ${si(plan.window_s, "s")} were asked for, and it samples at ` +
          `${si(rate, "Sa/s")} with ${plan.channels.length} channels. It is stopped. Ask for fewer points or channels.`,
        { rate_Sa_per_s: rate },
      );
    }
    this.#record = record;
    this.#seenArmed = this.#complete = false;
    if (!this.family.tree) await this.#number("INR?"); // asking clears what was of before
    await this.scpi.send("TRIG_MODE SINGLE");
    this.#started_ms = Date.now();
  }

  async progress(plan: CapturePlan): Promise<Progress> {
    const state = wordIn(await ask(this.scpi, this.family.tree ? ":TRIG:STAT?" : "SAST?"));
    const elapsed_ms = Date.now() - this.#started_ms;
    if (state !== "STOP") {
      this.#seenArmed ||= /^(ARM|READY|TRIG)/.test(state);
      // AUTO is still that of before; ARM lasts while the memory before the trigger fills, on some for as long as it waits.
      if (state === "READY" || state.startsWith("TRIG")) return "waiting";
      return this.#seenArmed && elapsed_ms > FILLED_MS + 1000 * plan.pretrigger_s ? "waiting" : "filling";
    }
    // The state may be that of before; the flat language says by bit 0 whether there is a new record.
    const fresh = this.family.tree ? false : ((await this.#number("INR?")) & 1) === 1;
    this.#complete = fresh || this.#seenArmed || elapsed_ms > UNSEEN_MS;
    return this.#complete ? "done" : "filling";
  }

  async halt(): Promise<void> {
    await this.scpi.send("TRIG_MODE STOP");
  }

  async taken(plan: CapturePlan): Promise<number> {
    const [first] = plan.channels;
    if (plan.segments === 1 || !first) return this.#complete ? 1 : 0;
    return Math.min(plan.segments, (await this.#descriptor(first.channel, "0,1")).records);
  }

  async readOut(plan: CapturePlan, signal: AbortSignal): Promise<ReadOut> {
    const record = this.#record ?? recordFor(this.label, plan, this.family);
    const [first] = plan.channels;
    const times_s = plan.segments > 1 && first ? await this.#times(first.channel, plan.segments) : [0];
    const scales = new Map<number, Scale>();
    let points = record.depth;
    for (const { channel } of plan.channels) {
      if (this.family.tree) {
        const descriptor = await this.#descriptor(channel, plan.segments > 1 ? "1,0" : undefined);
        points = descriptor.points;
        scales.set(channel, descriptor);
      } else {
        points = numberIn(await ask(this.scpi, `SANU? C${channel}`));
        const zero_V = -(await this.#number(`C${channel}:OFST?`));
        scales.set(channel, { perCode_V: (await this.#scale_V(channel)) / FLAT_CODES, atZero_V: zero_V });
      }
    }
    const length_s = record.scale_s * this.family.divisions;
    const step_s = length_s / points;
    const begin_s = record.delay_s - length_s / 2;
    const from = Math.max(0, Math.round((-plan.pretrigger_s - begin_s) / step_s));
    const count = Math.min(points - from, Math.round(plan.window_s / step_s));
    const volts = new Map(plan.channels.map(({ channel }) => [channel, this.#memory.of(channel, count)]));
    const most = this.family.tree ? await this.#number(":WAV:MAXP?") : PIECE;
    const load = async (segment: number) => {
      for (const [channel, into] of volts) {
        if (this.family.tree) await this.#select(channel, plan.segments > 1 ? `${segment + 1},0` : undefined);
        const scale = scales.get(channel) ?? { perCode_V: NaN, atZero_V: NaN };
        await this.#read(channel, from, most, scale, into, signal);
      }
    };
    return { times_s, start_s: begin_s + from * step_s, step_s, volts, load };
  }

  /** As many at once as the scope gives: time stamps follow the descriptor. */
  async #times(channel: number, segments: number): Promise<number[]> {
    const stamps: Stamp[] = [];
    while (stamps.length < segments) {
      const { stamps: more } = await this.#descriptor(channel, `0,${stamps.length + 1}`);
      if (more.length === 0) {
        const got = `${stamps.length} times for ${segments} records`;
        throw new MemrigError("bad-reply", `${this.label} gave ${got}.`, { stamps: stamps.length, segments });
      }
      stamps.push(...more);
    }
    return sinceFirst(stamps.slice(0, segments));
  }

  /** @param sequence record and first record, as `:WAV:SEQ` takes them; undefined: no sequence was taken */
  async #select(channel: number, sequence: string | undefined): Promise<void> {
    await this.scpi.send(`:WAV:SOUR C${channel}`);
    if (sequence !== undefined) await this.scpi.send(`:WAV:SEQ ${sequence}`);
  }

  async #descriptor(channel: number, sequence: string | undefined): Promise<WaveDescriptor> {
    await this.#select(channel, sequence);
    for (const command of [`:WAV:WIDT ${this.family.wide ? "WORD" : "BYTE"}`, ":WAV:INT 1"]) {
      await this.scpi.send(command);
    }
    return parseWaveDescriptor(this.label, await this.scpi.queryBlock(":WAV:PRE?"));
  }

  /** In pieces as long as the scope gives them. */
  async #read(
    channel: number,
    from: number,
    most: number,
    { perCode_V, atZero_V }: Scale,
    into: Float64Array,
    signal: AbortSignal,
  ): Promise<void> {
    const { tree, wide } = this.family;
    const limits = { timeout_ms: TRANSFER_TIMEOUT_MS };
    for (let at = 0; at < into.length;) {
      stopIfAborted(signal, this.label, `${at} of ${into.length} points were read`);
      const piece = into.subarray(at, at + Math.min(most, into.length - at));
      if (tree) {
        await this.scpi.send(`:WAV:STAR ${from + at}`);
        await this.scpi.send(`:WAV:POIN ${piece.length}`);
      } else await this.scpi.send(`WFSU SP,1,NP,${piece.length},FP,${from + at}`);
      const question = tree ? ":WAV:DATA?" : `C${channel}:WF? DAT2`;
      // Two's complement in either width, as every driver reads them; the manual's 255 is off by one code.
      const type = wide ? "i16" : "i8";
      const scale = { reference: 0, increment: perCode_V, origin: atZero_V };
      const format = { type, bigEndian: false, scale, into: piece } as const;
      const { length } = await this.scpi.queryBinaryValues(question, format, limits);
      const width = wide ? 2 : 1;
      checkLength(this.label, channel, width * length, width * piece.length);
      at += piece.length;
    }
  }

  #scale_V(channel: number): Promise<number> {
    return this.#number(this.family.tree ? `:CHAN${channel}:SCAL?` : `C${channel}:VDIV?`);
  }

  /** @throws MemrigError `bad-reply`: no number */
  async #number(question: string): Promise<number> {
    const reply = await ask(this.scpi, question);
    const value = numberIn(reply);
    if (!Number.isNaN(value)) return value;
    throw new MemrigError("bad-reply", `${this.label} answered ${question} with "${reply}".`, { question, reply });
  }
}

/** `FG` among the options. False where they can not be asked. */
async function hasOption(scpi: ScpiClient): Promise<boolean> {
  return /\bFG\b/i.test(await answerWithin(scpi, "*OPT?", OPTIONS_TIMEOUT_MS));
}

/** A generator says whether its output is on. What does not answer can not be verified either. */
async function generatorAnswers(scpi: ScpiClient): Promise<boolean> {
  return /\b(ON|OFF)\b/i.test(await answerWithin(scpi, `${GENERATOR}?`, GENERATOR_TIMEOUT_MS));
}

/** Empty: it did not answer. */
async function answerWithin(scpi: ScpiClient, question: string, timeout_ms: number): Promise<string> {
  try {
    return await scpi.query(question, { timeout_ms });
  } catch (error) {
    if (error instanceof MemrigError && error.kind === "no-answer") return "";
    throw error;
  }
}
