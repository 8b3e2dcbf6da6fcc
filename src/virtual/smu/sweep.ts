import { ScpiError } from "../scpi/index.js";
import { rangeFor, reach } from "./models.js";
import type { SourceFunction } from "./settings.js";
import type { Smu } from "./smu.js";
import type { Block, SourceConfig, TriggerModel } from "./trigger-model.js";

/** What all sweep commands have in common behind their levels. */
export interface SweepTail {
  /** -1: source auto delay only. */
  readonly delay_s: number;
  /** 0: for ever. */
  readonly count: number;
  readonly rangeType: string;
  readonly failAbort: boolean;
  readonly dual: boolean;
  readonly buffer: string;
}

/** From start to stop in equal steps, both included. */
export function linearLevels(start: number, stop: number, points: number): number[] {
  return Array.from({ length: points }, (_, k) => {
    if (k === points - 1) return stop;
    const level = start + ((stop - start) * k) / (points - 1);
    return Math.abs(level) < Math.abs(stop - start) * 1e-12 ? 0 : level;
  });
}

/** Points of a sweep by step size; the last one does not go beyond stop. */
export function stepLevels(start: number, stop: number, step: number): number[] {
  const points = Math.floor(Math.abs(stop - start) / step + 1e-6) + 1;
  if (points < 2 || points > 1e6) throw new ScpiError(-222);
  return linearLevels(start, start + Math.sign(stop - start) * step * (points - 1), points);
}

/** Equal ratios between start and stop, seen from the asymptote. */
export function logLevels(start: number, stop: number, points: number, asymptote: number): number[] {
  const from = start - asymptote;
  const to = stop - asymptote;
  if (!(from * to > 0)) throw new ScpiError(-222);
  return Array.from({ length: points }, (_, k) => asymptote + from * (to / from) ** (k / (points - 1)));
}

/**
 * Builds the source configuration list and the trigger model of a sweep; INIT runs it. It turns the output on by itself,
 * and off at its end. A dual sweep takes its turning point once: n points give 2n − 1 readings.
 *
 * @throws ScpiError -222: a level the model can not source, or a delay it can not wait; nothing changed
 */
export function buildSweep(
  smu: Smu,
  model: TriggerModel,
  of: SourceFunction,
  name: string,
  up: readonly number[],
  tail: SweepTail,
): void {
  const largest = up.reduce((most, level) => Math.max(most, Math.abs(level)), 0);
  if (largest > reach(smu.ranges(of))) throw new ScpiError(-222);
  const { delay_s } = tail;
  if (delay_s !== -1 && delay_s !== 0 && !(delay_s >= 50e-6 && delay_s <= 1e4)) throw new ScpiError(-222);
  if (model.running) throw new ScpiError(-213);
  const levels = tail.dual ? [...up, ...up.slice(0, -1).reverse()] : up;
  const best = rangeFor(smu.ranges(of), largest).full;
  const range = tail.rangeType === "BEST" ? best : tail.rangeType === "AUTO" ? undefined : "keep";
  const list = `${of === "VOLT" ? "Volt" : "Curr"}${name}SweepList`;
  model.lists.set(
    list,
    levels.map((level): SourceConfig => ({ of, level, range })),
  );
  model.load(sweepBlocks(list, levels.length, Math.max(0, delay_s), tail));
}

function sweepBlocks(list: string, points: number, delay_s: number, tail: SweepTail): Block[] {
  const off = 9;
  return [
    { kind: "recall", list, index: 1 },
    { kind: "output", on: true },
    { kind: "always", target: 5 },
    { kind: "next", list },
    { kind: "delay", duration_s: delay_s },
    { kind: "measure", buffer: tail.buffer, count: 1, ...(tail.failAbort ? { limitedTarget: off } : {}) },
    { kind: "counter", passes: points, target: 4 },
    tail.count === 0 ? { kind: "always", target: 4 } : { kind: "counter", passes: tail.count, target: 4 },
    { kind: "output", on: false },
  ];
}
