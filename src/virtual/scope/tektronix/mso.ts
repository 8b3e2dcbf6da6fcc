import { createRandom } from "../../../simulator/random.js";
import type { Lab } from "../../lab.js";
import { ScpiInstrument, nr3, takes } from "../../scpi/index.js";
import type { Call, ParameterType } from "../../scpi/index.js";
import { BasicScope } from "../basic-scope.js";
import type { Timing } from "../basic-scope.js";
import { plainInput } from "../input.js";
import type { InputSettings } from "../input.js";
import type { MsoModel } from "./models.js";

/** The converter covers a little more than the screen: 6400 codes a division of 65536. */
export const CODES_PER_DIVISION = 6400;
const converterDivisions = 65_536 / CODES_PER_DIVISION;
/** Rates are one of these times a power of ten. */
const mantissas = [1.25, 2.5, 3.125, 6.25];
export const leastPoints = 1000;
/** Time a division of the 3000 and 4000 series. */
const scales = [1, 2, 4];

export interface MsoInput extends InputSettings {
  scale_V: number;
  /** Voltage that the trace's zero line stands for. */
  shift_V: number;
  position_div: number;
  bandwidth_Hz: number;
  deskew_s: number;
  name: string;
}

/** What is set beside channels, trigger and acquisition. */
export interface MsoState {
  header: boolean;
  verbose: boolean;
  horizontal: {
    manual: boolean;
    scale_s: number;
    rate_Sa_per_s: number;
    record: number;
    position_percent: number;
    delayed: boolean;
    delay_s: number;
  };
  fastFrame: { on: boolean; count: number };
  sequence: boolean;
  data: {
    sources: number[];
    start: number;
    stop: number;
    frameStart: number;
    frameStop: number;
    width: 1 | 2;
    ascii: boolean;
    signed: boolean;
    littleEndian: boolean;
  };
}

function factoryState({ older }: MsoModel): MsoState {
  const record = older ? 10_000 : 2500;
  return {
    header: true,
    verbose: true,
    horizontal: {
      manual: false,
      scale_s: older ? 4e-6 : 40e-9,
      rate_Sa_per_s: older ? 250e6 : 6.25e9,
      record,
      position_percent: 50,
      delayed: true,
      delay_s: 0,
    },
    fastFrame: { on: false, count: 10 },
    sequence: false,
    data: {
      sources: [1],
      start: 1,
      stop: record,
      frameStart: 1,
      frameStop: 1_000_000,
      width: 1,
      ascii: false,
      signed: true,
      littleEndian: false,
    },
  };
}

/** The simulated scope with what only this dialect has. */
export class Mso {
  readonly scpi: ScpiInstrument;
  readonly scope: BasicScope<MsoInput>;
  state: MsoState;

