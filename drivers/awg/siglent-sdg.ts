import { setTimeout as later } from "node:timers/promises";
import type { Identity, LoadedWaveform, PulseCycle, WaveformPlan } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { ScpiClient, noErrorQueue } from "../../src/scpi/index.js";
import { sci, si } from "../../src/units.js";
import type { Session } from "../../src/visa/index.js";
import { SCPI_RAW_PORT } from "../entry.js";
import type { DriverEntry, SafeState } from "../entry.js";
import { identify, known } from "../support/identity.js";
import type { ArbCycle } from "./arb-cycle.js";
import { ArbGenerator, LEVEL_TOLERANCE_V } from "./arb-generator.js";
import type { Check } from "./arb-generator.js";
import { SDG_CHANNELS, modelOf } from "./siglent-sdg-models.js";
import type { SdgModel } from "./siglent-sdg-models.js";
import { fieldsOf, nearField, numberOf, wordField } from "./siglent-sdg-text.js";
import {
  burstChecks,
  burstCommands,
  frequencyCheck,
  levelCommands,
  levelKeys,
  shapeChecks,
  shapeCommands,
} from "./siglent-sdg-waveform.js";
import { frequencyOf, shownShare } from "./waveform-check.js";

const identifies = /^Siglent Technologies,\s*SDG(10[136]2X|2(04|08|12)2X),/i;

const UPLOAD_TIMEOUT_MS = 30_000;
/** A waveform that has just come can not be selected at once: other drivers wait 0.3 s to 1 s. */
const STORED_MS = 300;

const safe: SafeState = {
  halt: [],
  ramps: [],
  off: ["C1:OUTP OFF", "C2:OUTP OFF"],
  isOn: ["C1:OUTP?", "C2:OUTP?"],
};

export const siglentSdg = {
  name: "siglent-sdg",
  kind: "awg",
  title: "Siglent SDG1000X and SDG2000X generators",
  identifies,
  safe,
  errors: noErrorQueue,
  defaultPort: SCPI_RAW_PORT,
  open: (session, label) => SiglentSdg.open(session, label),
} satisfies DriverEntry;

/**
 * Siglent SDG1000X and SDG2000X. They have no error queue and no voltage limits: what is not understood is ignored, so all that
 * matters is read back.
 *
 * Sources: SDG Series Programming Guide (BSWV, BTWV, WVDT, ARWV, SRATE), vendor's upload examples, PyMeasure `teledyneT3AFG`,
 * QCoDeS contributed `SDGx`.
 */
export class SiglentSdg extends ArbGenerator {
  /** Which of two names each channel plays: a waveform that is selected is not written over. */
  readonly #turn = new Map<number, "A" | "B">();

  private constructor(
    scpi: ScpiClient,
    label: string,
    identity: Identity,
    private readonly model: SdgModel,
  ) {
    super(scpi, label, identity, SDG_CHANNELS, model.ranges, safe);
  }

  /**
   * Identifies the instrument; changes nothing.
   *
   * @throws MemrigError `bad-reply`: another instrument
   */
  static async open(session: Session, label: string): Promise<SiglentSdg> {
    const scpi = new ScpiClient(session, label, noErrorQueue);
    const identity = await identify(scpi, identifies, "Siglent SDG1000X and SDG2000X");
    const model = known(label, identity, modelOf(identity.model));
    return new SiglentSdg(scpi, label, identity, model);
  }

  protected switchOf(channel: number) {
    return { on: `C${channel}:OUTP ON`, off: [`C${channel}:OUTP OFF`], isOn: [`C${channel}:OUTP?`] };
  }

  protected async fire(channel: number): Promise<void> {
    const question = `C${channel}:BTWV?`;
    const fields = fieldsOf(await this.scpi.query(question));
    if (fields.get("STATE") !== "ON" || fields.get("TRSR") !== "MAN") {
      throw new MemrigError(
        "instrument-refused",
        `${this.label}: channel ${channel} waits for no trigger from here (${[...fields].join(" ")}). Nothing was triggered. Load ` +
          `the cycle again.`,
        { channel },
      );
    }
    await this.scpi.command(`C${channel}:BTWV MTRIG`);
    // Answered once the trigger was taken.
    await this.scpi.query(question);
  }

