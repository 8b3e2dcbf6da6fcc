import type { Axis } from "../../src/analysis/figure.js";
import { si } from "../../src/units.js";
import type { Numbers } from "../server/wire.js";
import { count } from "./text.js";

export type Range = readonly [low: number, high: number];

/** Decades shown on a logarithmic axis: what lies lower is the noise of the range, not the device. */
const mostDecades = 10;

/** The range that shows all values, with some room; on a logarithmic axis of their magnitudes. */
export function rangeOf(values: Iterable<Numbers>, scale: Axis["scale"], room: number, withZero = false): Range {
  let low = withZero ? 0 : Infinity;
  let high = withZero ? 0 : -Infinity;
  for (const numbers of values) {
    for (const value of numbers) {
      const shown = scale === "log" ? Math.abs(value ?? 0) : value;
      if (shown === null || (scale === "log" && shown === 0)) continue;
      if (shown < low) low = shown;
      if (shown > high) high = shown;
    }
  }
  if (low > high) return scale === "log" ? [1e-9, 1e-3] : [0, 1];
  if (scale === "log") {
    const bottom = Math.max(low, high / 10 ** mostDecades);
    const missing = Math.max(0, 1 - Math.log10(high / bottom)); // at least one decade, so that there are ticks
    const spread = 10 ** (room * Math.max(1, Math.log10(high / bottom)) + missing / 2);
    return [bottom / spread, high * spread];
  }
  // No instrument reads 1e-300 of anything; below that, room would round to nothing.
  const span = Math.max(high - low || Math.abs(high) || 1, 1e-300);
  return [low - room * span, high + room * span];
}

/** "200 000", "−2.5". */
function plain(value: number): string {
  const text =
    Math.abs(value) >= 1e4 && Math.abs(value) < 1e15 && Number.isInteger(value)
      ? count(value)
      : String(Number(value.toPrecision(6)));
  return text.replace("-", "\u2212");
}

export interface AxisText {
  readonly title: string;
  readonly tick: (value: number) => string;
}

/** Numbers along an axis with one prefix for all, which goes into the axis' title: 0, 2, 4 … "Current (µA)". */
export function axisText(axis: Axis, range: Range, scale: Axis["scale"]): AxisText {
  if (axis.unit === "") return { title: axis.label, tick: plain };
  if (scale === "log") return { title: axis.label, tick: (value) => si(Number(value.toPrecision(3)), axis.unit) };
  const largest = Math.max(Math.abs(range[0]), Math.abs(range[1])) * 0.999;
  const symbol = si(largest, axis.unit).split(" ")[1] ?? axis.unit;
  const bare = axis.unit === "ohm" ? "Ω" : axis.unit;
  const prefix = symbol.slice(0, symbol.length - bare.length);
  const factor = { f: 1e-15, p: 1e-12, n: 1e-9, µ: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9 }[prefix] ?? 1;
  return { title: `${axis.label} (${symbol})`, tick: (value) => plain(value / factor) };
}

/** Ticks of counts: 2.5 sweeps do not exist. Ratios get the finer ones. */
export function countSteps(_plot: unknown, _axis: number, low: number, high: number): number[] {
  const least = high - low < 4 ? -6 : 0;
  return Array.from({ length: 16 - least }, (_, i) => [1, 2, 5].map((step) => Number(`${step}e${least + i}`))).flat();
}

/** Lines of a logarithmic axis: the decades; where hardly more than one is shown, 1, 2 and 5 of each. */
export function logSplits(_plot: unknown, _axis: number, low: number, high: number): number[] {
  const steps = high / low < 50 ? [1, 2, 5] : [1];
  const first = Math.floor(Math.log10(low));
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, i) => first + i);
  const splits = decades.flatMap((decade) => steps.map((step) => Number(`${step}e${decade}`)));
  return splits.filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
}

/** Of those lines the ones that get a number, evenly chosen so that `most` fit; the others stand as null. */
export function labelled(splits: readonly number[], most: number): (number | null)[] {
  const each = Math.max(1, Math.ceil(splits.length / Math.max(1, most)));
  return splits.map((value, i) => {
    const place = each > 1 && splits.length > 3 ? Math.round(Math.log10(value)) : i;
    return place % each === 0 ? value : null;
  });
}
