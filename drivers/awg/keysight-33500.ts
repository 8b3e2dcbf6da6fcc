import type {
  Identity,
  LoadedCycle,
  LoadedWaveform,
  PulseCycle,
  PulseRanges,
  PulseSource,
  WaveformPlan,
} from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { ScpiClient, blockMessage, scpiErrors } from "../../src/scpi/index.js";
import { sci, si } from "../../src/units.js";
import type { Session } from "../../src/visa/index.js";
import { identify, parseIdentity } from "../support/identity.js";
import { anyOn, turnOff } from "../support/outputs.js";
import { SCPI_RAW_PORT } from "../entry.js";
import type { DriverEntry, SafeState } from "../entry.js";
import { codesOf, toArb } from "./arb-cycle.js";
import type { ArbCycle } from "./arb-cycle.js";
import { modelOf } from "./keysight-33500-models.js";
import { functionName, waveformCommands } from "./keysight-33500-waveform.js";
import { checkWaveform, frequencyOf, shownShare } from "./waveform-check.js";

const identifies = /(Agilent|Keysight) Technologies,\s*33[56]\d\d[AB]/i;

/** Name of our waveform in the generator's volatile memory. */
const NAME = "MEMRIG";
/** A long waveform is taken in before the next question is answered. */
const UPLOAD_TIMEOUT_MS = 30_000;
/** What a setting reads back may differ by its resolution. */
const RATE_TOLERANCE = 1e-6;
const LEVEL_TOLERANCE_V = 2e-3;
/** `OUTP:LOAD INF` reads back as this, or as Infinity once it is parsed. */
const HIGH_IMPEDANCE = 9.9e37;

/** What turns a generator with so many channels off: each channel by a message of its own. */
function outputsOf(channels: number): SafeState {
  const all = Array.from({ length: channels }, (_, i) => i + 1);
  return { halt: [], ramps: [], off: all.map((n) => `OUTP${n} OFF`), isOn: all.map((n) => `OUTP${n}?`) };
}

export const keysight33500 = {
  name: "keysight-33500",
  kind: "awg",
  title: "Keysight and Agilent 33500 and 33600 generators",
  identifies,
  // Two channels: a generator with one refuses the second message, and nothing else happens.
  safe: { ...outputsOf(2), isOn: outputsOf(1).isOn },
  safeOf: (identity) => outputsOf(modelOf(parseIdentity(identity)?.model ?? "")?.channels ?? 1),
  errors: scpiErrors,
  defaultPort: SCPI_RAW_PORT,
  open: (session, label) => Keysight33500.open(session, label),
} satisfies DriverEntry;

/**
 * Keysight (Agilent) 33500 and 33600 generators as a pulse source: the cycle is an arbitrary waveform, played as a
 * counted burst on a trigger from here. Levels are open-circuit volts; the output has 50 Ω in series.
 *
 * Connecting changes nothing. Loading turns the channel off while it works, because a burst that is being changed
 * would play on its own, and back on where it was on.
 *
 * Sources: Agilent 33500 Series Operating and Service Guide (33500-90901), Keysight 33500/33600 programming help.
 */
export class Keysight33500 implements PulseSource {
  readonly #loaded = new Set<number>();

  private constructor(
    private readonly scpi: ScpiClient,
    readonly label: string,
    readonly identity: Identity,
    readonly channels: number,
    readonly ranges: PulseRanges,
  ) {}

  /**
   * Identifies the instrument and empties its error queue. Changes nothing else.
   *
   * @throws MemrigError `bad-reply`: another instrument
   */
  static async open(session: Session, label: string): Promise<Keysight33500> {
    const scpi = new ScpiClient(session, label, scpiErrors);
    const identity = await identify(scpi, identifies, "Keysight and Agilent 33500 and 33600");
    const model = modelOf(identity.model);
    if (!model) throw new MemrigError("bad-reply", `${label} is a model ${identity.model}, which is not known.`, {});
    await scpi.errors();
    return new Keysight33500(scpi, label, identity, model.channels, model.ranges);
  }