  protected async upload(channel: number, codes: Int16Array): Promise<void> {
    this.#turn.set(channel, this.#turn.get(channel) === "A" ? "B" : "A");
    const { points = codes.length } = this.model;
    const bytes = new Uint8Array(2 * points);
    const view = new DataView(bytes.buffer);
    // Held over the whole memory of a generator that would stretch it in its own way.
    for (let i = 0; i < points; i++) {
      view.setInt16(2 * i, codes[Math.floor((i * codes.length) / points)] ?? 0, true);
    }
    const head =
      `C${channel}:WVDT WVNM,${this.#nameOf(channel)},TYPE,5,LENGTH,${bytes.length}B,` +
      `FREQ,1000,AMPL,0.1,OFST,0,PHASE,0,WAVEDATA,`;
    // One message: data that come by themselves are taken for a command. They may hold line feeds, so the length is told.
    const message = Buffer.concat([Buffer.from(head, "latin1"), bytes, Buffer.from("\n", "latin1")]);
    await this.scpi.command(`C${channel}:BTWV STATE,OFF`);
    await this.scpi.send(message, { timeout_ms: UPLOAD_TIMEOUT_MS });
    await this.scpi.query("*OPC?", { timeout_ms: UPLOAD_TIMEOUT_MS });
    await later(STORED_MS);
  }

  protected cycleCommands(channel: number, arb: ArbCycle, _limit: PulseCycle["limit"], cycles: number): string[] {
    const { rate_Sa_per_s, samples } = arb.loaded;
    return [
      ...this.#outputCommands(channel, undefined, "NOR"),
      ...this.#arbCommands(channel, rate_Sa_per_s / samples),
      ...levelCommands(channel, arb, 1, "samples"),
      ...burstCommands(channel, cycles),
    ];
  }

  protected cycleChecks(channel: number, arb: ArbCycle, _limit: PulseCycle["limit"], cycles: number): Check[] {
    const { rate_Sa_per_s, samples } = arb.loaded;
    const question = `C${channel}:BSWV?`;
    const level = (key: string, wanted_V: number, what: string) =>
      nearField(question, key, wanted_V, LEVEL_TOLERANCE_V, `a ${what} level of ${si(wanted_V, "V")}`);
    return [
      ...this.#outputChecks(channel, undefined, "NOR"),
      ...this.#arbChecks(channel, rate_Sa_per_s / samples),
      level("HLEV", arb.high_V, "high"),
      level("LLEV", arb.low_V, "low"),
      ...burstChecks(channel, { cycles, trigger: "bus" }),
    ];
  }

  protected override checkFamily(_channel: number, plan: WaveformPlan): void {
    const refuse = (why: string): never => {
      throw new MemrigError("invalid-request", `${this.label}: ${why} Nothing was sent.`, {
        shape: plan.waveform.shape,
      });
    };
    const { waveform } = plan;
    if (waveform.shape === "noise" && waveform.frequency_Hz !== undefined) {
      refuse("noise of a bandwidth was asked for; it is as wide as it is here. Leave it out.");
    }
    if (plan.load_ohm !== undefined && plan.load_ohm < 50) {
      refuse(`a load of ${si(plan.load_ohm, "ohm")} was asked for; 50 ohm and more, or high impedance, is possible.`);
    }
    if (waveform.shape !== "samples") return;
    const repeated_Hz = frequencyOf(plan) ?? 0;
    if (repeated_Hz > this.model.arbMax_Hz || waveform.volts.length < 8) {
      const most = si(this.model.arbMax_Hz, "Hz");
      const asked = `${waveform.volts.length} samples that repeat at ${si(repeated_Hz, "Hz")}`;
      refuse(`${asked} were asked for; 8 and more, at up to ${most}, are possible.`);
    }
  }

