import type { CapturePlan, CaptureRanges } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { ScpiClient, scpiErrors } from "../../src/scpi/index.js";
import { si } from "../../src/units.js";
import type { BinaryFormat, Session } from "../../src/visa/index.js";
import type { DriverEntry, SafeState } from "../entry.js";
import { identify, known } from "../support/identity.js";
import { pause, stopIfAborted } from "../support/wait.js";
import { EdgeScope, RecordMemory, refuseSmallerRange } from "./edge-scope.js";
import type { Progress, ReadOut, ScopeDialect } from "./edge-scope.js";
import { parseRigolPreamble } from "./rigol-preamble.js";
import type { RigolPreamble } from "./rigol-preamble.js";
import { familyOf } from "./rigol-scope-models.js";
import type { RigolFamily } from "./rigol-scope-models.js";
import { VERTICAL_DIVISIONS, depthWord, recordFor, settingCommands } from "./rigol-scope-plan.js";

const identifies = /^RIGOL TECHNOLOGIES,\s*(DS1\d{3}Z|MSO1\d{3}Z|MSO5\d{3})/i;
const SOCKET_PORT = 5555;
/** After `:SING` the state is still that of before for so long (DS1000Z). */
const SETTLE_MS = 100;
/** STOP without having been seen to wait: the trigger came between two looks. */
const UNSEEN_MS = 1000;
const EMPTY_TRIES = 40;
const EMPTY_PAUSE_MS = 50;
const TRANSFER_TIMEOUT_MS = 60_000;

// The generator of the -S models and of the MSO5000's option is off too. Others refuse those messages, and nothing else
// happens; who does not know which model it is can not ask whether it is on, because others would not answer.
const GENERATOR_OUTPUTS = [":SOUR1:OUTP", ":SOUR2:OUTP"];
const safe: SafeState = {
  halt: [],
  ramps: [],
  off: [":STOP", ...GENERATOR_OUTPUTS.map((output) => `${output} OFF`)],
  isOn: [],
};
/** Long enough for one that has a generator; one that has none is silent. */
const GENERATOR_TIMEOUT_MS = 500;

export const rigolScope = {
  name: "rigol-scope",
  kind: "scope",
  title: "Rigol DS1000Z, MSO1000Z and MSO5000 oscilloscopes",
  identifies,
  safe,
  errors: scpiErrors,
  defaultPort: SOCKET_PORT,
  open: (session, label) => RigolScope.open(session, label),
} satisfies DriverEntry;

/**
 * Rigol DS1000Z, MSO1000Z and MSO5000: one record a trigger.
 *
 * Recorded frames carry no time stamps over remote control, so there are no segments: `maxSegments` is 1. The record is a
 * whole number of 1-2-5 steps a division long and may be longer than the window: the part that was asked for is read.
 *
 * Sources: DS1000Z and MSO5000 programming guides; quirks as other people's drivers found them.
 */
export class RigolScope implements ScopeDialect {
  readonly safe = safe;
  readonly #memory = new RecordMemory();
  #seenArmed = false;
  #complete = false;
  #started_ms = 0;

  private constructor(
    private readonly scpi: ScpiClient,
    private readonly label: string,
    private readonly family: RigolFamily,
  ) {}

  get ranges(): CaptureRanges {
    return this.family.ranges;
  }

  /** @throws MemrigError `bad-reply`: another instrument */
  static async open(session: Session, label: string): Promise<EdgeScope> {
    const scpi = new ScpiClient(session, label, scpiErrors);
    const identity = await identify(scpi, identifies, "Rigol DS1000Z, MSO1000Z and MSO5000");
    const family = known(label, identity, familyOf(identity.model));
    await scpi.errors();
    return new EdgeScope(scpi, label, identity, new RigolScope(scpi, label, family));
  }

  check(plan: CapturePlan): void {
    recordFor(this.label, plan, this.family);
  }

  /**
   * An output whose OFF is taken without an error, and that answers, is there. `*OPT?`, which would say it, is left unanswered by an
   * MSO5000 of firmware 00.01.03.03.00 that has a generator (as its users found).
   */
  async furtherOutputs(): Promise<readonly string[]> {
    if (!this.family.mayHaveGenerator) return [];
    const there: string[] = [];
    for (const output of GENERATOR_OUTPUTS) {
      await this.scpi.send(`${output} OFF`);
      if ((await this.scpi.errors()).length > 0) continue;
      try {
        await this.scpi.query(`${output}?`, { timeout_ms: GENERATOR_TIMEOUT_MS });
        there.push(`${output}?`);
      } catch (error) {
        if (!(error instanceof MemrigError && (error.kind === "no-answer" || error.kind === "instrument-refused")))
          throw error;
      }
    }
    return there;
  }

