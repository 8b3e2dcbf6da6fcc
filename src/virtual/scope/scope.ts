import { createRandom } from "../../simulator/random.js";
import type { Lab } from "../lab.js";
import { ScpiError, ScpiInstrument, nr3 } from "../scpi/index.js";
import type { Call } from "../scpi/index.js";
import { Acquisition, type AcquisitionPlan, type ScopeRecord } from "./acquisition.js";
import { NoiseTable } from "./front-end.js";
import type { ScopeModel } from "./models.js";
import { type Reading, RecordReader } from "./record-reader.js";
import { type ChannelSettings, type ScopeSettings, resetSettings, windowStart_s } from "./settings.js";

/** Bits of the operation status condition register (2000 X, 3000 X Programmer's Guides, :OPERegister). */
const runBit = 8;
const waitBit = 32;

/** Without a trigger AUTO takes a record anyway after this time. */
const auto_s = 50e-3;
/** A query in RUN waits so long, by the wall clock, for a newer record than the one that was read already. */
const fresh_ms = 200;
const divisions = 8;

/** Records and how they were taken. */
export interface Held extends Taken {
  readonly records: readonly ScopeRecord[];
}

/** The settings at the time: a change after the acquisition changes nothing of what was acquired. */
export interface Taken {
  readonly reading: Reading;
  readonly channels: readonly ChannelSettings[];
}

/** The simulated oscilloscope: settings, run state, records. Its commands are declared beside it. */
export class Scope {
  readonly scpi: ScpiInstrument;
  settings: ScopeSettings;
  readonly acquisition: Acquisition;
  readonly reader: RecordReader;
  /** `:AER?`: armed since it was last asked. */
  wasArmed = false;
  #state: "stop" | "run" | "single" = "run";
  #held: Held | undefined;
  #unread = false;
  #taken: Taken | undefined;

  constructor(
    readonly model: ScopeModel,
    private readonly lab: Lab,
    private readonly label: string,
    seed: number,
  ) {
    const serial = Math.floor(createRandom(seed, `serial:${label}`).uniform() * 1e6);
    this.scpi = new ScpiInstrument({
      identity: `${model.maker},${model.name},${model.serialPrefix}${String(serial).padStart(6, "0")},${model.firmware}`,
      options: "SGM",
      queueDepth: 30,
      errorBit: 0,
      formatError: (entry) =>
        entry === undefined ? '+0,"No error"' : `${entry.code > 0 ? "+" : ""}${entry.code},"${entry.text}"`,
      formatNumber: (value) => nr3(value, 5, true),
    });
    this.scpi.status.deviceBits = () => (this.acquisition.triggered ? 1 : 0);
    this.settings = resetSettings(model.channels);
    this.acquisition = new Acquisition(lab);
    this.acquisition.onChange = () => this.#showState();
    this.reader = new RecordReader(new NoiseTable(createRandom(seed, `noise:${label}`)));
    this.#showState();
  }

  get running(): boolean {
    return this.#state !== "stop";
  }

  /** The factory setting: running, nothing taken yet. */
  reset(): void {
    this.acquisition.stop();
    this.settings = resetSettings(this.model.channels);
    for (let n = 1; n <= this.model.channels; n += 1) this.lab.load(`${this.label}.${n}`, undefined);
    this.#held = undefined;
    this.#state = "run";
    this.#showState();
  }

  run(): void {
    this.#state = "run";
    this.#arm();
  }

  single(): void {
    this.#state = "single";
    this.#arm();
  }

  /** Stops; of a segmented acquisition the segments so far are kept. */
  stop(): void {
    this.#state = "stop";
    this.acquisition.stop();
    this.#hold();
    this.#showState();
  }

  /** After a change of what an acquisition under way depends on: it begins anew. */
  changed(): void {
    if (this.acquisition.active) this.#arm();
  }

  channelOf(call: Call): ChannelSettings {
    const channel = this.settings.channels[(call.suffixes[0] ?? 1) - 1];
    if (!channel) throw new ScpiError(-114);
    return channel;
  }

  /** Sets the input resistance; 50 ohm loads the node that the channel is wired to. */
  setImpedance(number: number, impedance: "ONEM" | "FIFT"): void {
    const channel = this.settings.channels[number - 1];
    if (!channel) throw new ScpiError(-114);
    channel.impedance = impedance;
    this.lab.load(`${this.label}.${number}`, impedance === "FIFT" ? 50 : undefined);
  }

  /** The node a channel sees; undefined: nothing is connected, or ground. */
  nodeOf(number: number): "top" | "bottom" | undefined {
    const node = this.lab.wiring.wireOf(`${this.label}.${number}`)?.node;
    return node === "dut.top" ? "top" : node === "dut.bottom" ? "bottom" : undefined;
  }

