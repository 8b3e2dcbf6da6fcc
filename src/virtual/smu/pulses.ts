import { ScpiError } from "../scpi/index.js";
import { rangeFor } from "./models.js";
import type { SourceFunction } from "./settings.js";
import type { Smu } from "./smu.js";
import type { Block, SourceConfig, TriggerModel } from "./trigger-model.js";

/** Shortest and longest pulse (2461-901-01 A, 6-110). */
export const PULSE_WIDTH_S = { min: 150e-6, max: 1e4 };
/** What only pulses reach: so long, and for such a share of the time (2461-901-01 A, 6-110, extended operating area). */
const EXTENDED = { width_s: 1e-3, duty: 0.05 };

/** What all pulse commands have in common behind their levels. */
export interface PulseTail {
  readonly bias: number;
  readonly width_s: number;
  readonly measures: boolean;
  readonly buffer: string;
  readonly delay_s: number;
  readonly off_s: number;
  /** 0: for ever. */
  readonly count: number;
  /** Those that are set where left out. */
  readonly biasLimit?: number;
  readonly pulseLimit?: number;
  readonly failAbort: boolean;
  readonly dual: boolean;
}

/**
 * Builds the configuration lists and the trigger model of pulses. They begin at the bias with the output on, and end with it
 * off. Settings are those of this moment. A pulse is measured at its end; where measuring takes longer than the pulse, the
 * pulse is as long as that.
 *
 * @throws ScpiError -221: level, limit, width and duty do not go together; -213: a model runs; nothing changed
 */
export function buildPulses(
  smu: Smu,
  model: TriggerModel,
  of: SourceFunction,
  name: string,
  up: readonly number[],
  tail: PulseTail,
): void {
  if (model.running) throw new ScpiError(-213);
  const { bias, width_s, off_s, delay_s } = tail;
  const biasLimit = tail.biasLimit ?? smu.settings.source[of].limit;
  const pulseLimit = tail.pulseLimit ?? smu.settings.pulse[of].limit;
  const levels = tail.dual ? [...up, ...up.slice(0, -1).reverse()] : up;
  const largest = levels.reduce((most, level) => Math.max(most, Math.abs(level)), 0);
  if (isExtended(smu, of, bias, biasLimit)) throw new ScpiError(-221);
  if (isExtended(smu, of, largest, pulseLimit)) {
    const duty = width_s / (width_s + off_s + delay_s);
    if (width_s > EXTENDED.width_s || duty > EXTENDED.duty * (1 + 1e-9)) throw new ScpiError(-221);
  }
  const fixed = smu.settings.source[of].range;
  if (fixed !== undefined && largest > fixed * 1.05 * (1 + 1e-9)) throw new ScpiError(-222);
  const range = fixed ?? rangeFor(smu.ranges(of), Math.max(largest, Math.abs(bias))).full;
  const config = (level: number, limit: number): SourceConfig => ({ of, level, range, limit });
  const list = `${of === "VOLT" ? "Volt" : "Curr"}Pulse${name}${name === "Train" ? "" : "Sweep"}List`;
  const biasList = `${list}Bias`;
  model.lists.set(
    list,
    levels.map((level) => config(level, pulseLimit)),
  );
  model.lists.set(biasList, [config(bias, biasLimit)]);
  const before_s = Math.max(0, width_s - (tail.measures ? smu.readingTime_s : 0));
  model.load(pulseBlocks(list, biasList, levels.length, before_s, tail));
}

/** Beyond what a steady level has. */
function isExtended({ model }: Smu, of: SourceFunction, level: number, limit: number): boolean {
  const [voltage_V, current_A] = of === "VOLT" ? [Math.abs(level), limit] : [limit, Math.abs(level)];
  const most_A = voltage_V > model.corner_V ? model.highVoltageCurrent_A : (model.pulseOver_A ?? Infinity);
  return current_A > most_A * (1 + 1e-9);
}

function pulseBlocks(list: string, biasList: string, points: number, before_s: number, tail: PulseTail): Block[] {
  const off = 14;
  const delayed = tail.delay_s > 0 ? 6 : 7;
  const measure: Block = tail.measures
    ? { kind: "measure", buffer: tail.buffer, count: 1, ...(tail.failAbort ? { limitedTarget: off } : {}) }
    : { kind: "nothing" };
  return [
    { kind: "recall", list: biasList, index: 1 },
    { kind: "output", on: true },
    { kind: "delay", duration_s: tail.delay_s },
    { kind: "recall", list, index: 1 },
    { kind: "always", target: 8 },
    { kind: "delay", duration_s: tail.delay_s },
    { kind: "next", list },
    { kind: "delay", duration_s: before_s },
    measure,
    { kind: "recall", list: biasList, index: 1 },
    { kind: "delay", duration_s: tail.off_s },
    { kind: "counter", passes: points, target: delayed },
    tail.count === 0 ? { kind: "always", target: delayed } : { kind: "counter", passes: tail.count, target: delayed },
    { kind: "output", on: false },
  ];
}
