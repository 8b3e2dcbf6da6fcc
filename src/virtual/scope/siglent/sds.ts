import { createRandom } from "../../../simulator/random.js";
import type { Lab } from "../../lab.js";
import { ScpiInstrument, nr3 } from "../../scpi/index.js";
import { autosetCommand } from "../autoset.js";
import { BasicCommands } from "../basic-settings.js";
import { BasicScope } from "../basic-scope.js";
import type { Timing } from "../basic-scope.js";
import { KeptSettings } from "../kept-settings.js";
import { plainInput } from "../input.js";
import type { InputSettings } from "../input.js";
import type { SdsModel } from "./models.js";

export interface SdsInput extends InputSettings {
  /** Volts a division, at the probe's tip. */
  scale_V: number;
  /** Added to the signal: at the middle of the screen is minus this. */
  shift_V: number;
}

/** Bits of the flat language's state register. */
export const NEW_RECORD = 1;
export const READY = 1 << 13;

/** The simulated scope with what only this maker's dialects have. */
export class Sds {
  readonly scpi: ScpiInstrument;
  readonly scope: BasicScope<SdsInput>;
  readonly commands: BasicCommands<SdsInput>;
  readonly kept: KeptSettings;
  timebase = { scale_s: 1e-6, delay_s: 0 };
  /** Undefined: the largest but one. */
  depth: number | undefined;
  sequence = { on: false, count: 1 };
  wave = { channel: 1, width: "BYTE", start: 0, interval: 1, points: 0, frame: 1, from: 1 };
  mode: "AUTO" | "NORM" | "SINGLE" | "STOP" = "AUTO";
  header: "OFF" | "SHORT" | "LONG" = "SHORT";
  /** What happened since it was asked last. */
  events = 0;

