import type { Random } from "../../../../simulator/random.js";
import type { Lab, LabStep } from "../../../lab.js";
import { durationOf, Measure } from "./sequence.js";
import type { Pass, Window } from "./sequence.js";

/** The converter's clock. */
const fastest_Sa_per_s = 200e6;
export const mostSamples = 65_536;
const bits = 14;
/** Of a range: an order of magnitude. */
const noiseShare = 5e-5;
/** A converter shows this much beyond its range, and no more. */
const overrange = 1.02;

/** One pass, and how often. */
export interface Play extends Pass {
  readonly loops: number;
}

/** Time from sample to sample: a rate that misses the shortest window is raised, then one that fills the memory lowered. */
export function stepOf(plays: readonly Play[], asked_Sa_per_s: number): number {
  const windows_s = plays.flatMap(({ windows }) => windows.filter(isWaveform).map(({ from_s, to_s }) => to_s - from_s));
  const clock = (n: number) => n / fastest_Sa_per_s;
  let n = Math.max(1, Math.round(fastest_Sa_per_s / asked_Sa_per_s));
  n = Math.max(1, Math.min(n, Math.floor(Math.min(...windows_s) * fastest_Sa_per_s * (1 + 1e-9))));
  if (!Number.isFinite(n)) n = 1;
  while (samplesOf(plays, clock(n)) > mostSamples) n = Math.ceil(n * 1.2);
  return clock(n);
}

const isWaveform = ({ measure }: Window) => measure === Measure.waveform;

function samplesIn({ measure, from_s, to_s }: Window, step_s: number): number {
  return measure === Measure.waveform ? Math.max(1, Math.ceil(((to_s - from_s) / step_s) * (1 - 1e-9) - 1e-6)) : 1;
}

/** @param step_s Infinity: how many there are at least */
export function samplesOf(plays: readonly Play[], step_s: number): number {
  let sum = 0;
  for (const { windows, loops } of plays) {
    sum += loops * windows.reduce((count, window) => count + samplesIn(window, step_s), 0);
  }
  return sum;
}

/** What is at the terminal while a test runs, in straight lines. */
export class Terminal {
  private readonly times_s: number[] = [];
  private readonly volts: number[] = [];
  private readonly amperes: number[] = [];
  private at = 0;

  /** The largest current so far. */
  get largest_A(): number {
    return this.amperes.reduce((most, ampere) => Math.max(most, Math.abs(ampere)), 0);
  }

  /** @param series_ohm between the terminal and the device */
  constructor(
    private readonly lab: Lab,
    private readonly terminal: string,
    private readonly series_ohm: number,
  ) {}

  see(step: LabStep): void {
    const { lab, terminal } = this;
    const [i0_A, i1_A] = lab.currentsAt_A(terminal, step);
    if (this.times_s.length === 0) this.push(step.t0_s, lab.voltageAt_V(terminal, step.top0_V, step.bottom0_V), i0_A);
    this.push(step.t1_s, lab.voltageAt_V(terminal, step.top1_V, step.bottom1_V), i1_A);
  }

  push(time_s: number, volt: number, ampere: number): void {
    this.times_s.push(time_s);
    this.volts.push(volt + ampere * this.series_ohm);
    this.amperes.push(ampere);
  }

  /** Asked in the order of time. */
  valueAt(time_s: number): { volt: number; ampere: number } {
    const last = this.times_s.length - 1;
    while (this.at < last && (this.times_s[this.at + 1] ?? Infinity) <= time_s) this.at++;
    const k = this.at;
    const [left_s = 0, right_s = left_s] = [this.times_s[k], this.times_s[k + 1]];
    const share = right_s > left_s && time_s > left_s ? (time_s - left_s) / (right_s - left_s) : 0;
    const between = (values: readonly number[]) => {
      const [left = 0, right = left] = [values[k], values[k + 1]];
      return left + share * (right - left);
    };
    return { volt: between(this.volts), ampere: between(this.amperes) };
  }
}

/** One point as `:PMU:DATA:GET` gives it. */
export interface Point {
  readonly volt: number;
  readonly ampere: number;
  readonly time_s: number;
}

/** The samples of a whole test, each with its noise, in steps of its converter. */
export function sampled(
  plays: readonly Play[],
  terminal: Terminal,
  began_s: number,
  step_s: number,
  { range_V, range_A }: { readonly range_V: number; readonly range_A: number },
  random: Random,
): Point[] {
  const seen = (value: number, range: number) => {
    const lsb = (2 * range) / 2 ** bits;
    const noisy = Math.round((value + noiseShare * range * random.normal()) / lsb) * lsb;
    return Math.max(-overrange * range, Math.min(overrange * range, noisy));
  };
  const points: Point[] = [];
  let begin_s = 0;
  for (const { pieces, windows, loops } of plays) {
    const pass_s = durationOf(pieces);
    for (let loop = 0; loop < loops; loop++) {
      for (const window of windows) {
        const count = samplesIn(window, step_s);
        if (window.measure === Measure.spot) points.push(spot(window, begin_s));
        else for (let k = 0; k < count; k++) points.push(pointAt(begin_s + window.from_s + k * step_s));
      }
      begin_s += pass_s;
    }
  }
  return points;

  function pointAt(time_s: number): Point {
    const { volt, ampere } = terminal.valueAt(began_s + time_s);
    return { volt: seen(volt, range_V), ampere: seen(ampere, range_A), time_s };
  }

  /** Mean over the window. */
  function spot({ from_s, to_s }: Window, at_s: number): Point {
    const count = Math.max(1, Math.round((to_s - from_s) / step_s));
    let [volt, ampere] = [0, 0];
    for (let k = 0; k < count; k++) {
      const point = pointAt(at_s + from_s + (k / count) * (to_s - from_s));
      volt += point.volt / count;
      ampere += point.ampere / count;
    }
    return { volt, ampere, time_s: at_s + from_s };
  }
}
