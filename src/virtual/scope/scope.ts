import { createRandom } from "../../simulator/random.js";
import type { Lab } from "../lab.js";
import { ScpiError, ScpiInstrument, nr3 } from "../scpi/index.js";
import type { Call } from "../scpi/index.js";
import type { OtherTrigger } from "./basic-scope.js";
import { KeptSettings } from "./kept-settings.js";
import type { ScopeModel } from "./models.js";
import { ScopeCore } from "./scope-core.js";
import type * as core from "./scope-core.js";
import { type ChannelSettings, type ScopeSettings, resetSettings, windowStart_s } from "./settings.js";

/** Bits of the operation status condition register (2000 X, 3000 X Programmer's Guides, :OPERegister). */
const runBit = 8;
const waitBit = 32;

export type Held = core.Held<ChannelSettings>;
export type Taken = core.Taken<ChannelSettings>;

/** The simulated InfiniiVision: settings and status. Its commands are declared beside it. */
export class Scope extends ScopeCore<ChannelSettings> {
  readonly scpi: ScpiInstrument;
  settings: ScopeSettings;
  /** Settings of the triggers that are no edges. */
  readonly kept: KeptSettings;
  /** What is waited for where that is no edge; undefined: an edge. */
  otherTrigger: () => OtherTrigger | undefined = () => undefined;

  constructor(
    readonly model: ScopeModel,
    lab: Lab,
    label: string,
    seed: number,
  ) {
    super(lab, label, seed);
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
    this.kept = new KeptSettings(this.scpi, () => this.changed());
    this.settings = resetSettings(model.channels);
    this.stateChanged();
  }

  /** The factory setting: running, nothing taken yet. */
  reset(): void {
    this.settings = resetSettings(this.model.channels);
    this.restart("run", this.model.channels);
  }

  channelOf(call: Call): ChannelSettings {
    const channel = this.settings.channels[(call.suffixes[0] ?? 1) - 1];
    if (!channel) throw new ScpiError(-114);
    return channel;
  }

  protected get setup(): core.Setup<ChannelSettings> {
    const { timebase, acquire, channels, trigger } = this.settings;
    const averaging = acquire.type === "AVER" && acquire.mode === "RTIM";
    const number = /^CHAN(\d)$/.exec(trigger.source)?.[1];
    const channel = number === undefined ? undefined : Number(number);
    return {
      reading: {
        type: acquire.type,
        from_s: windowStart_s(timebase),
        window_s: timebase.range_s,
        samples: this.memory.samples,
        rateMax_Sa_per_s: this.model.rateMax_Sa_per_s,
        bits: 8,
      },
      channels,
      count: acquire.mode === "SEGM" ? acquire.segments : averaging ? acquire.count : 1,
      trigger: {
        auto: trigger.sweep === "AUTO",
        channel,
        level_V: trigger.levels_V[(channel ?? 1) - 1] ?? 0,
        slope: trigger.slope,
        holdoff_s: trigger.holdoff_s,
        noiseReject: trigger.noiseReject,
        ...this.otherTrigger(),
      },
    };
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

  protected stateChanged(): void {
    const { operation } = this.scpi.status;
    operation.assign(runBit, this.running);
    operation.assign(waitBit, this.acquisition.waiting);
  }
}
