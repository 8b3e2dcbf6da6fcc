import { MemrigError } from "../../../errors.js";
import { createRandom } from "../../../simulator/random.js";
import type { Lab } from "../../lab.js";
import { ScpiInstrument, nr3 } from "../../scpi/index.js";
import { BasicCommands } from "../basic-settings.js";
import { BasicScope } from "../basic-scope.js";
import { KeptSettings } from "../kept-settings.js";
import { plainInput } from "../input.js";
import type { InputSettings } from "../input.js";

export interface RtxModel {
  readonly name: string;
  /** RTO: another tree than the RTB's. */
  readonly large: boolean;
  readonly material: string;
  readonly firmware: string;
  readonly options: string;
  readonly channels: number;
  readonly rateMax_Sa_per_s: number;
  readonly memory_Sa: number;
  readonly leastPoints: number;
  readonly bits: number;
  readonly horizontalDivisions: number;
  readonly verticalDivisions: number;
}

export const defaultRtxModel = "RTB2004";

/** @throws MemrigError `invalid-request`: neither RTB2000 nor RTO */
export function rtxModel(name: string): RtxModel {
  const upper = name.toUpperCase();
  if (/^RTB200[24]$/.test(upper)) {
    return {
      name: upper,
      large: false,
      material: `1333.1005k0${upper.at(-1) ?? ""}`,
      firmware: "02.300",
      options: "B6,K15",
      channels: Number(upper.at(-1)),
      rateMax_Sa_per_s: 2.5e9,
      memory_Sa: 10_000_000,
      leastPoints: 10_000,
      bits: 10,
      horizontalDivisions: 12,
      verticalDivisions: 8,
    };
  }
  if (upper === "RTO") {
    return {
      name: upper,
      large: true,
      material: "1329.7002k04",
      firmware: "4.60.1.0",
      options: "B4,B6",
      channels: 4,
      rateMax_Sa_per_s: 10e9,
      memory_Sa: 50_000_000,
      leastPoints: 1000,
      bits: 8,
      horizontalDivisions: 10,
      verticalDivisions: 10,
    };
  }
  throw new MemrigError(
    "invalid-request",
    `"${name}" is not an oscilloscope that can be simulated. Write "RTB2002", "RTB2004" or "RTO", or leave the model out ` +
      `for an ${defaultRtxModel}.`,
    { model: name },
  );
}

export interface RtxInput extends InputSettings {
  position_div: number;
  shift_V: number;
  averaged: boolean;
  /** Least and most value of all records of an acquisition. */
  envelope: boolean;
}

/** Bits of the operation status (RTO user manual, STATus:OPERation). */
const waitBit = 8;
const measuringBit = 16;

/** The simulated scope with what only this dialect has. */
export class Rtx {
  readonly scpi: ScpiInstrument;
  readonly scope: BasicScope<RtxInput>;
  readonly commands: BasicCommands<RtxInput>;
  readonly kept: KeptSettings;
  #ended: () => void = () => undefined;
  timebase = { scale_s: 1e-6, position_s: 0, reference_percent: 50 };
  points = 10_000;
  /** Records of a single acquisition. */
  count = 1;
  segmented = false;
  format = "ASC,0";
  bigEndian = false;
  /** Record that is read: 0 is the newest, older ones are negative. */
  index = 0;

  constructor(
    readonly model: RtxModel,
    lab: Lab,
    label: string,
    seed: number,
  ) {
    const serial = String(Math.floor(createRandom(seed, `serial:${label}`).uniform() * 1e6)).padStart(6, "0");
    this.scpi = new ScpiInstrument({
      identity: `Rohde&Schwarz,${model.name},${model.material}/${serial},${model.firmware}`,
      options: model.options,
      queueDepth: 30,
      formatError: (entry) => (entry === undefined ? '0,"No error"' : `${entry.code},"${entry.text}"`),
      formatNumber: (value) => nr3(value, 8),
    });
    this.scope = new BasicScope(lab, label, seed, model, factoryInput, () => ({
      from_s: this.timebase.position_s - (this.timebase.reference_percent / 100) * this.window_s,
      window_s: this.window_s,
      samples: Math.max(1, Math.round(this.rate_Sa_per_s * this.window_s)),
    }));
    this.commands = new BasicCommands(this.scpi, this.scope);
    this.kept = new KeptSettings(this.scpi, () => this.scope.changed());
    this.scope.onState = () => {
      const { operation } = this.scpi.status;
      operation.assign(waitBit, this.scope.running && this.scope.acquisition.waiting);
      operation.assign(measuringBit, this.scope.running);
      if (!this.scope.running) this.#ended();
    };
  }

  /** Calls once, when the acquisition that begins now has ended, or another one begins in its place. */
  whenStopped(ended: () => void): void {
    this.#ended();
    this.#ended = () => {
      this.#ended = () => undefined;
      ended();
    };
  }

  get window_s(): number {
    return this.model.horizontalDivisions * this.timebase.scale_s;
  }

  get rate_Sa_per_s(): number {
    const share = !this.model.large && this.scope.active > 1 ? 2 : 1;
    return Math.min(this.model.rateMax_Sa_per_s / share, this.points / this.window_s);
  }

  /** After a change of the count, of segmenting or averaging: how many records one acquisition takes. */
  divide(): void {
    const { settings } = this.scope;
    const averaging = settings.type === "AVER";
    settings.segments = averaging ? 1 : this.count;
    if (averaging && this.model.large) settings.averages = Math.max(1, this.count);
    this.scope.changed();
  }

  fit(input: RtxInput): void {
    input.offset_V = input.shift_V - (input.position_div * input.range_V) / this.model.verticalDivisions;
  }

  reset(): void {
    this.#ended();
    this.timebase = { scale_s: 1e-6, position_s: 0, reference_percent: 50 };
    this.points = 10_000;
    this.count = 1;
    this.segmented = false;
    this.format = "ASC,0";
    this.index = 0;
    this.scope.reset();
  }
}

function factoryInput(channel: number): RtxInput {
  return {
    ...plainInput(channel, 8),
    position_div: 0,
    shift_V: 0,
    averaged: false,
    envelope: false,
  };
}
