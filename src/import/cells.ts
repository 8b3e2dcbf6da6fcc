import { parse } from "csv-parse/sync";
import { MemrigError, messageOf } from "../errors.js";
import { type DecimalMark, decimalMarkOf, kindOf, tidy } from "./numbers.js";

/** A file cut into cells. */
export interface Cells {
  /** Row by row; `rows[k]` is line k + 1 as long as no cell spans lines. */
  readonly rows: readonly (readonly string[])[];
  /** "tab", "semicolon", … */
  readonly separator: string;
  readonly mark: DecimalMark;
  readonly assumed: readonly string[];
}

/** What parts the cells of a line, in the order in which they are tried. */
const separators: readonly { readonly name: string; readonly cut: (text: string) => string[][] }[] = [
  { name: "tab", cut: (text) => parsed(text, "\t") },
  { name: "semicolon", cut: (text) => parsed(text, ";") },
  { name: "comma", cut: (text) => parsed(text, ",") },
  { name: "bar", cut: (text) => parsed(text, "|") },
  { name: "spaces", cut: (text) => words(text, / {2,}|\t/) },
  { name: "space", cut: (text) => words(text, /\s+/) },
];

/** Lines that are looked at to find the separator: enough to get past a long header. */
const lookedLines = 2000;

/**
 * Cuts a text into cells. The separator is the one that gives the most numbers side by side; Excel's `sep=;` line decides if it is there.
 *
 * @throws MemrigError `invalid-request`: no separator gives two columns of numbers, or the decimal mark is not certain
 */
export function cutIntoCells(text: string, decimal?: DecimalMark): Cells {
  const told = /^sep=(.)\r?\n/.exec(text);
  const body = told === null ? text : `\n${text.slice(told[0].length)}`; // the line stays, so that line numbers hold
  const sample = firstLines(body, lookedLines);
  const tried =
    told?.[1] === undefined
      ? separators
      : [{ name: `"${told[1]}"`, cut: (whole: string) => parsed(whole, told[1] ?? ",") }];
  let best: { separator: (typeof separators)[number]; score: number } | undefined;
  for (const separator of tried) {
    const score = numbersSideBySide(cleaned(separator.cut(sample)));
    if (score > (best?.score ?? 0)) best = { separator, score };
  }
  if (best === undefined) {
    throw new MemrigError(
      "invalid-request",
      `No two columns of numbers were found, with tabs, semicolons, commas, bars or spaces between them. The file begins with ${quoteStart(text)}. ` +
        "A table has a line of names, then lines of numbers: for example V (V), I (A).",
    );
  }
  const rows = cleaned(best.separator.cut(body));
  const { mark, assumed } = decimalMarkOf(dataCells(rows), decimal);
  return { rows, separator: best.separator.name, mark, assumed };
}

/** RFC 4180 with any separator; lines may be of unlike lengths, and a quote mark inside a word is a letter. */
function parsed(text: string, delimiter: string): string[][] {
  try {
    return parse(text, {
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      record_delimiter: ["\r\n", "\n", "\r"],
    });
  } catch (error) {
    // An opening quote mark that is never closed: with this separator the file is no table.
    if (error instanceof Error && "code" in error) return text.split(/\r\n|\n|\r/).map((line) => line.split(delimiter));
    throw new MemrigError("invalid-request", `The file could not be cut into cells: ${messageOf(error)}.`, {}, error);
  }
}

function words(text: string, between: RegExp): string[][] {
  return text.split(/\r\n|\n|\r/).map((line) => (line.trim() === "" ? [""] : line.trim().split(between)));
}

function cleaned(rows: readonly (readonly string[])[]): string[][] {
  return rows.map((row) => row.map(tidy));
}

function firstLines(text: string, count: number): string {
  let at = 0;
  for (let line = 0; line < count; line++) {
    const next = text.indexOf("\n", at);
    if (next < 0) return text;
    at = next + 1;
  }
  return text.slice(0, at);
}

/** Looks like a number with either decimal mark. */
function numberLike(cell: string): boolean {
  return kindOf(cell, ".") === "number" || kindOf(cell, ",") === "number";
}

/** How many numbers stand in rows with at least two, less what is no number in those rows. */
function numbersSideBySide(rows: readonly (readonly string[])[]): number {
  let score = 0;
  for (const row of rows) {
    const numbers = row.filter(numberLike).length;
    // One number counts too where names or gaps stand beside it, but little: "Compliance;0,1".
    if (numbers < 2) continue;
    const others = row.filter((cell) => cell !== "" && !numberLike(cell) && kindOf(cell, ".") === "text").length;
    // "1,5;2,5" gives "1", "5;2", "5" with the comma: three cells, one of them no number.
    score += others === 0 ? 1 : Math.max(0, 0.5 - 0.5 * (others / numbers));
  }
  return score;
}

function* dataCells(rows: readonly (readonly string[])[]): Generator<string> {
  for (const row of rows) if (row.filter(numberLike).length >= 2) yield* row;
}

function quoteStart(text: string): string {
  const start = text.trimStart().slice(0, 60).replace(/\s+/g, " ");
  return `"${start}${text.length > 60 ? "…" : ""}"`;
}