  protected waveformCommands(channel: number, plan: WaveformPlan): string[] {
    const { waveform, burst } = plan;
    const share = shownShare(plan.load_ohm, this.ranges.sourceResistance_ohm);
    return [
      `C${channel}:BTWV STATE,OFF`,
      `C${channel}:SWWV STATE,OFF`,
      `C${channel}:MDWV STATE,OFF`,
      ...this.#outputCommands(channel, plan.load_ohm, plan.polarity === "inverted" ? "INVT" : "NOR"),
      ...(waveform.shape === "samples"
        ? this.#arbCommands(channel, frequencyOf(plan) ?? NaN)
        : shapeCommands(channel, waveform)),
      ...levelCommands(channel, plan, share, waveform.shape),
      ...(burst ? burstCommands(channel, burst.cycles) : []),
    ];
  }

  protected waveformChecks(channel: number, plan: WaveformPlan): Check[] {
    const { waveform } = plan;
    return [
      ...this.#outputChecks(channel, plan.load_ohm, plan.polarity === "inverted" ? "INVT" : "NOR"),
      ...(waveform.shape === "samples"
        ? this.#arbChecks(channel, frequencyOf(plan) ?? NaN)
        : shapeChecks(channel, waveform)),
      ...burstChecks(channel, plan.burst),
      wordField(`C${channel}:MDWV?`, "STATE", "OFF", "no modulation"),
      wordField(`C${channel}:SWWV?`, "STATE", "OFF", "no sweep"),
    ];
  }

  protected async readWaveform(channel: number, plan: WaveformPlan): Promise<LoadedWaveform> {
    const { shape } = plan.waveform;
    const share = shownShare(plan.load_ohm, this.ranges.sourceResistance_ohm);
    const reply = await this.scpi.query(`C${channel}:BSWV?`);
    const { low, high } = levelKeys(shape)((key) => numberOf(reply, key) / share);
    if (shape === "dc" || shape === "noise") return { low_V: low, high_V: high };
    return { low_V: low, high_V: high, frequency_Hz: numberOf(reply, "FRQ") };
  }

  /** No dots, and short: longer names are not taken. */
  #nameOf(channel: number): string {
    return `memrig${channel}${this.#turn.get(channel) ?? "A"}`;
  }

  #arbCommands(channel: number, frequency_Hz: number): string[] {
    return [
      `C${channel}:BSWV WVTP,SINE`,
      `C${channel}:BSWV FRQ,1E+3`,
      // Bursts belong to this mode: the whole waveform repeats at the frequency.
      ...(this.model.hasSampleClock ? [`C${channel}:SRATE MODE,DDS`] : []),
      `C${channel}:BSWV WVTP,ARB`,
      `C${channel}:ARWV NAME,${this.#nameOf(channel)}`,
      `C${channel}:BSWV FRQ,${sci(frequency_Hz)}`,
      `C${channel}:BSWV PHSE,0`,
    ];
  }

  #arbChecks(channel: number, frequency_Hz: number): Check[] {
    const name = this.#nameOf(channel);
    return [
      wordField(`C${channel}:BSWV?`, "WVTP", "ARB", "an arbitrary waveform"),
      wordField(`C${channel}:ARWV?`, "NAME", name, `the waveform ${name}`),
      frequencyCheck(channel, frequency_Hz),
      ...(this.model.hasSampleClock ? [wordField(`C${channel}:SRATE?`, "MODE", "DDS", "a repeated waveform")] : []),
    ];
  }

  #outputCommands(channel: number, load_ohm: number | undefined, polarity: string): string[] {
    // Each by itself: what stands before LOAD is taken for the state of the output.
    return [
      `C${channel}:OUTP LOAD,${load_ohm === undefined ? "HZ" : Math.round(load_ohm)}`,
      `C${channel}:OUTP PLRT,${polarity}`,
    ];
  }

  #outputChecks(channel: number, load_ohm: number | undefined, polarity: string): Check[] {
    const question = `C${channel}:OUTP?`;
    return [
      load_ohm === undefined
        ? wordField(question, "LOAD", "HZ", "a high-impedance load")
        : nearField(question, "LOAD", load_ohm, 1e-3 * load_ohm, `a load of ${si(load_ohm, "ohm")}`),
      wordField(question, "PLRT", polarity, polarity === "NOR" ? "an upright output" : "an inverted output"),
    ];
  }
}
