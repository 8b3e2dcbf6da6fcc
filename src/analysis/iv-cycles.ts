import { type Span, spansOf } from "./columns.js";
import { type Excursion, excursionsOf } from "./excursions.js";
import { findPeak, findValley } from "./snap-back.js";
import { resistance_ohm } from "./statistics.js";
import { findSwitch } from "./switching.js";

/** Readings of a whole run, cycle after cycle. */
export interface IvReadings {
  readonly drive: "voltage" | "current";
  readonly cycle: ArrayLike<number>;
  /** Programmed level, V or A by `drive`. */
  readonly asked: ArrayLike<number>;
  readonly voltage_V: ArrayLike<number>;
  readonly current_A: ArrayLike<number>;
}

/**
 * One excursion of one cycle. Signs are those of the sweep; NaN where the device did not do it.
 *
 * Voltage drive (all against the *programmed* voltage, as published I-V curves are: under compliance the terminals carry less):
 * `vth_V` is the level at which the device turns on on the way out: the first that is not read wholly off. `vhold_V` is the level at which it
 * turns off on the way back: the first that is not read wholly on.
 * Current drive: `vth_V` is the voltage at the fold on the way out, `vhold_V` the least voltage on the way back.
 */
export interface IvSwitching {
  readonly cycle: number;
  readonly polarity: 1 | -1;
  readonly vth_V: number;
  readonly vhold_V: number;
  /** Step over log10(first current wholly on / last wholly off); for current drive NaN. */
  readonly slope_V_per_decade: number;
  /** vth_V times the first current wholly on. */
  readonly pSet_W: number;
  readonly excursion: Excursion;
}

/** Finds the switching of every excursion of every cycle; the last cycle may be incomplete. */
export function switchingOf(readings: IvReadings): IvSwitching[] {
  return spansOf(readings.cycle).flatMap((span) => switchingOfCycle(readings, span));
}

function switchingOfCycle(readings: IvReadings, span: Span): IvSwitching[] {
  const find = readings.drive === "voltage" ? underVoltage : underCurrent;
  return excursionsOf(readings.asked, span.from, span.to).map((excursion) => ({
    cycle: span.key,
    polarity: excursion.polarity,
    excursion,
    ...find(readings, excursion),
  }));
}

type Found = Pick<IvSwitching, "vth_V" | "vhold_V" | "slope_V_per_decade" | "pSet_W">;
const nothing: Found = {
  vth_V: Number.NaN,
  vhold_V: Number.NaN,
  slope_V_per_decade: Number.NaN,
  pSet_W: Number.NaN,
};

function underVoltage(readings: IvReadings, { upFrom, peak, downTo }: Excursion): Found {
  const { asked, current_A } = readings;
  const out = findSwitch(stretch(asked, upFrom, peak), stretch(current_A, upFrom, peak));
  const back = findSwitch(stretch(asked, downTo, peak), stretch(current_A, downTo, peak));
  const level = (k: number) => asked[k] ?? Number.NaN;
  const at = out === undefined ? undefined : { before: upFrom + out.off, after: upFrom + out.on };
  const lastOn = back === undefined ? undefined : downTo - back.on;
  // The same curve up and down is steep, not switched: a diode in coarse steps.
  if (at && lastOn !== undefined && Math.abs(level(lastOn)) >= Math.abs(level(at.after))) return nothing;
  const vhold_V = lastOn === undefined ? Number.NaN : level(lastOn + 1);
  if (at === undefined) return { ...nothing, vhold_V };
  const [before_A, after_A] = [current_A[at.before] ?? Number.NaN, current_A[at.after] ?? Number.NaN];
  const vth_V = level(at.before + 1);
  return {
    vth_V,
    vhold_V,
    slope_V_per_decade: Math.abs(vth_V - level(at.before)) / Math.log10(Math.abs(after_A / before_A)),
    pSet_W: Math.abs(vth_V * after_A),
  };
}

function underCurrent(readings: IvReadings, { upFrom, peak, downTo }: Excursion): Found {
  const { voltage_V, current_A } = readings;
  const fold = findPeak(stretch(voltage_V, upFrom, peak));
  if (fold === undefined) return nothing;
  const valley = findValley(stretch(voltage_V, peak, downTo));
  const [at, vth_V] = [upFrom + fold.at, voltage_V[upFrom + fold.at] ?? Number.NaN];
  return {
    ...nothing,
    vth_V,
    vhold_V: valley === undefined ? Number.NaN : (voltage_V[peak + valley.at] ?? Number.NaN),
    pSet_W: Math.abs(vth_V * (current_A[at] ?? Number.NaN)),
  };
}

/** Values from index `from` to index `to`, both included, backwards where `to` is before `from`. */
function stretch(values: ArrayLike<number>, from: number, to: number): Float64Array {
  const step = to < from ? -1 : 1;
  return Float64Array.from({ length: Math.abs(to - from) + 1 }, (_, k) => values[from + step * k] ?? Number.NaN);
}

/** Resistances of one excursion; NaN where that state was not read. */
export interface StateResistances {
  readonly rOn_ohm: number;
  readonly rOff_ohm: number;
}

/**
 * R_off and R_on of an excursion.
 *
 * Voltage drive: programmed voltage over measured current at the level nearest to `read`, on the way out for R_off and on
 * the way back for R_on (at the end of the sweep where there is no way back). Only where the device was in that state at that level. Under compliance
 * R_on is therefore that of device and limiter together: an upper bound, and the one on/off ratios are quoted with.
 * Current drive: measured voltage over current at the fold (R_off) and at the largest current (R_on).
 */
export function resistancesOf(readings: IvReadings, found: IvSwitching, read: number): StateResistances {
  const { upFrom, peak, downTo } = found.excursion;
  if (Number.isNaN(found.vth_V)) return { rOn_ohm: Number.NaN, rOff_ohm: Number.NaN };
  if (readings.drive === "current") {
    return {
      rOn_ohm: resistance_ohm(readings.voltage_V[peak] ?? Number.NaN, readings.current_A[peak] ?? Number.NaN),
      rOff_ohm: found.vth_V ** 2 / found.pSet_W,
    };
  }
  const at = (k: number) => resistance_ohm(readings.asked[k] ?? Number.NaN, readings.current_A[k] ?? Number.NaN);
  const level = (k: number) => Math.abs(readings.asked[k] ?? Number.NaN);
  const off = nearest(readings.asked, upFrom, peak, read);
  const on = downTo > peak ? nearest(readings.asked, peak, downTo, read) : peak;
  const stillOn = downTo === peak || !(level(on) <= Math.abs(found.vhold_V));
  return {
    rOn_ohm: stillOn ? at(on) : Number.NaN,
    rOff_ohm: level(off) < Math.abs(found.vth_V) ? at(off) : Number.NaN,
  };
}

/** Index of the level nearest in magnitude to `read`, from `from` to `to` (included); the first of several. */
export function nearest(levels: ArrayLike<number>, from: number, to: number, read: number): number {
  const distance = (k: number) => Math.abs(Math.abs(levels[k] ?? Number.NaN) - Math.abs(read));
  let best = from;
  for (let k = from + 1; k <= to; k++) if (distance(k) < distance(best)) best = k;
  return best;
}
