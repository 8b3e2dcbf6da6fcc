import { MemrigError } from "./errors.js";

// How quantities are written and read. Apart from units.ts: a list of runs has no need of zod, which takes longer to load than to print it.

/** Units a quantity may carry in a file, on the command line or in a column. `""` is a bare number. */
export type Unit =
  "V" | "A" | "W" | "J" | "s" | "Hz" | "ohm" | "S" | "F" | "K" | "m" | "V/s" | "A/s" | "A/V" | "V/A" | "V/decade" | "";

const prefixes: Readonly<Record<string, number>> = {
  f: 1e-15,
  p: 1e-12,
  n: 1e-9,
  u: 1e-6,
  "\u00b5": 1e-6, // micro sign
  "\u03bc": 1e-6, // Greek mu: both are on keyboards
  m: 1e-3,
  "": 1,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
};

const spellings: Readonly<Record<string, Unit>> = {
  ohm: "ohm",
  ohms: "ohm",
  Ohm: "ohm",
  "\u03a9": "ohm", // Greek omega
  "\u2126": "ohm", // ohm sign
  V: "V",
  A: "A",
  W: "W",
  J: "J",
  s: "s",
  Hz: "Hz",
  S: "S",
  F: "F",
  K: "K",
  m: "m",
  "V/s": "V/s",
  "A/s": "A/s",
  "A/V": "A/V",
  "V/A": "V/A",
  "V/decade": "V/decade",
};

const number = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$/u;

/**
 * Reads a quantity with its unit ("10 µA", "470kHz", "5 us") into base units. A bare number is in base units already; a
 * bare prefix is taken with the expected unit ("6k" ohm).
 *
 * @param text what a person wrote
 * @param unit the unit that is expected
 * @throws MemrigError `invalid-request`: not a number, another unit, or an unknown prefix
 */
export function parseQuantity(text: string | number, unit: Unit): number {
  if (typeof text === "number") {
    if (Number.isFinite(text)) return text;
    throw notAQuantity(String(text), unit, "it is not a finite number");
  }
  const match = number.exec(text);
  if (!match) throw notAQuantity(text, unit, "it does not begin with a number");
  const value = Number(match[1]);
  const suffix = match[2] ?? "";
  const scale = scaleOf(suffix, unit);
  if (scale === undefined) throw notAQuantity(text, unit, `"${suffix}" is not a unit of this quantity`);
  // Dividing by an exact power of ten keeps "5 us" equal to 5e-6, which multiplying by 1e-6 does not always do.
  const scaled = scale < 1 ? value / Math.round(1 / scale) : value * scale;
  if (!Number.isFinite(scaled)) throw notAQuantity(text, unit, "it is too large");
  return scaled;
}

function scaleOf(suffix: string, unit: Unit): number | undefined {
  if (suffix === "") return 1;
  for (const [spelling, base] of Object.entries(spellings)) {
    if (base !== unit || !suffix.endsWith(spelling)) continue;
    const prefix = suffix.slice(0, suffix.length - spelling.length).trimEnd();
    if (prefix in prefixes) return prefixes[prefix];
  }
  return suffix.length === 1 && unit !== "K" ? prefixes[suffix] : undefined;
}

function notAQuantity(text: string, unit: Unit, why: string): MemrigError {
  const example = unit === "" ? "0.21" : `${unit === "Hz" ? "470 k" : "10 m"}${unit}`;
  const wanted = unit === "" ? "a number without a unit" : `a number in ${unit}, with or without its unit`;
  return new MemrigError(
    "invalid-request",
    `"${text}" was given where ${wanted} is expected: ${why}. Write for example ${example}.`,
    {
      text,
      unit,
    },
  );
}

/** A number for a person to read: "10 µA", "1.3 MΩ". Four significant digits. */
export function si(value: number, unit: string): string {
  const symbol = unit === "ohm" ? "Ω" : unit;
  if (!Number.isFinite(value)) return `${value} ${symbol}`.trim();
  if (value === 0) return `0 ${symbol}`.trim();
  if (symbol === "") return String(Number(value.toPrecision(4)));
  const exponent = Math.min(9, Math.max(-15, Math.floor(Math.log10(Math.abs(value) * (1 + 5e-5)) / 3) * 3));
  const prefix = { "-15": "f", "-12": "p", "-9": "n", "-6": "µ", "-3": "m", 0: "", 3: "k", 6: "M", 9: "G" }[exponent];
  const mantissa = Number((value / 10 ** exponent).toPrecision(4));
  return `${mantissa} ${prefix}${symbol}`;
}

/** A deviation for a person to read: two significant digits ("5.0 %"), whole per cent from 100 on ("430 %"). */
export function percentOf(share: number): string {
  const percent = 100 * share;
  return `${Math.abs(percent) < 99.5 ? percent.toPrecision(2) : String(Math.round(percent))} %`;
}

/** A number for an instrument to read: shortest decimal that gives back the same double, exponent form. */
export function sci(value: number): string {
  return value.toExponential().replace("e", "E");
}