  async start(plan: CapturePlan): Promise<void> {
    const record = recordFor(this.label, plan, this.family);
    await this.scpi.commands(settingCommands(plan, record, this.ranges.channels));
    for (const { channel, range_V, offset_V } of plan.channels) {
      const scale_V = await this.scpi.queryNumber(`:CHAN${channel}:SCAL?`);
      refuseSmallerRange(this.label, channel, range_V, scale_V * VERTICAL_DIVISIONS);
      await this.#verify(`:CHAN${channel}:OFFS?`, -offset_V, scale_V / 10, `an offset of ${si(offset_V, "V")}`);
    }
    // The depth is taken while the scope runs only.
    await this.scpi.commands([":RUN", `:ACQ:MDEP ${depthWord(record.depth, this.family)}`]);
    await this.#verify(":TIM:SCAL?", record.scale_s, record.scale_s / 1000, `${si(record.scale_s, "s")} a division`);
    await this.#verify(":TIM:OFFS?", record.offset_s, record.scale_s / 10, `a delay of ${si(record.offset_s, "s")}`);
    const rate = await this.scpi.queryNumber(":ACQ:SRAT?");
    if (rate * plan.window_s < plan.points * (1 - 1e-6)) {
      await this.halt();
      throw new MemrigError(
        "instrument-refused",
        `${this.label}: ${plan.points} points in ${si(plan.window_s, "s")} were asked for, and it samples at ` +
          `${si(rate, "Sa/s")} with ${plan.channels.length} channels. It is stopped. Ask for fewer points or channels.`,
        { rate_Sa_per_s: rate },
      );
    }
    this.#seenArmed = this.#complete = false;
    await this.scpi.command(":SING");
    this.#started_ms = Date.now();
    await pause(SETTLE_MS, new AbortController().signal);
  }

  /** TD is momentary. STOP means done where it was seen armed before; else the state may be that of before `:SING`. */
  async progress(): Promise<Progress> {
    const state = (await this.scpi.query(":TRIG:STAT?")).trim().toUpperCase();
    if (state === "STOP") {
      this.#complete = this.#seenArmed || Date.now() - this.#started_ms > UNSEEN_MS;
      return this.#complete ? "done" : "filling";
    }
    this.#seenArmed = true;
    return state === "RUN" ? "filling" : "waiting";
  }

  async halt(): Promise<void> {
    await this.scpi.send(":STOP");
  }

  taken(): Promise<number> {
    return Promise.resolve(this.#complete ? 1 : 0);
  }

  async readOut(plan: CapturePlan, signal: AbortSignal): Promise<ReadOut> {
    // RAW is there only when stopped. The MSO5000 never answers when it is asked for data too soon, without *WAI.
    await this.scpi.commands([":STOP", "*WAI"]);
    let axis = { start_s: 0, step_s: NaN };
    const volts = new Map<number, Float64Array>();
    for (const { channel } of plan.channels) {
      // Source, mode and format each time: without them some firmware hangs.
      await this.scpi.commands([`:WAV:SOUR CHAN${channel}`, ":WAV:MODE RAW", ":WAV:FORM BYTE"]);
      const preamble = parseRigolPreamble(await this.scpi.query(":WAV:PRE?"));
      const first = Math.max(0, Math.round((-plan.pretrigger_s - preamble.start_s) / preamble.step_s));
      const values = this.#memory.of(channel, Math.round(plan.window_s / preamble.step_s));
      await this.#read(first, preamble, values, signal);
      volts.set(channel, values);
      axis = { start_s: preamble.start_s + first * preamble.step_s, step_s: preamble.step_s };
    }
    return { times_s: [0], ...axis, volts, load: () => Promise.resolve() };
  }

  /** In pieces as long as the scope gives them. */
  async #read(first: number, { codeAtZero, perCode_V }: RigolPreamble, into: Float64Array, signal: AbortSignal) {
    for (let at = 0; at < into.length;) {
      stopIfAborted(signal, this.label, `${at} of ${into.length} points were read`);
      const wanted = Math.min(this.family.chunk, into.length - at);
      await this.scpi.send(`:WAV:STAR ${first + at + 1}`);
      await this.scpi.send(`:WAV:STOP ${first + at + wanted}`);
      at += await this.#piece(into.subarray(at, at + wanted), {
        reference: codeAtZero,
        increment: perCode_V,
        origin: 0,
      });
    }
    // Asked once for all pieces: there may be 48 of them, and nothing is handed on before.
    const errors = await this.scpi.errors();
    if (errors.length > 0) throw this.scpi.refused([":WAV:STAR, :WAV:STOP and :WAV:DATA? of each piece"], errors);
  }

  /** An empty block means that it is not ready yet. @returns points that came */
  async #piece(into: Float64Array, scale: NonNullable<BinaryFormat["scale"]>): Promise<number> {
    const format = { type: "u8", bigEndian: true, scale, into } as const;
    for (let attempt = 0; attempt < EMPTY_TRIES; attempt++) {
      const { length } = await this.scpi.queryBinaryValues(":WAV:DATA?", format, { timeout_ms: TRANSFER_TIMEOUT_MS });
      if (length > into.length) {
        throw new MemrigError(
          "bad-reply",
          `${this.label} gave ${length} points where ${into.length} were asked for.`,
          {},
        );
      }
      if (length > 0) return length;
      await pause(EMPTY_PAUSE_MS, new AbortController().signal);
    }
    throw new MemrigError("no-answer", `${this.label} gave ${EMPTY_TRIES} empty blocks where data were asked for.`, {});
  }

  /** What does not fit is set to the nearest without a word. */
  async #verify(question: string, asked: number, slack: number, what: string): Promise<void> {
    const inForce = await this.scpi.queryNumber(question);
    if (Math.abs(inForce - asked) <= slack) return;
    await this.halt();
    throw new MemrigError(
      "instrument-refused",
      `${this.label}: ${what} was asked for, and ${question} answers ${inForce}. It is stopped. Choose a setting that it has.`,
      { question, asked, inForce },
    );
  }
}