  /** What was acquired. Undefined: nothing yet. */
  get held(): Held | undefined {
    this.#hold();
    return this.#held;
  }

  /**
   * What a query for data is answered from. While the scope runs, that is a record nobody has read yet, taken now where
   * none is there; where no trigger comes in time, the last one.
   *
   * @throws ScpiError -230 nothing was acquired
   */
  async fresh(signal: AbortSignal): Promise<Held> {
    this.#hold();
    const auto = this.settings.trigger.sweep === "AUTO";
    if (this.#state === "run" && (auto || !this.#unread)) {
      if (!this.acquisition.active) this.#arm();
      const patience = AbortSignal.any([signal, AbortSignal.timeout(fresh_ms)]);
      await this.acquisition.complete(patience).catch((error: unknown) => {
        if (signal.aborted) throw error;
      });
      this.#hold();
    }
    this.#unread = false;
    if (!this.#held) throw new ScpiError(-230);
    return this.#held;
  }

  /** How the present settings take a record. */
  get present(): Taken {
    const { timebase, acquire, channels } = this.settings;
    const reading = {
      type: acquire.type,
      from_s: windowStart_s(timebase),
      window_s: timebase.range_s,
      samples: this.memory.samples,
      rateMax_Sa_per_s: this.model.rateMax_Sa_per_s,
    };
    return { reading, channels: structuredClone(channels) };
  }

  /** Samples and rate of one record. Two channels of a pair that are both on share rate and memory. */
  get memory(): { readonly samples: number; readonly rate_Sa_per_s: number } {
    const { channels, acquire, timebase } = this.settings;
    const on = (n: number) => channels[n - 1]?.display === true;
    const share = (on(1) && on(2)) || (on(3) && on(4)) ? 2 : 1;
    const segments = acquire.mode === "SEGM" ? acquire.segments : 1;
    const depth = Math.floor(this.model.memory_Sa / share / segments);
    const rate = Math.min(this.model.rateMax_Sa_per_s / share, depth / timebase.range_s);
    return { samples: Math.max(1, Math.floor(rate * timebase.range_s * (1 + 1e-9))), rate_Sa_per_s: rate };
  }

  #arm(): void {
    this.#held = this.#state === "run" ? this.held : undefined;
    this.acquisition.arm(this.#plan());
    this.#taken = this.present;
    this.#showState();
  }

  #plan(): AcquisitionPlan {
    const { timebase, trigger, acquire } = this.settings;
    const from_s = windowStart_s(timebase);
    const number = /^CHAN(\d)$/.exec(trigger.source)?.[1];
    const node = number === undefined ? undefined : this.nodeOf(Number(number));
    const channel = this.settings.channels[Number(number ?? 1) - 1];
    const averaging = acquire.type === "AVER" && acquire.mode === "RTIM";
    return {
      from_s,
      to_s: from_s + timebase.range_s,
      count: acquire.mode === "SEGM" ? acquire.segments : averaging ? acquire.count : 1,
      holdoff_s: trigger.holdoff_s,
      auto_s: trigger.sweep === "AUTO" ? Math.max(auto_s, 2 * timebase.range_s) : undefined,
      trigger: node && channel ? this.#edge(node, Number(number), channel) : undefined,
    };
  }

  /** The trigger as the node sees it: probe factor and inversion taken back. */
  #edge(node: "top" | "bottom", number: number, channel: ChannelSettings): AcquisitionPlan["trigger"] {
    const { levels_V, slope, noiseReject } = this.settings.trigger;
    const level_V = (levels_V[number - 1] ?? 0) / channel.probe;
    const turned = slope === "POS" ? "NEG" : slope === "NEG" ? "POS" : slope;
    const division_V = channel.range_V / divisions / channel.probe;
    return {
      source: node,
      level_V: channel.invert ? -level_V : level_V,
      slope: channel.invert ? turned : slope,
      hysteresis_V: division_V * (noiseReject ? 0.6 : 0.1),
    };
  }

  /** Takes over what the acquisition has. */
  #hold(): void {
    const { records, active } = this.acquisition;
    if (records.length === 0 || !this.#taken) return;
    if (active && this.#state === "run") return;
    if (this.#held?.records === records) return;
    this.#held = { ...this.#taken, records };
  }

  #showState(): void {
    if (this.#state === "single" && !this.acquisition.active) this.#state = "stop";
    if (!this.acquisition.active && this.acquisition.records.length > 0) this.#unread = true;
    if (this.acquisition.waiting) this.wasArmed = true;
    const { operation } = this.scpi.status;
    operation.assign(runBit, this.running);
    operation.assign(waitBit, this.acquisition.waiting);
  }
}
