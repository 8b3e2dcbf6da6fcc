import type { Axis } from "../../src/analysis/figure.js";
import { si } from "../../src/units.js";
import type { Numbers } from "../server/wire.js";

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
  const span = high - low || Math.abs(high) || 1;
  return [low - room * span, high + room * span];
}

export interface AxisText {
  readonly title: string;
  readonly tick: (value: number) => string;
}

/** Numbers along an axis with one prefix for all, which goes into the axis' title: 0, 2, 4 … "Current (µA)". */
export function axisText(axis: Axis, range: Range, scale: Axis["scale"]): AxisText {
  const plain = (value: number): string => String(Number(value.toPrecision(6))).replace("-", "\u2212");
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

/** Of the lines of a logarithmic axis, those between decades only where few decades are shown. */
export function gridDecades(_plot: unknown, splits: readonly number[]): (number | null)[] {
  const [first = 1, last = 1] = [splits[0], splits.at(-1)];
  if (last / first < 2000) return [...splits];
  return splits.map((value) => (Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-6 ? value : null));
}
