import { si } from "../units.js";

/** Where an axis has its marks, and what stands at them. */
export interface AxisTicks {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
  /** Unit with prefix, for the axis title: "µA". Empty where the labels carry the unit. */
  readonly unit: string;
}

const symbol = (unit: string) => (unit === "ohm" ? "Ω" : unit === "V/decade" ? "V/dec" : unit);

const prefixes: readonly (readonly [number, string])[] = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
  [1, ""],
  [1e-3, "m"],
  [1e-6, "µ"],
  [1e-9, "n"],
  [1e-12, "p"],
  [1e-15, "f"],
];

/**
 * Marks at 1, 2 or 5 times a power of ten, in one SI prefix for the whole axis.
 *
 * @param low,high range of the data; equal or nearly equal ends are widened
 * @param about how many marks are wanted
 */
export function linearTicks(low: number, high: number, unit: string, about = 6): AxisTicks {
  if (!(high - low > Math.max(1e-9 * Math.max(Math.abs(low), Math.abs(high)), smallest))) {
    return linearTicks(low - widening(low), high + widening(high), unit, about);
  }
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const [scale, prefix] = unit === "" ? [1, ""] : (prefixes.find(([size]) => largest >= size * 0.9999) ?? [1e-15, "f"]);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  const ticks = Array.from({ length: Math.max(0, count) }, (_, k) => {
    const value = Number(((first + k) * step).toPrecision(12));
    return { value, label: minus(String(Number((value / scale).toPrecision(6)))) };
  });
  return { low, high, ticks, unit: prefix + symbol(unit) };
}

/** Below this a number is nothing: no quantity of a bench, and the arithmetic of marks would lose its digits. */
const smallest = 1e-100;

const widening = (value: number) => (Math.abs(value) > smallest ? Math.abs(value) * 0.1 : 1);

/** A proper minus sign instead of a hyphen. */
function minus(text: string): string {
  return text.replace(/^-/, "−");
}

/**
 * Marks at powers of ten, at most ten of them; within less than two decades also at 2 and 5. The labels carry the unit.
 *
 * @param low,high range of the data, above 0; widened to whole marks
 */
export function logTicks(low: number, high: number, unit: string): AxisTicks {
  const [from, to] = [Math.floor(Math.log10(low) + 1e-9), Math.ceil(Math.log10(high) - 1e-9)];
  const decades = Math.max(1, to - from);
  const every = Math.ceil(decades / 9);
  const factors = decades <= 2 ? [1, 2, 5] : [1];
  const all: number[] = [];
  for (let power = from; power <= from + decades; power += every) {
    for (const factor of factors) all.push(Number((factor * 10 ** power).toPrecision(6)));
  }
  const lowest = all.filter((value) => value <= low * 1.0001).at(-1) ?? 10 ** from;
  const highest = all.find((value) => value >= high * 0.9999 && value > lowest) ?? 10 ** (from + decades);
  const shown = all.filter((value) => value >= lowest && value <= highest * 1.0001);
  return {
    low: lowest,
    high: highest,
    ticks: shown.map((value) => ({ value, label: powerLabel(value, unit) })),
    unit: "",
  };
}

/** "10 nA"; for a bare number "100", and "10⁻⁴" where that would be long. */
function powerLabel(value: number, unit: string): string {
  if (unit !== "") return si(value, unit);
  if (value >= 1e-3 && value < 1e5) return String(value);
  const exponent = Math.floor(Math.log10(value) + 1e-9);
  const factor = Math.round(value / 10 ** exponent);
  const raised = String(exponent).replace(/[-0-9]/g, (digit) =>
    digit === "-" ? "⁻" : ("⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? ""),
  );
  return `${factor === 1 ? "" : `${factor}·`}10${raised}`;
}