  constructor(
    readonly model: SdsModel,
    lab: Lab,
    label: string,
    seed: number,
  ) {
    const serial = String(Math.floor(createRandom(seed, `serial:${label}`).uniform() * 1e4)).padStart(4, "0");
    this.scpi = new ScpiInstrument({
      identity: `Siglent Technologies,${model.name},SDS2PDDC6R${serial},${model.firmware}`,
      ...(model.options === undefined ? {} : { options: model.options }),
      queueDepth: 20,
      formatError: (entry) => (entry === undefined ? '0,"No error"' : `${entry.code},"${entry.text}"`),
      formatNumber: (value) => nr3(value, 2),
      continuesAfterError: true,
    });
    this.scope = new BasicScope(lab, label, seed, model, factoryInput, () => this.#timing());
    this.commands = new BasicCommands(this.scpi, this.scope);
    this.kept = new KeptSettings(this.scpi, () => this.#keptChanged(), true);
    let wasActive = false;
    this.scope.onState = () => {
      const { active, waiting, records } = this.scope.acquisition;
      if (waiting) this.events |= READY;
      if (wasActive && !active && records.length > 0) this.events |= NEW_RECORD;
      wasActive = active;
      if (!this.scope.running && this.mode === "SINGLE") this.mode = "STOP";
    };
  }

  #keptChanged(): void {
    if (this.model.tree) {
      const held = this.kept.word(":TRIGger:EDGE:HOLDoff") === "TIME";
      this.scope.settings.trigger.holdoff_s = held ? this.kept.number(":TRIGger:EDGE:HLDTime") : 0;
    }
    this.scope.changed();
  }

  reset(): void {
    this.timebase = { scale_s: 1e-6, delay_s: 0 };
    this.depth = undefined;
    this.sequence = { on: false, count: 1 };
    this.wave = { channel: 1, width: "BYTE", start: 0, interval: 1, points: 0, frame: 1, from: 1 };
    this.mode = "AUTO";
    this.events = 0;
    this.scope.reset();
    for (const input of this.scope.settings.channels) this.fit(input);
  }

  /** AUTO and NORM run on, SINGLE takes one acquisition, STOP keeps what there is. */
  setMode(mode: Sds["mode"]): void {
    this.mode = mode;
    if (mode === "STOP") {
      this.scope.stop();
      return;
    }
    this.scope.acquisition.triggered = false;
    this.scope.settings.trigger.auto = mode === "AUTO";
    if (mode === "SINGLE") this.scope.single();
    else this.scope.run();
  }

  /** `Arm`, `Ready`, `Auto`, `Trig'd`, `Stop`. */
  get state(): string {
    if (!this.scope.running) return "Stop";
    if (this.scope.settings.trigger.auto) return "Auto";
    if (this.scope.acquisition.waiting) return "Ready";
    return this.scope.acquisition.triggered ? "Trig'd" : "Arm";
  }

  fit(input: SdsInput): void {
    input.scale_V = Math.min(10, Math.max(500e-6, input.scale_V / input.probe)) * input.probe;
    // Beyond it the nearest is set without a word.
    const most_V = (input.scale_V / input.probe < 0.1 ? 2 : input.scale_V / input.probe < 1 ? 20 : 200) * input.probe;
    input.shift_V = Math.min(most_V, Math.max(-most_V, input.shift_V));
    input.range_V = (input.scale_V * 256) / this.model.codes;
    input.offset_V = -input.shift_V;
  }

  /** After a change of the sequence: how many records one acquisition takes. */
  divide(): void {
    this.scope.settings.segments = this.sequence.on ? this.sequence.count : 1;
    this.scope.changed();
  }

  /** Two channels that share a converter are on. */
  get paired(): boolean {
    const on = this.scope.settings.channels.map(({ display }) => display);
    return (on[0] === true && on[1] === true) || (on[2] === true && on[3] === true);
  }

  get depths(): readonly number[] {
    return this.model.depths(this.scope.active, this.paired);
  }

  /** Points of a record in memory, and rate. */
  get memory(): { readonly samples: number; readonly rate_Sa_per_s: number } {
    const window_s = this.model.divisions * this.timebase.scale_s;
    const share = this.model.tree ? (this.scope.active > 2 ? 4 : this.scope.active) : this.paired ? 2 : 1;
    const most = this.depths.at(-1) ?? 0;
    const depth = Math.min(this.depth ?? most / 10, most);
    const rate_Sa_per_s = Math.min(this.model.rateMax_Sa_per_s / share, depth / window_s);
    return { samples: Math.max(1, Math.round(rate_Sa_per_s * window_s)), rate_Sa_per_s };
  }

  #timing(): Timing {
    const window_s = this.model.divisions * this.timebase.scale_s;
    return { from_s: this.timebase.delay_s - window_s / 2, window_s, samples: this.memory.samples };
  }
}

function factoryInput(channel: number): SdsInput {
  return {
    ...plainInput(channel, 256 / 30),
    scale_V: 1,
    shift_V: 0,
  };
}

const clip = (value: number, min: number, max: number) => Math.min(max, Math.max(min, value));

/** @param edge makes edges the kind of trigger that is selected */
export function autoset(sds: Sds, pattern: string, edge: () => void): void {
  autosetCommand(sds.scpi, sds.scope, pattern, {
    place(input, scale_V, middle_V) {
      Object.assign(input, { scale_V, shift_V: -middle_V });
      sds.fit(input);
    },
    spread: (scale_s) => void (sds.timebase = { scale_s, delay_s: 0 }),
    edge,
    run: () => sds.setMode("AUTO"),
  });
}

/** The next of 1, 2, 5 times a power of ten. */
export function scaleOf(value: number): number {
  const wanted = clip(value, 1e-9, 100);
  const decade = 10 ** Math.floor(Math.log10(wanted) + 1e-9);
  return decade * ([1, 2, 5].find((one) => wanted <= decade * one * (1 + 1e-6)) ?? 10);
}

/** `14M`, `1.4M`, `700K`, `10k`: a depth as both languages write it. */
export function depthText(depth: number, thousand: "K" | "k"): string {
  return depth >= 1e6 ? `${depth / 1e6}M` : `${depth / 1e3}${thousand}`;
}
