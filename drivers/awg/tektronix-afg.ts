import type { Identity, LoadedWaveform, PulseCycle, WaveformPlan } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { ScpiClient, blockMessage, scpiErrors } from "../../src/scpi/index.js";
import { sci, si } from "../../src/units.js";
import type { Session } from "../../src/visa/index.js";
import type { DriverEntry } from "../entry.js";
import { identify, known, parseIdentity } from "../support/identity.js";
import type { ArbCycle } from "./arb-cycle.js";
import { ArbGenerator, LEVEL_TOLERANCE_V, RATE_TOLERANCE, near } from "./arb-generator.js";
import type { Check } from "./arb-generator.js";
import { modelOf } from "./tektronix-afg-models.js";
import type { AfgModel } from "./tektronix-afg-models.js";
import { burstCommands, levelCommands, shapeCommands, shapeName } from "./tektronix-afg-waveform.js";
import { loadCheck, outputsOf, readLevels, refuseBandwidth } from "./source-checks.js";
import { shownShare } from "./waveform-check.js";

const identifies = /^TEKTRONIX,\s*AFG3\d{3,4}C?,/i;

/** Raw socket of the AFG31000; the AFG3000C is reached by VXI-11, USB or GPIB. */
const SOCKET_PORT = 4000;
const UPLOAD_TIMEOUT_MS = 30_000;
/** 14-bit codes: 0 is the lower level, 16 382 the upper one (programmer manual, DATA:DATA). */
const TOP_CODE = 16_382;
const FULL_SCALE = 32_767;

export const tektronixAfg = {
  name: "tektronix-afg",
  kind: "awg",
  title: "Tektronix AFG3000, AFG3000C and AFG31000 generators",
  identifies,
  // Two channels: a generator with one refuses the second message, and nothing else happens.
  safe: { ...outputsOf(2), isOn: outputsOf(1).isOn },
  safeOf: (identity) => outputsOf(modelOf(parseIdentity(identity)?.model ?? "")?.channels ?? 1),
  errors: scpiErrors,
  defaultPort: SOCKET_PORT,
  open: (session, label) => TektronixAfg.open(session, label),
} satisfies DriverEntry;

/**
 * Tektronix AFG3000(C) and AFG31000 in basic mode: samples repeat at the frequency of the whole waveform, there is no sample
 * clock to set. A trigger is for all channels, so one channel is not triggered while another that is loaded is on.
 *
 * Sources: AFG3000 Series Programmer Manual (071-1639), AFG31000 examples of Tektronix, QCoDeS `AFG3000`, PyMeasure `afg3152c`.
 */
export class TektronixAfg extends ArbGenerator {
  private constructor(
    scpi: ScpiClient,
    label: string,
    identity: Identity,
    private readonly model: AfgModel,
  ) {
    super(scpi, label, identity, model.channels, model.ranges, outputsOf(model.channels));
  }

  /**
   * Identifies the instrument and empties its error queue. Changes nothing else.
   *
   * @throws MemrigError `bad-reply`: another instrument
   */
  static async open(session: Session, label: string): Promise<TektronixAfg> {
    const scpi = new ScpiClient(session, label, scpiErrors);
    const identity = await identify(scpi, identifies, "Tektronix AFG3000 and AFG31000");
    const model = known(label, identity, modelOf(identity.model));
    await scpi.errors();
    return new TektronixAfg(scpi, label, identity, model);
  }

  protected switchOf(channel: number) {
    return { on: `OUTP${channel} ON`, off: [`OUTP${channel} OFF`], isOn: [`OUTP${channel}?`] };
  }

  protected async fire(channel: number): Promise<void> {
    const other = 3 - channel;
    if (other <= this.channels && (await this.scpi.queryBoolean(`OUTP${other}?`))) {
      throw new MemrigError(
        "invalid-request",
        `${this.label}: a trigger starts the bursts of all channels, and channel ${other} is on. Nothing was triggered. ` +
          `Turn channel ${other} off before.`,
        { channel, other },
      );
    }
    // There is no bus source: with the source external, *TRG is the external trigger.
    await this.scpi.command("*TRG");
  }

  protected async upload(channel: number, codes: Int16Array): Promise<void> {
    // The one edit memory of an AFG3000.
    if (this.model.memories === "shared") await this.takeOneMemory(channel);
    const memory = this.#memoryOf(channel);
    const bytes = new Uint8Array(2 * codes.length);
    const view = new DataView(bytes.buffer);
    codes.forEach((code, i) => view.setUint16(2 * i, Math.round(((code + FULL_SCALE) / (2 * FULL_SCALE)) * TOP_CODE)));
    await this.scpi.commands(
      [
        `SOUR${channel}:BURS:STAT OFF`,
        `DATA:DEF ${memory},${codes.length}`,
        blockMessage(`DATA:DATA ${memory},`, bytes),
        "*WAI",
      ],
      { timeout_ms: UPLOAD_TIMEOUT_MS },
    );
  }