  constructor(
    readonly model: MsoModel,
    lab: Lab,
    label: string,
    seed: number,
  ) {
    this.state = factoryState(model);
    const serial = Math.floor(createRandom(seed, `serial:${label}`).uniform() * 1e6);
    this.scpi = new ScpiInstrument({
      identity: `TEKTRONIX,${model.name},C${String(serial).padStart(6, "0")},${model.firmware}`,
      queueDepth: 32,
      errorBit: 0,
      formatError: (entry) => (entry === undefined ? '0,"No error"' : `${Math.abs(entry.code)},"${entry.text}"`),
      formatNumber: (value) => nr3(value, 9),
      // The manuals show "the minimum acceptable abbreviations in capitals" (MSO4000 and DPO4000 programmer manual, 2-4: any
      // longer beginning is acceptable, then); drivers in the field write `COUPL`.
      partialWords: true,
    });
    this.scope = new BasicScope(lab, label, seed, model, factoryInput, () => this.#timing());
  }

  /** Sets everything but the form of replies. */
  reset(): void {
    const { header, verbose } = this.state;
    this.state = { ...factoryState(this.model), header, verbose };
    this.scope.reset();
  }

  /** A query whose reply repeats its command while headers are on. */
  answer(pattern: string, run: (call: Call) => string | number | boolean | Promise<string>): void {
    this.asks(pattern, [], (_, call) => run(call));
  }

  asks<const P extends readonly ParameterType<unknown>[]>(
    pattern: string,
    types: P,
    run: (values: Parameters<Parameters<typeof takes<P, unknown>>[1]>[0], call: Call) => unknown,
  ): void {
    this.scpi.tree.query(
      pattern,
      takes<P, unknown>(types, (values, call) => {
        const reply = run(values, call);
        return reply instanceof Promise
          ? reply.then((text: unknown) => this.#headed(pattern, call, text))
          : this.#headed(pattern, call, reply);
      }),
    );
  }

  /** A setting: its command and its query. */
  setting<T extends string | number | boolean>(
    pattern: string,
    type: ParameterType<T>,
    access: { get(call: Call): T | string; set(value: T, call: Call): void },
  ): void {
    this.scpi.tree.command(
      pattern,
      takes([type] as const, ([value], call) => {
        access.set(value, call);
        this.scope.changed();
      }),
    );
    this.answer(pattern, (call) => access.get(call));
  }

  /** Scale, offset and position of a channel, as the converter sees them. */
  fit(input: MsoInput): void {
    input.range_V = input.scale_V * converterDivisions;
    input.offset_V = input.shift_V - input.position_div * input.scale_V;
  }

  /** The nearest rate there is. */
  rateNear(asked: number): number {
    return Math.min(nearest(mantissas, asked), this.model.rateMax_Sa_per_s);
  }

  /** The 3000 and 4000 series: a record is ten divisions long, or longer where the rate can not follow. */
  stretch(): void {
    const { horizontal } = this.state;
    horizontal.scale_s = nearest(scales, horizontal.scale_s);
    horizontal.rate_Sa_per_s = Math.min(this.model.rateMax_Sa_per_s, horizontal.record / (10 * horizontal.scale_s));
    this.divide();
  }

  /** Frames that fit into the memory. */
  get mostFrames(): number {
    return Math.max(1, Math.min(1_000_000, Math.floor(this.model.memory_Sa / this.#timing().samples)));
  }

  /** After a change of record length or FastFrame. */
  divide(): void {
    const { fastFrame } = this.state;
    fastFrame.count = Math.min(fastFrame.count, this.mostFrames);
    this.scope.settings.segments = fastFrame.on ? fastFrame.count : 1;
    this.scope.changed();
  }

  #timing(): Timing {
    const { horizontal } = this.state;
    const { record, rate_Sa_per_s, position_percent, delayed, delay_s } = horizontal;
    const window_s = record / rate_Sa_per_s;
    const before_s = (position_percent / 100) * window_s;
    // With the delay on, the position says nothing: the delay is from the trigger to the middle.
    return { from_s: delayed ? delay_s - window_s / 2 : -before_s, window_s, samples: record };
  }

  #headed(pattern: string, call: Call, reply: unknown): unknown {
    const bare = typeof reply === "boolean" ? Number(reply).toString() : reply;
    const text = typeof bare === "number" ? this.scpi.dialect.formatNumber(bare) : bare;
    if (!this.state.header || text instanceof Uint8Array) return text;
    let n = 0;
    const full = pattern
      .replace(/<\d+-\d+>/g, () => String(call.suffixes[n++] ?? 1))
      .replace(/\[[^\]]*\]/g, "")
      .replace(/^:?/, ":");
    return `${this.state.verbose ? full.toUpperCase() : full.replace(/[a-z]+/g, "")} ${String(text)}`;
  }
}

/** The nearest of some mantissas times a power of ten. */
function nearest(of: readonly number[], asked: number): number {
  const exponent = Math.floor(Math.log10(asked));
  const all = [-1, 0, 1].flatMap((more) => of.map((mantissa) => Number(`${mantissa}e${exponent + more}`)));
  return nearestOf(all, asked);
}

/** The nearest by ratio. */
export function nearestOf(all: readonly number[], asked: number): number {
  const distance = (one: number) => Math.abs(Math.log(one / asked));
  return all.reduce((best, one) => (distance(one) < distance(best) ? one : best));
}

function factoryInput(channel: number): MsoInput {
  return {
    ...plainInput(channel, 0.1 * converterDivisions),
    scale_V: 0.1,
    shift_V: 0,
    position_div: 0,
    bandwidth_Hz: 1e9,
    deskew_s: 0,
    name: "",
  };
}
