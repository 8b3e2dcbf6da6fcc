import type { ScpiUnit } from "../../scpi/index.js";
import type { AwgChannel } from "../channel.js";

type Bounded = number | ((c: AwgChannel) => number);

/** A numeric setting of a channel: how its family declares one decides whether it clips or refuses. */
export interface NumberSpec {
  readonly units: readonly ScpiUnit[];
  readonly min: Bounded;
  readonly max: Bounded;
  readonly default: number;
  get(c: AwgChannel): number;
  set(c: AwgChannel, value: number): void;
  /** False: it does not change what is put out now. */
  replays?(c: AwgChannel): boolean;
}

export interface Access<T> {
  readonly get: (c: AwgChannel) => T;
  readonly set: (c: AwgChannel, value: T) => void;
  readonly replays?: (c: AwgChannel) => boolean;
}

/** How a family declares settings of a channel: what is out of range, and how words and switches are answered. */
export interface Keeper {
  readonly channels: readonly AwgChannel[];
  number(node: string, spec: NumberSpec): void;
  /** One of some words in manual notation, kept in the short form. */
  word(node: string, words: readonly string[], access: Access<string>): void;
  flag(node: string, access: Access<boolean>): void;
}

/** Setting of a modulation: its name among the kept, its node in the tree, its unit, range and preset. */
export type NumberRow = readonly [
  name: string,
  node: string,
  unit: ScpiUnit | undefined,
  min: Bounded,
  max: Bounded,
  preset: number,
];
/** The first word is the preset. */
export type WordRow = readonly [name: string, node: string, words: readonly string[]];

/** A kept setting is heard at once only while a modulation or sweep is on. */
const replays = (c: AwgChannel): boolean => c.mode !== undefined;

export function keepNumbers(keeper: Keeper, rows: readonly NumberRow[]): void {
  for (const [name, node, unit, min, max, preset] of rows) {
    for (const c of keeper.channels) c.kept.declare(name, preset);
    keeper.number(node, {
      units: unit === undefined ? [] : [unit],
      min,
      max,
      default: preset,
      get: (c) => c.kept.number(name) ?? preset,
      set: (c, value) => c.kept.set(name, value),
      replays,
    });
  }
}

export function keepWords(keeper: Keeper, rows: readonly WordRow[]): void {
  for (const [name, node, words] of rows) {
    for (const c of keeper.channels) c.kept.declare(name, (words[0] ?? "").replace(/[a-z]/g, ""));
    keeper.word(node, words, { get: (c) => c.kept.word(name), set: (c, word) => c.kept.set(name, word), replays });
  }
}

/** @param unplayed what would be put out while it is not as preset, and is not simulated */
export function keepFlag(keeper: Keeper, name: string, node: string, preset: boolean, unplayed?: string): void {
  for (const c of keeper.channels) c.kept.declare(name, preset, unplayed);
  keeper.flag(node, {
    get: (c) => c.kept.on(name),
    set: (c, on) => c.kept.set(name, on),
    replays: (c) => unplayed !== undefined || replays(c),
  });
}

/** Deviation of the width of pulses, as a time and as a share of the period. */
export function keepWidthDeviation(keeper: Keeper, timeNode: string, shareNode: string, preset_s: number): void {
  const name = "PWM.deviation_s";
  for (const c of keeper.channels) c.kept.declare(name, preset_s);
  const deviation_s = (c: AwgChannel) => c.kept.number(name) ?? preset_s;
  const room_s = ({ settings: { pulse, frequency_Hz } }: AwgChannel) =>
    Math.max(0, Math.min(pulse.width_s, 1 / frequency_Hz - pulse.width_s));
  keeper.number(timeNode, {
    units: ["S"],
    min: 0,
    max: room_s,
    default: preset_s,
    get: deviation_s,
    set: (c, value) => c.kept.set(name, value),
    replays,
  });
  keeper.number(shareNode, {
    units: ["PCT"],
    min: 0,
    max: (c) => 100 * room_s(c) * c.settings.frequency_Hz,
    default: 1,
    get: (c) => 100 * deviation_s(c) * c.settings.frequency_Hz,
    set: (c, value) => c.kept.set(name, value / 100 / c.settings.frequency_Hz),
    replays,
  });
}

/**
 * Start, stop, centre and span of a sweep: two numbers seen in two ways.
 *
 * @param most_Hz highest frequency of the function that is selected
 * @param unsigned a span is a distance: a sweep down has a start above its stop and no negative span
 */
export function keepSweepSpan(
  keeper: Keeper,
  most_Hz: (c: AwgChannel) => number,
  preset: { readonly start_Hz: number; readonly stop_Hz: number },
  unsigned = false,
): void {
  for (const c of keeper.channels) {
    c.kept.declare("SWEEP.start_Hz", preset.start_Hz);
    c.kept.declare("SWEEP.stop_Hz", preset.stop_Hz);
  }
  const start = (c: AwgChannel) => c.kept.number("SWEEP.start_Hz") ?? preset.start_Hz;
  const stop = (c: AwgChannel) => c.kept.number("SWEEP.stop_Hz") ?? preset.stop_Hz;
  const centre = (c: AwgChannel) => (start(c) + stop(c)) / 2;
  const span = (c: AwgChannel) => stop(c) - start(c);
  const place = (c: AwgChannel, start_Hz: number, stop_Hz: number) => {
    c.kept.set("SWEEP.start_Hz", Math.max(leastHz, start_Hz));
    c.kept.set("SWEEP.stop_Hz", Math.min(most_Hz(c), Math.max(leastHz, stop_Hz)));
  };
  const row = (node: string, least: Bounded, most: Bounded, spec: Pick<NumberSpec, "default" | "get" | "set">) =>
    keeper.number(`:FREQuency:${node}`, { units: ["HZ"], min: least, max: most, replays, ...spec });
  const { start_Hz, stop_Hz } = preset;
  row("STARt", leastHz, most_Hz, { default: start_Hz, get: start, set: (c, hz) => c.kept.set("SWEEP.start_Hz", hz) });
  row("STOP", leastHz, most_Hz, { default: stop_Hz, get: stop, set: (c, hz) => c.kept.set("SWEEP.stop_Hz", hz) });
  // A span that does not fit around a centre shrinks.
  row("CENTer", leastHz, most_Hz, {
    default: (start_Hz + stop_Hz) / 2,
    get: centre,
    set: (c, hz) => {
      const room_Hz = 2 * Math.min(hz - leastHz, most_Hz(c) - hz);
      const width_Hz = Math.sign(span(c)) * Math.min(Math.abs(span(c)), room_Hz);
      place(c, hz - width_Hz / 2, hz + width_Hz / 2);
    },
  });
  row("SPAN", (c) => (unsigned ? 0 : -most_Hz(c)), most_Hz, {
    default: stop_Hz - start_Hz,
    get: (c) => (unsigned ? Math.abs(span(c)) : span(c)),
    set: (c, hz) => {
      const middle_Hz = Math.max(leastHz + Math.abs(hz) / 2, Math.min(centre(c), most_Hz(c) - Math.abs(hz) / 2));
      place(c, middle_Hz - hz / 2, middle_Hz + hz / 2);
    },
  });
}

const leastHz = 1e-6;