  protected cycleCommands(channel: number, arb: ArbCycle, limit: PulseCycle["limit"], cycles: number): string[] {
    const source = `SOUR${channel}`;
    const { rate_Sa_per_s, samples } = arb.loaded;
    return [
      `OUTP${channel}:IMP INF`,
      `OUTP${channel}:POL NORM`,
      `${source}:FREQ:MODE CW`,
      `${source}:FUNC:SHAP ${this.#memoryOf(channel)}`,
      `${source}:FREQ ${sci(rate_Sa_per_s / samples)}`,
      ...levelCommands(source, arb, widest(limit, arb), this.ranges.maxLevel_V, 1),
      ...burstCommands(source, cycles),
    ];
  }

  protected cycleChecks(channel: number, arb: ArbCycle, limit: PulseCycle["limit"], cycles: number): Check[] {
    const source = `SOUR${channel}`;
    const { rate_Sa_per_s, samples } = arb.loaded;
    const frequency_Hz = rate_Sa_per_s / samples;
    return [
      loadCheck(`OUTP${channel}:IMP?`, undefined),
      shapeCheck(source, this.#memoryOf(channel)),
      near(`DATA:POIN? ${this.#memoryOf(channel)}`, samples, 0, `a waveform of ${samples} samples`),
      near(`${source}:FREQ?`, frequency_Hz, RATE_TOLERANCE * frequency_Hz, `a frequency of ${si(frequency_Hz, "Hz")}`),
      near(`${source}:VOLT:HIGH?`, arb.high_V, LEVEL_TOLERANCE_V, `a high level of ${si(arb.high_V, "V")}`),
      near(`${source}:VOLT:LOW?`, arb.low_V, LEVEL_TOLERANCE_V, `a low level of ${si(arb.low_V, "V")}`),
      ...limitChecks(source, widest(limit, arb), 1),
      near(`${source}:BURS:NCYC?`, cycles, 0, `a burst of ${cycles} cycles`),
      near(`${source}:BURS:STAT?`, 1, 0, "a burst"),
    ];
  }

  protected override checkFamily(_channel: number, plan: WaveformPlan): void {
    refuseBandwidth(this.label, plan);
  }

  protected waveformCommands(channel: number, plan: WaveformPlan): string[] {
    const source = `SOUR${channel}`;
    const share = shownShare(plan.load_ohm, this.ranges.sourceResistance_ohm);
    if (plan.waveform.shape !== "samples") this.leaveOneMemory(channel);
    return [
      `${source}:BURS:STAT OFF`,
      `OUTP${channel}:IMP ${plan.load_ohm === undefined ? "INF" : sci(plan.load_ohm)}`,
      `OUTP${channel}:POL ${plan.polarity === "inverted" ? "INV" : "NORM"}`,
      `${source}:FREQ:MODE CW`,
      ...shapeCommands(source, plan, this.#memoryOf(channel)),
      ...levelCommands(source, plan, plan.limit, this.ranges.maxLevel_V, share, plan.waveform.shape === "dc"),
      ...(plan.burst ? burstCommands(source, plan.burst.cycles) : []),
    ];
  }

  protected waveformChecks(channel: number, plan: WaveformPlan): Check[] {
    const source = `SOUR${channel}`;
    const share = shownShare(plan.load_ohm, this.ranges.sourceResistance_ohm);
    const { burst } = plan;
    return [
      loadCheck(`OUTP${channel}:IMP?`, plan.load_ohm),
      shapeCheck(source, shapeName(plan, this.#memoryOf(channel))),
      ...limitChecks(source, plan.limit, share),
      ...(burst ? [near(`${source}:BURS:NCYC?`, burst.cycles, 0, `a burst of ${burst.cycles} cycles`)] : []),
      near(`${source}:BURS:STAT?`, burst ? 1 : 0, 0, burst ? "a burst" : "no burst"),
    ];
  }

  protected readWaveform(channel: number, plan: WaveformPlan): Promise<LoadedWaveform> {
    const source = `SOUR${channel}`;
    const { sourceResistance_ohm } = this.ranges;
    return readLevels(this.scpi, source, plan, sourceResistance_ohm, () => this.scpi.queryNumber(`${source}:FREQ?`));
  }

  #memoryOf(channel: number): string {
    return this.model.memories === "shared" ? "EMEM" : `EMEM${channel}`;
  }
}

/** The cycle's own limits, not inside the levels that the smallest amplitude makes. */
function widest(limit: PulseCycle["limit"], { low_V, high_V }: ArbCycle): PulseCycle["limit"] {
  return { low_V: Math.min(limit.low_V, low_V), high_V: Math.max(limit.high_V, high_V) };
}

function shapeCheck(source: string, name: string): Check {
  const question = `${source}:FUNC:SHAP?`;
  return { question, asked: `the shape ${name}`, read: (reply) => reply.trim(), good: (value) => value === name };
}

function limitChecks(source: string, limit: PulseCycle["limit"], share: number): Check[] {
  const asked = `limits of ${si(limit.low_V, "V")} and ${si(limit.high_V, "V")}`;
  const highest_V = limit.high_V * share + LEVEL_TOLERANCE_V;
  const lowest_V = limit.low_V * share - LEVEL_TOLERANCE_V;
  return [
    { question: `${source}:VOLT:LIM:HIGH?`, asked, good: (value) => Number(value) <= highest_V },
    { question: `${source}:VOLT:LIM:LOW?`, asked, good: (value) => Number(value) >= lowest_V },
  ];
}