  async load(channel: number, cycle: PulseCycle, cycles: number): Promise<LoadedCycle> {
    this.#checkChannel(channel);
    if (!(Number.isInteger(cycles) && cycles >= 1 && cycles <= this.ranges.maxCycles)) {
      throw new MemrigError(
        "invalid-request",
        `${this.label}: ${cycles} cycles were asked for; the generator plays 1 to ${this.ranges.maxCycles}. Nothing was sent.`,
        { asked: cycles },
      );
    }
    const arb = toArb(this.label, cycle, this.ranges);

    const wasOn = await this.scpi.queryBoolean(`OUTP${channel}?`);
    this.#loaded.delete(channel);
    await this.outputOff(channel);
    await this.#upload(channel, arb.codes);
    await this.#play(channel, arb, cycle.limit, cycles);
    await this.#verify(channel, arb, cycle.limit, cycles);
    this.#loaded.add(channel);
    if (wasOn) await this.outputOn(channel);
    return arb.loaded;
  }

  async setWaveform(channel: number, plan: WaveformPlan): Promise<LoadedWaveform> {
    this.#checkChannel(channel);
    checkWaveform(this.label, plan, this.ranges);
    const wasOn = await this.scpi.queryBoolean(`OUTP${channel}?`);
    this.#loaded.delete(channel);
    await this.outputOff(channel);
    const { waveform } = plan;
    if (waveform.shape === "samples") await this.#upload(channel, codesOf(waveform.volts, plan.low_V, plan.high_V));
    const { sourceResistance_ohm, maxLevel_V } = this.ranges;
    await this.scpi.commands(waveformCommands(channel, plan, NAME, sourceResistance_ohm, maxLevel_V));
    const played = await this.#verifyWaveform(channel, plan);
    this.#loaded.add(channel);
    if (wasOn) await this.outputOn(channel);
    return played;
  }

  async outputOn(channel: number): Promise<void> {
    this.#checkLoaded(channel, "turn its output on");
    await this.scpi.command(`OUTP${channel} ON`);
    if (await this.scpi.queryBoolean(`OUTP${channel}?`)) return;
    throw new MemrigError(
      "instrument-refused",
      `${this.label}: the output of channel ${channel} was turned on and answers that it is off. Is it overloaded?`,
      { channel },
    );
  }

  async outputOff(channel: number): Promise<void> {
    this.#checkChannel(channel);
    await turnOff(this.scpi, { off: [`OUTP${channel} OFF`], isOn: [`OUTP${channel}?`] });
  }

  async trigger(channel: number): Promise<void> {
    this.#checkLoaded(channel, "trigger it");
    // Not *TRG: that would start the other channel's burst too.
    await this.scpi.command(`TRIG${channel}`);
  }

  async makeSafe(): Promise<void> {
    await turnOff(this.scpi, outputsOf(this.channels));
  }

  async outputIsOn(): Promise<boolean> {
    return (await anyOn(this.scpi, outputsOf(this.channels))) !== undefined;
  }

  async close(): Promise<void> {
    await this.scpi.session.close();
  }

