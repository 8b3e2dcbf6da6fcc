import type { Identity, LoadedWaveform, PulseCycle, PulseRanges, WaveformPlan } from "../../src/capabilities/index.js";
import { ScpiClient, blockMessage, scpiErrors } from "../../src/scpi/index.js";
import { sci, si } from "../../src/units.js";
import type { Session } from "../../src/visa/index.js";
import { SCPI_RAW_PORT } from "../entry.js";
import type { DriverEntry } from "../entry.js";
import { identify, known, parseIdentity } from "../support/identity.js";
import type { ArbCycle } from "./arb-cycle.js";
import { ArbGenerator, LEVEL_TOLERANCE_V, RATE_TOLERANCE, near } from "./arb-generator.js";
import type { Check } from "./arb-generator.js";
import { modelOf } from "./keysight-33500-models.js";
import { functionName, waveformCommands } from "./keysight-33500-waveform.js";
import { loadCheck, outputsOf, readLevels } from "./source-checks.js";
import { shownShare } from "./waveform-check.js";

const identifies = /(Agilent|Keysight) Technologies,\s*33[56]\d\d[AB]/i;

/** Name of our waveform in the generator's volatile memory. */
const NAME = "MEMRIG";
/** A long waveform is taken in before the next question is answered. */
const UPLOAD_TIMEOUT_MS = 30_000;

/** What turns a generator with so many channels off: each channel by a message of its own. */
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
 * Keysight (Agilent) 33500 and 33600 generators.
 *
 * Sources: Agilent 33500 Series Operating and Service Guide (33500-90901), Keysight 33500/33600 programming help.
 */
export class Keysight33500 extends ArbGenerator {
  private constructor(scpi: ScpiClient, label: string, identity: Identity, channels: number, ranges: PulseRanges) {
    super(scpi, label, identity, channels, ranges, outputsOf(channels));
  }

  /**
   * Identifies the instrument and empties its error queue. Changes nothing else.
   *
   * @throws MemrigError `bad-reply`: another instrument
   */
  static async open(session: Session, label: string): Promise<Keysight33500> {
    const scpi = new ScpiClient(session, label, scpiErrors);
    const identity = await identify(scpi, identifies, "Keysight and Agilent 33500 and 33600");
    const model = known(label, identity, modelOf(identity.model));
    await scpi.errors();
    return new Keysight33500(scpi, label, identity, model.channels, model.ranges);
  }

  protected switchOf(channel: number) {
    return { on: `OUTP${channel} ON`, off: [`OUTP${channel} OFF`], isOn: [`OUTP${channel}?`] };
  }

  protected async fire(channel: number): Promise<void> {
    // Not *TRG: that would start the other channel's burst too.
    await this.scpi.command(`TRIG${channel}`);
  }

  protected async upload(channel: number, codes: Int16Array): Promise<void> {
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

  protected cycleCommands(channel: number, arb: ArbCycle, limit: PulseCycle["limit"], cycles: number): string[] {
    const source = `SOUR${channel}`;
    return [
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
    ];
  }

  protected cycleChecks(channel: number, arb: ArbCycle, limit: PulseCycle["limit"], cycles: number): Check[] {
    const source = `SOUR${channel}`;
    const { rate_Sa_per_s, samples } = arb.loaded;
    const rate = `a rate of ${si(rate_Sa_per_s, "Sa/s")}`;
    const highest_V = Math.max(limit.high_V, arb.high_V);
    const lowest_V = Math.min(limit.low_V, arb.low_V);
    return [
      loadCheck(`OUTP${channel}:LOAD?`, undefined),
      near(`${source}:DATA:ATTR:POIN? ${NAME}`, samples, 0, `a waveform of ${samples} samples`),
      near(`${source}:FUNC:ARB:SRAT?`, rate_Sa_per_s, RATE_TOLERANCE * rate_Sa_per_s, rate),
      near(`${source}:VOLT:HIGH?`, arb.high_V, LEVEL_TOLERANCE_V, `a high level of ${si(arb.high_V, "V")}`),
      near(`${source}:VOLT:LOW?`, arb.low_V, LEVEL_TOLERANCE_V, `a low level of ${si(arb.low_V, "V")}`),
      ...limitChecks(source, lowest_V, highest_V, limit),
      near(`${source}:BURS:NCYC?`, cycles, 0, `a burst of ${cycles} cycles`),
      near(`${source}:BURS:STAT?`, 1, 0, "a burst"),
    ];
  }

  protected waveformCommands(channel: number, plan: WaveformPlan): string[] {
    const { sourceResistance_ohm, maxLevel_V } = this.ranges;
    return waveformCommands(channel, plan, NAME, sourceResistance_ohm, maxLevel_V);
  }

  protected waveformChecks(channel: number, plan: WaveformPlan): Check[] {
    const source = `SOUR${channel}`;
    const share = shownShare(plan.load_ohm, this.ranges.sourceResistance_ohm);
    const { limit, burst } = plan;
    const name = functionName(plan);
    return [
      { question: `${source}:FUNC?`, asked: name, read: (reply) => reply.trim(), good: (value) => value === name },
      loadCheck(`OUTP${channel}:LOAD?`, plan.load_ohm),
      ...limitChecks(source, limit.low_V * share, limit.high_V * share, limit),
      ...(burst ? [near(`${source}:BURS:NCYC?`, burst.cycles, 0, `a burst of ${burst.cycles} cycles`)] : []),
      near(`${source}:BURS:STAT?`, burst ? 1 : 0, 0, burst ? "a burst" : "no burst"),
    ];
  }

  protected readWaveform(channel: number, plan: WaveformPlan): Promise<LoadedWaveform> {
    const source = `SOUR${channel}`;
    const question = plan.waveform.shape === "samples" ? `${source}:FUNC:ARB:FREQ?` : `${source}:FREQ?`;
    const { sourceResistance_ohm } = this.ranges;
    return readLevels(this.scpi, source, plan, sourceResistance_ohm, () => this.scpi.queryNumber(question));
  }
}

/** @param low_V as shown for the load, like `high_V` */
function limitChecks(source: string, low_V: number, high_V: number, limit: PulseCycle["limit"]): Check[] {
  return [
    {
      question: `${source}:VOLT:LIM:HIGH?`,
      asked: `a limit of ${si(limit.high_V, "V")}`,
      good: (value) => Number(value) <= high_V + LEVEL_TOLERANCE_V,
    },
    {
      question: `${source}:VOLT:LIM:LOW?`,
      asked: `a limit of ${si(limit.low_V, "V")}`,
      good: (value) => Number(value) >= low_V - LEVEL_TOLERANCE_V,
    },
    near(`${source}:VOLT:LIM:STAT?`, 1, 0, "a voltage limit"),
  ];
}
