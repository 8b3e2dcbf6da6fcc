import type { Identity, LoadedWaveform, PulseCycle, WaveformPlan } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { ScpiClient, scpiErrors } from "../../src/scpi/index.js";
import { sci, si } from "../../src/units.js";
import type { Session } from "../../src/visa/index.js";
import type { DriverEntry } from "../entry.js";
import { identify, known } from "../support/identity.js";
import type { ArbCycle } from "./arb-cycle.js";
import { ArbGenerator, LEVEL_TOLERANCE_V, RATE_TOLERANCE, near } from "./arb-generator.js";
import type { Check } from "./arb-generator.js";
import { DG_CHANNELS, modelOf } from "./rigol-dg-models.js";
import type { DgModel } from "./rigol-dg-models.js";
import { dac16Messages, dacMessage } from "./rigol-dg-upload.js";
import {
  burstChecks,
  burstCommands,
  levelCommands,
  shapeChecks,
  shapeCommands,
  shapeName,
  word,
} from "./rigol-dg-waveform.js";
import { loadCheck, outputsOf, readLevels, refuseBandwidth } from "./source-checks.js";
import { frequencyOf, shownShare } from "./waveform-check.js";

const identifies = /^rigol technologies,\s*DG(10[236]2Z|4(06|10|16|20)2),/i;

const SOCKET_PORT = 5555;
const UPLOAD_TIMEOUT_MS = 30_000;
const safe = outputsOf(DG_CHANNELS, ":OUTP");

export const rigolDg = {
  name: "rigol-dg",
  kind: "awg",
  title: "Rigol DG1000Z and DG4000 generators",
  identifies,
  safe,
  errors: scpiErrors,
  defaultPort: SOCKET_PORT,
  open: (session, label) => RigolDg.open(session, label),
} satisfies DriverEntry;

/**
 * Rigol DG1000Z and DG4000. They have no voltage limits: levels are checked here before, and read back before the output
 * goes on.
 *
 * Sources: DG1000Z Programming Guide (pages 2-56, 2-173, 2-174), DG4000 Programming Guide (DATA:DAC), QCoDeS `Rigol_DG4000`
 * and `RigolDG1062`, public DAC16 uploaders.
 */
export class RigolDg extends ArbGenerator {
  private constructor(
    scpi: ScpiClient,
    label: string,
    identity: Identity,
    private readonly model: DgModel,
  ) {
    super(scpi, label, identity, DG_CHANNELS, model.ranges, safe);
  }

  /**
   * Identifies the instrument and empties its error queue. Changes nothing else.
   *
   * @throws MemrigError `bad-reply`: another instrument
   */
  static async open(session: Session, label: string): Promise<RigolDg> {
    const scpi = new ScpiClient(session, label, scpiErrors);
    const identity = await identify(scpi, identifies, "Rigol DG1000Z and DG4000");
    const model = known(label, identity, modelOf(identity.model));
    await scpi.errors();
    return new RigolDg(scpi, label, identity, model);
  }

  protected switchOf(channel: number) {
    return { on: `:OUTP${channel} ON`, off: [`:OUTP${channel} OFF`], isOn: [`:OUTP${channel}?`] };
  }

  protected async fire(channel: number): Promise<void> {
    // Not *TRG: that would start the other channel's burst too.
    await this.scpi.command(`:SOUR${channel}:BURS:TRIG`);
  }

