import type { Lab } from "../lab.js";
import { ScpiError } from "../scpi/index.js";
import type { Call } from "../scpi/index.js";
import type { InputSettings } from "./input.js";
import type { AcquisitionType } from "./record-reader.js";
import { ScopeCore } from "./scope-core.js";
import type { AwaitedPulse } from "./pulse-trigger.js";
import type { Setup } from "./scope-core.js";

/** What all dialects set, each with its own words. What they derive from it differs: see `Timing`. */
export interface BasicSettings<Input extends InputSettings> {
  readonly channels: Input[];
  trigger: {
    auto: boolean;
    /** `CH1`, …; anything else is a source from which no edge comes. */
    source: string;
    slope: "POS" | "NEG" | "EITH";
    /** By channel, at the probe's tip. */
    levels_V: number[];
    holdoff_s: number;
  };
  type: AcquisitionType;
  averages: number;
  /** Records of one acquisition; 1 where the memory is not divided. */
  segments: number;
}

/** Where a record lies and how finely it is sampled, by the dialect's own rules. */
export interface Timing {
  readonly from_s: number;
  readonly window_s: number;
  readonly samples: number;
}

/** A trigger of another kind than an edge. */
export interface OtherTrigger {
  /** From 1; undefined: a kind that is not simulated, or a source that is not. It never comes. */
  readonly channel: number | undefined;
  readonly level_V: number;
  readonly pulse?: AwaitedPulse;
}

/** The trigger of a kind that is kept and not simulated. */
export const neverComes: OtherTrigger = { channel: undefined, level_V: 0 };

export interface BasicModel {
  readonly channels: number;
  readonly rateMax_Sa_per_s: number;
  /** Of the converter. */
  readonly bits: number;
}

/** A simulated scope whose dialect keeps its settings in `BasicSettings`. */
export class BasicScope<Input extends InputSettings> extends ScopeCore<Input> {
  settings: BasicSettings<Input>;
  /** What is waited for where that is no edge; undefined: an edge, as the settings say. */
  otherTrigger: () => OtherTrigger | undefined = () => undefined;
  /** Told of every change of the run state. */
  onState: () => void = () => undefined;

  constructor(
    lab: Lab,
    label: string,
    seed: number,
    readonly model: BasicModel,
    private readonly factory: (channel: number) => Input,
    readonly timing: () => Timing,
  ) {
    super(lab, label, seed);
    this.settings = this.#factorySettings();
  }

  /** The factory setting: running in AUTO, nothing taken yet. */
  reset(): void {
    this.settings = this.#factorySettings();
    this.restart("run", this.model.channels);
  }

  /** @throws ScpiError -114: it has no such channel */
  channelOf(call: Call): Input {
    return this.channel(call.suffixes[0] ?? 1);
  }

  channel(number: number): Input {
    const channel = this.settings.channels[number - 1];
    if (!channel) throw new ScpiError(-114);
    return channel;
  }

  /** Of the trigger's source; undefined: no channel. */
  get triggerChannel(): number | undefined {
    const number = /^CH(?:AN)?(\d)$/.exec(this.settings.trigger.source)?.[1];
    return number === undefined ? undefined : Number(number);
  }

  /** Channels that are on. */
  get active(): number {
    return Math.max(1, this.settings.channels.filter(({ display }) => display).length);
  }

  protected get setup(): Setup<Input> {
    const { channels, trigger, type, averages, segments } = this.settings;
    const channel = this.triggerChannel;
    const { rateMax_Sa_per_s, bits } = this.model;
    return {
      reading: { ...this.timing(), type, rateMax_Sa_per_s, bits },
      channels,
      count: segments > 1 ? segments : type === "AVER" ? averages : 1,
      trigger: {
        auto: trigger.auto,
        channel,
        level_V: trigger.levels_V[(channel ?? 1) - 1] ?? 0,
        slope: trigger.slope,
        holdoff_s: trigger.holdoff_s,
        noiseReject: false,
        ...this.otherTrigger(),
      },
    };
  }

  protected stateChanged(): void {
    this.onState();
  }

  #factorySettings(): BasicSettings<Input> {
    const { channels } = this.model;
    return {
      channels: Array.from({ length: channels }, (_, index) => this.factory(index + 1)),
      trigger: {
        auto: true,
        source: "CH1",
        slope: "POS",
        levels_V: Array.from({ length: channels }, () => 0),
        holdoff_s: 0,
      },
      type: "NORM",
      averages: 16,
      segments: 1,
    };
  }
}
