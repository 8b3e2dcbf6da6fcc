import { MemrigError } from "../errors.js";
import { parseQuantity, type Unit } from "../units.js";

/** What stands between whole and fraction. */
export type DecimalMark = "." | ",";

/** A cell that holds no number though one belongs there: Clarius's `#REF`, a spreadsheet's `#N/A`, a dash. */
const noNumber = /^(#[A-Z/0-9!?]+|n\/?a|nan|-?inf|null|none|-+|–|\*+|over(flow|range)?)$/i;

/** SCPI instruments write 9.91E+37 for "not a number" and ±9.9E+37 for "too large". */
const scpiNoNumber = 9.8e37;

const plain = /^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$/;
const withUnit = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([a-zA-Z\u00b5\u03bc\u03a9\u2126]{1,5})$/u;

/** Kinds of cell; what decides whether a row is data. */
export type CellKind = "empty" | "number" | "no-number" | "text";

/** A number as it stands in the file, with the unit that stands beside it, if any. */
export interface CellNumber {
  readonly value: number;
  readonly unit?: string;
}

/** Quote marks, no-break spaces and typographic minus signs taken off. */
export function tidy(cell: string): string {
  return cell
    .replace(/[\u00a0\u2007\u202f]/g, " ")
    .replace(/\u2212/g, "-")
    .trim();
}

/** What a cell is, its decimals being marked by `mark`. */
export function kindOf(cell: string, mark: DecimalMark): CellKind {
  if (cell === "") return "empty";
  if (noNumber.test(cell)) return "no-number";
  return readNumber(cell, mark) === undefined ? "text" : "number";
}

/** Reads a number, also `410.1377E-2`, `1,5E-3`, `1.5D-3`, `1.5 mA` and true or false (1 and 0); undefined where it is none. No number at all gives NaN. */
export function readNumber(cell: string, mark: DecimalMark): CellNumber | undefined {
  const truth = /^(true|false)$/i.exec(cell);
  if (truth !== null) return { value: cell.length === 4 ? 1 : 0 };
  if (mark === "," && cell.includes(".")) return undefined;
  const text = mark === "," ? cell.replace(",", ".") : cell;
  if (plain.test(text)) {
    const value = Number(text.replace(/[dD]/, "E"));
    return { value: Math.abs(value) >= scpiNoNumber ? Number.NaN : value };
  }
  const match = withUnit.exec(text);
  return match?.[2] === undefined || unitNamed(match[2]) === undefined
    ? undefined
    : { value: Number(match[1]), unit: match[2] };
}

/** A unit as a file writes it: what it measures, and how many of the base unit it is. */
export interface NamedUnit {
  readonly base: Unit;
  readonly factor: number;
}

const words: Readonly<Record<string, string>> = {
  volt: "V",
  volts: "V",
  amp: "A",
  amps: "A",
  ampere: "A",
  amperes: "A",
  sec: "s",
  secs: "s",
  second: "s",
  seconds: "s",
};
const bases: readonly Unit[] = ["V", "A", "s", "ohm", "S", "W", "J", "Hz", "F", "K"];

/** Units that were looked at: a column says the same one in every cell. */
const seen = new Map<string, NamedUnit | undefined>();

/** "mA" is 1e-3 A; undefined where the text is no unit. */
export function unitNamed(text: string): NamedUnit | undefined {
  if (!seen.has(text)) {
    if (seen.size > 1000) seen.clear();
    seen.set(text, lookUp(text));
  }
  return seen.get(text);
}

function lookUp(text: string): NamedUnit | undefined {
  const spelled = words[text.toLowerCase()] ?? text.replace(/(ohms|Ohms)$/, "ohm");
  for (const base of bases) {
    // A bare prefix ("m", "u") is no unit here, and "K" is no temperature in a column of resistances.
    if (!/([VASFWJKsz]|ohm|Ohm|\u03a9|\u2126)$/u.test(spelled)) continue;
    const factor = factorOf(spelled, base);
    if (factor !== undefined) return { base, factor };
  }
  return undefined;
}

function factorOf(unit: string, base: Unit): number | undefined {
  try {
    return parseQuantity(`1 ${unit}`, base);
  } catch (error) {
    if (error instanceof MemrigError) return undefined; // another unit
    throw error;
  }
}

/** Value in base units. Dividing by whole powers of ten keeps "5 µA" equal to 5e-6. */
export function inBase(value: number, { factor }: NamedUnit): number {
  return factor < 1 ? value / Math.round(1 / factor) : value * factor;
}

/**
 * Finds the decimal mark from all cells of a file.
 *
 * @param cells tidy cells of the rows that hold data
 * @param asked the mark that was said to be used
 * @returns the mark, and what was assumed
 * @throws MemrigError `invalid-request`: both marks are there, or `1,234` may be either
 */
export function decimalMarkOf(
  cells: Iterable<string>,
  asked?: DecimalMark,
): { mark: DecimalMark; assumed: readonly string[] } {
  if (asked !== undefined) return { mark: asked, assumed: [] };
  let points = 0;
  let commas = 0;
  let certain = 0;
  let [point, comma] = ["", ""];
  for (const cell of cells) {
    if (/^[+-]?\d*\.\d+([eEdD][+-]?\d+)?(\s*\p{L}{1,4})?$/u.test(cell)) {
      points++;
      point ||= cell;
    } else if (/^[+-]?\d*,\d+([eEdD][+-]?\d+)?(\s*\p{L}{1,4})?$/u.test(cell)) {
      commas++;
      comma ||= cell;
      if (!/^[+-]?[1-9]\d{0,2},\d{3}$/.test(cell)) certain++;
    }
  }
  if (commas === 0) return { mark: ".", assumed: [] };
  if (points > 0) {
    throw new MemrigError(
      "invalid-request",
      `Numbers are written both with a decimal point ("${point}") and with a comma ("${comma}"), so what the comma means is not certain. ` +
        "Let the file write all numbers one way, without marks between thousands.",
      { points, commas },
    );
  }
  if (certain === 0) {
    throw new MemrigError(
      "invalid-request",
      `Every number with a comma looks like "${comma}", which may be ${comma.replace(",", ".")} or ${comma.replace(",", "")}. ` +
        "Say which: --decimal comma where it marks the decimals; where it parts thousands, write the numbers without it.",
      { commas },
    );
  }
  return { mark: ",", assumed: [`the comma marks the decimals ("${comma}")`] };
}