  protected async upload(channel: number, codes: Int16Array): Promise<void> {
    const source = `:SOUR${channel}`;
    const options = { timeout_ms: UPLOAD_TIMEOUT_MS };
    if (this.#sampleClock) {
      await this.scpi.commands(
        [
          `${source}:BURS OFF`,
          // In frequency mode up to 8192 samples would be joined by straight lines (programming guide, page 2-174).
          `${source}:FUNC USER`,
          `${source}:FUNC:ARB:MODE SRATE`,
          ...dac16Messages(source, codes),
        ],
        options,
      );
      return;
    }
    // Nobody has written down whether a DG4000 keeps a volatile memory for each channel.
    await this.takeOneMemory(channel);
    // The data go to the channel that is selected, and switch it to them: the wrong one may be on.
    await this.scpi.command(`:SYST:CHAN:CUR CH${channel}`);
    const selected = await this.scpi.query(":SYST:CHAN:CUR?");
    if (selected.trim().toUpperCase() !== `CH${channel}`) {
      throw new MemrigError(
        "instrument-refused",
        `${this.label}: channel ${channel} was selected for the samples, and ${selected} is. Nothing was uploaded; channel ` +
          `${channel} is off.`,
        { channel, selected },
      );
    }
    await this.scpi.commands([`${source}:BURS OFF`, dacMessage(codes)], options);
  }

