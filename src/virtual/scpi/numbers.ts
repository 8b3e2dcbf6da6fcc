import { ScpiError } from "./errors.js";

/** Units a numeric parameter may carry. */
export type ScpiUnit =
  "V" | "A" | "OHM" | "HZ" | "S" | "W" | "F" | "H" | "DEG" | "RAD" | "K" | "PCT" | "VPP" | "VRMS" | "DBM";

export const INFINITY = 9.9e37;
export const NOT_A_NUMBER = 9.91e37;

const multipliers: Readonly<Record<string, number>> = {
  EX: 1e18,
  PE: 1e15,
  T: 1e12,
  G: 1e9,
  MA: 1e6,
  K: 1e3,
  M: 1e-3,
  U: 1e-6,
  N: 1e-9,
  P: 1e-12,
  F: 1e-15,
  A: 1e-18,
};

/** What follows the number may be anything: were it not, a long row of digits would be tried again and again. */
const numberForm = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:\s*[eE]\s*[+-]?\d+)?)\s*(.*)$/s;
const radixForms: readonly (readonly [RegExp, number])[] = [
  [/^#[hH]([0-9a-fA-F]+)$/, 16],
  [/^#[qQ]([0-7]+)$/, 8],
  [/^#[bB]([01]+)$/, 2],
];

/** A number with the unit that was written; `unit` is "" where none was. */
export interface ParsedNumber {
  readonly value: number;
  readonly unit: ScpiUnit | "";
}

/**
 * Reads `1`, `-2.5e-3`, `10 mV`, `2KHZ`, `#H1F`, `INF`.
 *
 * @param units the units allowed; none: a bare number only
 * @returns in base units; undefined where the text is a word, for the caller to look up
 * @throws ScpiError -121 a stray character, -123 exponent too large, -131 another unit, -138 no unit allowed here
 */
export function parseNumber(text: string, units: readonly ScpiUnit[]): ParsedNumber | undefined {
  const match = numberForm.exec(text);
  if (!match) return parseSpecial(text);
  const value = Number((match[1] as string).replace(/\s+/g, ""));
  if (!Number.isFinite(value)) throw new ScpiError(-123);
  const suffix = (match[2] as string).toUpperCase();
  if (suffix === "") return { value, unit: "" };
  if (!/^[A-Z]+$/.test(suffix)) throw new ScpiError(-121);
  if (units.length === 0) throw new ScpiError(-138);
  for (const unit of units) {
    const scale = scaleOf(suffix, unit);
    if (scale === undefined) continue;
    // Dividing by a whole power of ten keeps 10 mV equal to 0.01.
    return { value: scale < 1 ? value / Math.round(1 / scale) : value * scale, unit };
  }
  throw new ScpiError(-131);
}

function parseSpecial(text: string): ParsedNumber | undefined {
  const upper = text.toUpperCase();
  if (upper === "INF" || upper === "INFINITY") return { value: INFINITY, unit: "" };
  if (upper === "NINF" || upper === "NINFINITY") return { value: -INFINITY, unit: "" };
  if (upper === "NAN") return { value: NOT_A_NUMBER, unit: "" };
  for (const [form, radix] of radixForms) {
    const match = form.exec(text);
    if (match) return { value: Number.parseInt(match[1] as string, radix), unit: "" };
  }
  if (/^[A-Za-z]\w*$/.test(text)) return undefined;
  throw new ScpiError(text.startsWith("#") ? -120 : -121);
}

function scaleOf(suffix: string, unit: string): number | undefined {
  if (suffix === unit) return 1;
  if (!suffix.endsWith(unit)) return undefined;
  const prefix = suffix.slice(0, -unit.length);
  if (prefix === "M" && (unit === "HZ" || unit === "OHM")) return 1e6; // SCPI-99: milli can not be written for these
  return multipliers[prefix];
}

/**
 * A number in NR3 form, `1.000000E+00`.
 *
 * @param digits after the point
 * @param plus true: positive numbers carry a sign, as Keysight writes them
 */
export function nr3(value: number, digits: number, plus = false): string {
  const finite = Number.isNaN(value) ? NOT_A_NUMBER : Number.isFinite(value) ? value : Math.sign(value) * INFINITY;
  const text = finite.toExponential(digits);
  const e = text.indexOf("e");
  const exponent = text.slice(e + 2);
  const padded = exponent.length < 2 ? `0${exponent}` : exponent;
  return `${plus && finite >= 0 ? "+" : ""}${text.slice(0, e)}E${text[e + 1]}${padded}`;
}