  /** Puts the samples into the channel's memory. The output is off. */
  async #upload(channel: number, codes: Int16Array): Promise<void> {
    const bytes = new Uint8Array(2 * codes.length);
    const view = new DataView(bytes.buffer);
    codes.forEach((code, i) => view.setInt16(2 * i, code));
    const source = `SOUR${channel}`;
    await this.scpi.commands(
      [
        `${source}:BURS:STAT OFF`,
        // A name that is loaded can not be loaded again.
        `${source}:DATA:VOL:CLE`,
        // Big-endian; documents and drivers disagree about what it is when nobody says.
        "FORM:BORD NORM",
        blockMessage(`${source}:DATA:ARB:DAC ${NAME},`, bytes),
        "*WAI",
      ],
      { timeout_ms: UPLOAD_TIMEOUT_MS },
    );
  }

  /** Makes the waveform a burst that waits for its trigger. Any notice of the generator counts as a refusal. */
  async #play(channel: number, arb: ArbCycle, limit: PulseCycle["limit"], cycles: number): Promise<void> {
    const source = `SOUR${channel}`;
    await this.scpi.commands([
      // The load can not be changed under limits, nor the levels past the old ones.
      `${source}:VOLT:LIM:STAT OFF`,
      `OUTP${channel}:LOAD INF`,
      `OUTP${channel}:POL NORM`,
      `${source}:FUNC:ARB ${NAME}`,
      // The rate before the filter: without the filter the fastest rates do not exist.
      `${source}:FUNC:ARB:SRAT ${sci(arb.loaded.rate_Sa_per_s)}`,
      `${source}:FUNC:ARB:FILT OFF`,
      `${source}:FUNC ARB`,
      `${source}:VOLT:UNIT VPP`,
      // Offset through zero, so that no pair of old and new settings is ever beyond the range.
      `${source}:VOLT:OFFS 0`,
      `${source}:VOLT ${sci(arb.high_V - arb.low_V)}`,
      `${source}:VOLT:OFFS ${sci((arb.high_V + arb.low_V) / 2)}`,
      // The lower one out of the way first: the upper one must stay above it.
      `${source}:VOLT:LIM:LOW ${sci(-this.ranges.maxLevel_V)}`,
      `${source}:VOLT:LIM:HIGH ${sci(Math.min(Math.max(limit.high_V, arb.high_V), this.ranges.maxLevel_V))}`,
      `${source}:VOLT:LIM:LOW ${sci(Math.max(Math.min(limit.low_V, arb.low_V), -this.ranges.maxLevel_V))}`,
      `${source}:VOLT:LIM:STAT ON`,
      `TRIG${channel}:SOUR BUS`,
      `TRIG${channel}:DEL 0`,
      `${source}:BURS:MODE TRIG`,
      `${source}:BURS:PHAS 0`,
      `${source}:BURS:NCYC ${cycles}`,
      `${source}:BURS:STAT ON`,
    ]);
  }

  /** Reads back what the sample's life depends on. */
  async #verify(channel: number, arb: ArbCycle, limit: PulseCycle["limit"], cycles: number): Promise<void> {
    const source = `SOUR${channel}`;
    const expect = (question: string, good: (value: number) => boolean, asked: string) =>
      this.#expect(channel, question, good, asked);
    const { rate_Sa_per_s, samples } = arb.loaded;
    const high_V = Math.max(limit.high_V, arb.high_V) + LEVEL_TOLERANCE_V;
    const low_V = Math.min(limit.low_V, arb.low_V) - LEVEL_TOLERANCE_V;
    await expect(`OUTP${channel}:LOAD?`, (value) => value >= HIGH_IMPEDANCE, "a high-impedance load");
    await expect(`${source}:DATA:ATTR:POIN? ${NAME}`, (value) => value === samples, `a waveform of ${samples} samples`);
    const rate = `a rate of ${si(rate_Sa_per_s, "Sa/s")}`;
    await expect(`${source}:FUNC:ARB:SRAT?`, near(rate_Sa_per_s, RATE_TOLERANCE * rate_Sa_per_s), rate);
    await expect(`${source}:VOLT:HIGH?`, near(arb.high_V, LEVEL_TOLERANCE_V), `a high level of ${si(arb.high_V, "V")}`);
    await expect(`${source}:VOLT:LOW?`, near(arb.low_V, LEVEL_TOLERANCE_V), `a low level of ${si(arb.low_V, "V")}`);
    await expect(`${source}:VOLT:LIM:HIGH?`, (value) => value <= high_V, `a limit of ${si(limit.high_V, "V")}`);
    await expect(`${source}:VOLT:LIM:LOW?`, (value) => value >= low_V, `a limit of ${si(limit.low_V, "V")}`);
    await expect(`${source}:VOLT:LIM:STAT?`, (value) => value === 1, "a voltage limit");
    await expect(`${source}:BURS:NCYC?`, (value) => value === cycles, `a burst of ${cycles} cycles`);
    await expect(`${source}:BURS:STAT?`, (value) => value === 1, "a burst");
  }

  /** Reads back function, levels, limits and period of a waveform. */
  async #verifyWaveform(channel: number, plan: WaveformPlan): Promise<LoadedWaveform> {
    const source = `SOUR${channel}`;
    const share = shownShare(plan.load_ohm, this.ranges.sourceResistance_ohm);
    const expect = (question: string, good: (value: number) => boolean, asked: string) =>
      this.#expect(channel, question, good, asked);
    const played = (await this.scpi.query(`${source}:FUNC?`)).trim();
    if (played !== functionName(plan)) {
      throw new MemrigError(
        "instrument-refused",
        `${this.label}: ${functionName(plan)} was set, and the function reads back ${played}. The output of channel ${channel} is off.`,
        { channel, played },
      );
    }
    const load = plan.load_ohm;
    const loadIsRight = load === undefined ? (value: number) => value >= HIGH_IMPEDANCE : near(load, 1e-3 * load);
    await expect(`OUTP${channel}:LOAD?`, loadIsRight, load === undefined ? "a high-impedance load" : si(load, "ohm"));
    const level = async (end: "HIGH" | "LOW", asked_V: number): Promise<number> => {
      const question = plan.waveform.shape === "dc" ? `${source}:VOLT:OFFS?` : `${source}:VOLT:${end}?`;
      const shown_V = await expect(
        question,
        near(asked_V * share, LEVEL_TOLERANCE_V),
        `a level of ${si(asked_V, "V")}`,
      );
      return shown_V / share;
    };
    const high_V = await level("HIGH", plan.high_V);
    const low_V = await level("LOW", plan.low_V);
    const { limit } = plan;
    const most_V = limit.high_V * share + LEVEL_TOLERANCE_V;
    const least_V = limit.low_V * share - LEVEL_TOLERANCE_V;
    await expect(`${source}:VOLT:LIM:HIGH?`, (value) => value <= most_V, `a limit of ${si(limit.high_V, "V")}`);
    await expect(`${source}:VOLT:LIM:LOW?`, (value) => value >= least_V, `a limit of ${si(limit.low_V, "V")}`);
    await expect(`${source}:VOLT:LIM:STAT?`, (value) => value === 1, "a voltage limit");
    const wanted_Hz = frequencyOf(plan);
    if (wanted_Hz === undefined) return { low_V, high_V };
    if (plan.burst) {
      const { cycles } = plan.burst;
      await expect(`${source}:BURS:NCYC?`, (value) => value === cycles, `a burst of ${cycles} cycles`);
    }
    const question = plan.waveform.shape === "samples" ? `${source}:FUNC:ARB:FREQ?` : `${source}:FREQ?`;
    const asked = `a frequency of ${si(wanted_Hz, "Hz")}`;
    const frequency_Hz = await expect(question, near(wanted_Hz, RATE_TOLERANCE * wanted_Hz), asked);
    return { low_V, high_V, frequency_Hz };
  }

  /** @throws MemrigError `instrument-refused`: a setting reads back as another than was set; the output is off */
  async #expect(channel: number, question: string, good: (value: number) => boolean, asked: string): Promise<number> {
    const value = await this.scpi.queryNumber(question);
    if (good(value)) return value;
    throw new MemrigError(
      "instrument-refused",
      `${this.label}: ${asked} was set, and ${question} reads back ${value}. The output of channel ${channel} is off.`,
      { channel, question, value },
    );
  }

  #checkChannel(channel: number): void {
    if (Number.isInteger(channel) && channel >= 1 && channel <= this.channels) return;
    throw new MemrigError(
      "invalid-request",
      `${this.label}: channel ${channel} was asked for; a ${this.identity.model} has ${this.channels}. Nothing was sent.`,
      { channel, channels: this.channels },
    );
  }

  #checkLoaded(channel: number, what: string): void {
    this.#checkChannel(channel);
    if (this.#loaded.has(channel)) return;
    throw new MemrigError(
      "invalid-request",
      `${this.label}: nothing was loaded into channel ${channel}, so its levels and limits are not known. Nothing was ` +
        `sent. Load a cycle before you ${what}.`,
      { channel },
    );
  }
}

function near(wanted: number, tolerance: number): (value: number) => boolean {
  return (value) => Math.abs(value - wanted) <= tolerance;
}