  protected cycleCommands(channel: number, arb: ArbCycle, _limit: PulseCycle["limit"], cycles: number): string[] {
    const source = `:SOUR${channel}`;
    const { rate_Sa_per_s, samples } = arb.loaded;
    return [
      ...this.#outputCommands(channel, undefined, "NORM"),
      `${this.#shapeNode(channel)} USER`,
      ...this.#rateCommands(channel, rate_Sa_per_s, samples),
      ...levelCommands(source, arb, 1),
      ...burstCommands(source, cycles, this.#sampleClock),
    ];
  }

  protected cycleChecks(channel: number, arb: ArbCycle, _limit: PulseCycle["limit"], cycles: number): Check[] {
    const source = `:SOUR${channel}`;
    const { rate_Sa_per_s, samples } = arb.loaded;
    return [
      ...this.#outputChecks(channel, undefined, "NORM"),
      word(`${this.#shapeNode(channel)}?`, "USER", "the shape USER"),
      ...this.#rateChecks(channel, rate_Sa_per_s, samples),
      near(`${source}:VOLT:HIGH?`, arb.high_V, LEVEL_TOLERANCE_V, `a high level of ${si(arb.high_V, "V")}`),
      near(`${source}:VOLT:LOW?`, arb.low_V, LEVEL_TOLERANCE_V, `a low level of ${si(arb.low_V, "V")}`),
      ...burstChecks(source, cycles, this.#sampleClock),
    ];
  }

  protected override checkFamily(_channel: number, plan: WaveformPlan): void {
    const refuse = (why: string): never => {
      throw new MemrigError("invalid-request", `${this.label}: ${why}`, { shape: plan.waveform.shape });
    };
    const { waveform } = plan;
    refuseBandwidth(this.label, plan);
    if (waveform.shape !== "samples") return;
    const repeated_Hz = frequencyOf(plan) ?? 0;
    if (repeated_Hz > this.model.arbMax_Hz) {
      const most = si(this.model.arbMax_Hz, "Hz");
      refuse(
        `samples that repeat at ${si(repeated_Hz, "Hz")} were asked for; up to ${most} is possible. Nothing was sent.`,
      );
    }
    if (this.#sampleClock && waveform.volts.length < 8) {
      refuse(`${waveform.volts.length} samples were asked for; at least 8 are possible. Nothing was sent.`);
    }
  }

  protected waveformCommands(channel: number, plan: WaveformPlan): string[] {
    const source = `:SOUR${channel}`;
    const { waveform, burst } = plan;
    const share = shownShare(plan.load_ohm, this.ranges.sourceResistance_ohm);
    if (plan.waveform.shape !== "samples") this.leaveOneMemory(channel);
    return [
      `${source}:BURS OFF`,
      `${source}:SWE:STAT OFF`,
      `${source}:MOD OFF`,
      ...this.#outputCommands(channel, plan.load_ohm, plan.polarity === "inverted" ? "INV" : "NORM"),
      ...shapeCommands(source, this.#shapeNode(channel), plan),
      ...(waveform.shape === "samples"
        ? this.#rateCommands(channel, waveform.rate_Sa_per_s, waveform.volts.length)
        : []),
      ...levelCommands(source, plan, share, waveform.shape === "dc"),
      ...(burst ? burstCommands(source, burst.cycles, this.#sampleClock) : []),
    ];
  }

  protected waveformChecks(channel: number, plan: WaveformPlan): Check[] {
    const source = `:SOUR${channel}`;
    const { waveform, burst } = plan;
    const name = shapeName(plan);
    return [
      ...this.#outputChecks(channel, plan.load_ohm, plan.polarity === "inverted" ? "INV" : "NORM"),
      word(`${this.#shapeNode(channel)}?`, name, `the shape ${name}`),
      ...shapeChecks(source, plan),
      ...(waveform.shape === "samples" ? this.#rateChecks(channel, waveform.rate_Sa_per_s, waveform.volts.length) : []),
      ...(burst
        ? burstChecks(source, burst.cycles, this.#sampleClock)
        : [word(`${source}:BURS?`, "OFF", "no burst"), word(`${source}:MOD?`, "OFF", "no modulation")]),
    ];
  }

  protected readWaveform(channel: number, plan: WaveformPlan): Promise<LoadedWaveform> {
    const source = `:SOUR${channel}`;
    const { waveform } = plan;
    return readLevels(this.scpi, source, plan, this.ranges.sourceResistance_ohm, async () =>
      waveform.shape === "samples" && this.#sampleClock
        ? (await this.scpi.queryNumber(`${source}:FUNC:ARB:SRAT?`)) / waveform.volts.length
        : this.scpi.queryNumber(`${source}:FREQ?`),
    );
  }

  /** Samples have a clock of their own; else they repeat at the frequency of the whole waveform. */
  get #sampleClock(): boolean {
    return this.model.family === "DG1000Z";
  }

  #shapeNode(channel: number): string {
    return this.#sampleClock ? `:SOUR${channel}:FUNC` : `:SOUR${channel}:FUNC:SHAP`;
  }

  #outputCommands(channel: number, load_ohm: number | undefined, polarity: string): string[] {
    return [
      `:OUTP${channel}:IMP ${load_ohm === undefined ? "INF" : sci(load_ohm)}`,
      `:OUTP${channel}:POL ${polarity}`,
      // Noise on top of the waveform is a setting of the DG4000's output.
      ...(this.#sampleClock ? [] : [`:OUTP${channel}:NOIS OFF`]),
    ];
  }

  #outputChecks(channel: number, load_ohm: number | undefined, polarity: string): Check[] {
    return [
      loadCheck(`:OUTP${channel}:IMP?`, load_ohm),
      word(`:OUTP${channel}:POL?`, polarity, polarity === "INV" ? "an inverted output" : "an upright output"),
    ];
  }

  #rateCommands(channel: number, rate_Sa_per_s: number, samples: number): string[] {
    const source = `:SOUR${channel}`;
    if (!this.#sampleClock) return [`${source}:FREQ ${sci(rate_Sa_per_s / samples)}`];
    return [`${source}:FUNC:ARB:MODE SRATE`, `${source}:FUNC:ARB:SRAT ${sci(rate_Sa_per_s)}`];
  }

  #rateChecks(channel: number, rate_Sa_per_s: number, samples: number): Check[] {
    const source = `:SOUR${channel}`;
    if (!this.#sampleClock) {
      const frequency_Hz = rate_Sa_per_s / samples;
      const asked = `a frequency of ${si(frequency_Hz, "Hz")}`;
      return [near(`${source}:FREQ?`, frequency_Hz, RATE_TOLERANCE * frequency_Hz, asked)];
    }
    const rate = `a rate of ${si(rate_Sa_per_s, "Sa/s")}`;
    return [
      near(`${source}:DATA:POIN? VOLATILE`, samples, 0, `a waveform of ${samples} samples`),
      word(`${source}:FUNC:ARB:MODE?`, "SRATE", "a sample clock"),
      near(`${source}:FUNC:ARB:SRAT?`, rate_Sa_per_s, RATE_TOLERANCE * rate_Sa_per_s, rate),
    ];
  }
}
