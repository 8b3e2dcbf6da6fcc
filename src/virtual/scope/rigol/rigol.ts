import { createRandom } from "../../../simulator/random.js";
import type { Lab } from "../../lab.js";
import { ScpiInstrument, nr3 } from "../../scpi/index.js";
import { BasicCommands } from "../basic-settings.js";
import { BasicScope } from "../basic-scope.js";
import type { Timing } from "../basic-scope.js";
import { KeptSettings } from "../kept-settings.js";
import { plainInput } from "../input.js";
import type { InputSettings } from "../input.js";
import type { RigolModel } from "./models.js";

/** Codes of a division; 256 of them are the converter's range (DS1000Z programming guide, :WAVeform:PREamble). */
export const CODES_PER_DIVISION = 25;
const converterDivisions = 256 / CODES_PER_DIVISION;

export interface RigolInput extends InputSettings {
  scale_V: number;
  /** Added to the signal: at the middle of the screen is minus this. */
  shift_V: number;
  fine: boolean;
}

/** The simulated scope with what only this dialect has. */
export class Rigol {
  readonly scpi: ScpiInstrument;
  readonly scope: BasicScope<RigolInput>;
  readonly commands: BasicCommands<RigolInput>;
  readonly kept: KeptSettings;
  timebase = { scale_s: 1e-6, offset_s: 0 };
  /** Undefined: AUTO. */
  depth: number | undefined;
  wave = { channel: 1, mode: "NORM", format: "BYTE", start: 1, stop: 1200 };
  /** The next look at the trigger shows TD, which is momentary. */
  justTriggered = false;
  /** A stopped record is not ready at once: the older scope gives an empty block, the newer one nothing without *WAI. */
  settled = true;

  constructor(
    readonly model: RigolModel,
    lab: Lab,
    label: string,
    seed: number,
  ) {
    const serial = Math.floor(createRandom(seed, `serial:${label}`).uniform() * 1e9);
    const number = `${model.serialPrefix}${String(serial).padStart(9, "0")}`;
    this.scpi = new ScpiInstrument({
      identity: `RIGOL TECHNOLOGIES,${model.name},${number},${model.firmware}`,
      queueDepth: 20,
      formatError: (entry) => (entry === undefined ? '0,"No error"' : `${entry.code},"${entry.text}"`),
      formatNumber: (value) => nr3(value, 6),
    });
    this.scope = new BasicScope(lab, label, seed, model, factoryInput, () => this.#timing());
    this.commands = new BasicCommands(this.scpi, this.scope);
    this.kept = new KeptSettings(this.scpi, () => this.scope.changed());
    let wasActive = false;
    this.scope.onState = () => {
      const { active, records } = this.scope.acquisition;
      if (wasActive && !active && records.length > 0) {
        this.justTriggered = true;
        this.settled = false;
      }
      wasActive = active;
    };
  }

  reset(): void {
    this.timebase = { scale_s: 1e-6, offset_s: 0 };
    this.depth = undefined;
    this.wave = { channel: 1, mode: "NORM", format: "BYTE", start: 1, stop: this.model.screen };
    this.scope.reset();
  }

  fit(input: RigolInput): void {
    input.range_V = input.scale_V * converterDivisions;
    input.offset_V = -input.shift_V;
  }

  /** Channels share rate and memory: all, half or a quarter. */
  get share(): number {
    const { active } = this.scope;
    return active > 2 ? 4 : active;
  }

  /** Points of a record in memory, and rate. */
  get memory(): { readonly samples: number; readonly rate_Sa_per_s: number } {
    const window_s = this.model.divisions * this.timebase.scale_s;
    const fastest = this.model.rateMax_Sa_per_s / this.share;
    const depth = Math.min(this.depth ?? this.model.screen * 10, this.model.memory_Sa / this.share);
    const rate_Sa_per_s = Math.min(fastest, depth / window_s);
    return { samples: Math.max(1, Math.round(rate_Sa_per_s * window_s)), rate_Sa_per_s };
  }

  #timing(): Timing {
    const window_s = this.model.divisions * this.timebase.scale_s;
    return { from_s: this.timebase.offset_s - window_s / 2, window_s, samples: this.memory.samples };
  }
}

function factoryInput(channel: number): RigolInput {
  return {
    ...plainInput(channel, converterDivisions),
    scale_V: 1,
    shift_V: 0,
    fine: false,
  };
}
