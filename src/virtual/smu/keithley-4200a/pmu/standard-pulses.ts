import { KxciFault } from "../arguments.js";
import { Measure } from "./sequence.js";
import type { Pass, Piece, Window } from "./sequence.js";

/** What the levels of a channel's pulses are: one, or another one each time. `dc`: base and top are the same. */
export interface Levels {
  readonly kind: "train" | "sweep" | "step";
  readonly varies: "amplitude" | "base" | "dc";
  readonly values_V: readonly number[];
  /** The one that does not vary: the base, or the amplitude. */
  readonly other_V: number;
}

/** Width is between the middles of the edges. The period is the card's. */
export interface PulseTimes {
  readonly width_s: number;
  readonly rise_s: number;
  readonly fall_s: number;
  readonly delay_s: number;
}

/** Of `:PMU:MEASURE:MODE`. */
export const Mode = { none: 0, spot: 1, waveform: 2, spotAverage: 3, waveformAverage: 4 } as const;
export const isSpot = (mode: number) => mode === Mode.spot || mode === Mode.spotAverage;
export const isAverage = (mode: number) => mode === Mode.spotAverage || mode === Mode.waveformAverage;

/** What the standard pulses of one channel are, and what of them is measured. */
export interface PulseSettings {
  levels: Levels;
  times: PulseTimes;
  /** Means of the top and of the base. */
  high: boolean;
  low: boolean;
  /** Of the flat part of each: where the mean begins and ends. */
  mean: readonly [number, number];
  /** Of the width: how much of a waveform is recorded before and after the pulse. */
  around: readonly [number, number];
}

/** What `:PMU:INIT` makes of it. Where a mean begins and ends, and what is around a waveform, no source tells: Clarius' own tests have these. */
export function defaultPulses(): PulseSettings {
  return {
    levels: { kind: "train", varies: "amplitude", values_V: [0], other_V: 0 },
    times: { width_s: 500e-9, rise_s: 100e-9, fall_s: 100e-9, delay_s: 0 },
    high: true,
    low: true,
    mean: [0.75, 0.9],
    around: [0.2, 0.2],
  };
}
export const defaultPeriod_s = 1e-6;

/**
 * Shortest times by the voltage range: of 10 V as the KXCI manual gives them, of 40 V in the ratio of the pieces of Segment Arb.
 * Longest: of both.
 */
const least_s = {
  10: { period: 60e-9, width: 40e-9, edge: 20e-9, off: 40e-9 },
  40: { period: 150e-9, width: 100e-9, edge: 50e-9, off: 100e-9 },
} as const;
const longestPeriod_s = 1;
const longestEdge_s = 33e-3;

/** Levels from one to another, the last step left out where it does not reach. @throws KxciFault a step of 0 */
export function levelsBetween(start_V: number, stop_V: number, step_V: number, andBack: boolean): number[] {
  if (step_V === 0) throw new KxciFault("A step of 0");
  const count = Math.floor(Math.abs(stop_V - start_V) / Math.abs(step_V) + 1e-9) + 1;
  if (count > 1e4) throw new KxciFault(`${count} steps`);
  const way_V = Math.sign(stop_V - start_V) * Math.abs(step_V);
  const up = Array.from({ length: count }, (_, k) => start_V + way_V * k);
  return andBack ? [...up, ...up.slice(0, -1).reverse()] : up;
}

/**
 * The pulses of a channel, one pass for each level: swept ones as often as there are steps, stepped ones as often as there are
 * points in a sweep.
 *
 * @throws KxciFault -951: a time or a level that it does not have
 */
export function pulsesOf(
  settings: PulseSettings,
  period_s: number,
  range_V: number,
  mode: number,
  count: { readonly sweep: number; readonly step: number },
): Pass[] {
  checkTimes(settings.times, period_s, range_V === 40 ? 40 : 10);
  const { kind, values_V } = settings.levels;
  return Array.from({ length: count.sweep * count.step }, (_, k) => {
    const at = kind === "train" ? 0 : kind === "sweep" ? k % count.sweep : Math.floor(k / count.sweep);
    return passOf(settings, values_V[at] ?? 0, period_s, range_V, mode);
  });
}

function passOf(settings: PulseSettings, value_V: number, period_s: number, range_V: number, mode: number): Pass {
  const { levels, times } = settings;
  const { delay_s, rise_s, fall_s, width_s } = times;
  const base_V = levels.varies === "amplitude" ? levels.other_V : value_V;
  const top_V = levels.varies === "base" ? levels.other_V : value_V;
  for (const volt of [base_V, top_V]) {
    if (Math.abs(volt) > range_V) throw refused(`${volt} V is beyond the range of ${range_V} V`);
  }
  const flat_s = width_s - (rise_s + fall_s) / 2;
  const end_s = delay_s + rise_s + flat_s + fall_s;
  const piece = (duration_s: number, start_V: number, stop_V: number): Piece => ({ duration_s, start_V, stop_V });
  const pieces = [
    ...(delay_s > 0 ? [piece(delay_s, base_V, base_V)] : []),
    piece(rise_s, base_V, top_V),
    piece(flat_s, top_V, top_V),
    piece(fall_s, top_V, base_V),
    piece(period_s - end_s, base_V, base_V),
  ];
  return { pieces, windows: windowsOf(settings, mode, [delay_s + rise_s, flat_s], [end_s, period_s - end_s]) };
}

function windowsOf(
  { high, low, mean, around, times }: PulseSettings,
  mode: number,
  top: readonly [number, number],
  base: readonly [number, number],
): Window[] {
  if (mode === Mode.none) return [];
  if (!isSpot(mode)) {
    const [before_s, after_s] = [around[0] * times.width_s, around[1] * times.width_s];
    const from_s = Math.max(0, times.delay_s - before_s);
    const to_s = Math.min(base[0] + base[1], base[0] + after_s);
    return [{ measure: Measure.waveform, from_s, to_s }];
  }
  const within = ([begin_s, long_s]: readonly [number, number]): Window => {
    return { measure: Measure.spot, from_s: begin_s + mean[0] * long_s, to_s: begin_s + mean[1] * long_s };
  };
  return [...(high ? [within(top)] : []), ...(low ? [within(base)] : [])];
}

function checkTimes({ width_s, rise_s, fall_s, delay_s }: PulseTimes, period_s: number, range_V: 10 | 40): void {
  const { period, width, edge, off } = least_s[range_V];
  const slack_s = 1e-12;
  const need = (holds: boolean, why: string) => {
    if (!holds) throw refused(why);
  };
  need(period_s >= period - slack_s && period_s <= longestPeriod_s, `a period of ${period_s} s`);
  for (const one of [rise_s, fall_s]) need(one >= edge - slack_s && one <= longestEdge_s, `an edge of ${one} s`);
  need(width_s >= width - slack_s && width_s <= period_s - 10e-9 + slack_s, `a width of ${width_s} s`);
  const edges_s = (rise_s + fall_s) / 2;
  need(width_s > edges_s + slack_s && rise_s <= width_s, `edges of ${rise_s} s and ${fall_s} s in ${width_s} s`);
  need(delay_s === 0 || delay_s >= edge - slack_s, `a delay of ${delay_s} s`);
  const off_s = period_s - delay_s - width_s - edges_s;
  need(off_s > off - slack_s, `${off_s} s between two pulses`);
}

export function refused(why: string): KxciFault {
  return new KxciFault(`Final verification failed, ${why}`, false, -951);
}
