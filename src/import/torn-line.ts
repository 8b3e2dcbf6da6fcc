/** Lines before the last that tell how its numbers are written. */
const looked = 20;

/**
 * Takes a last line off that breaks off in the middle: its file ended while it was being copied or written. A number that lost its
 * exponent reads like any other, and is a million times too large.
 *
 * A line without its end is nothing unusual; it is taken for torn where it ends in the middle of an exponent or behind a decimal mark,
 * or has no exponent where all lines before it have one behind equally many digits.
 */
export function withoutTornLine(text: string): { readonly text: string; readonly torn: readonly string[] } {
  const start = Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r")) + 1;
  const last = text.slice(start);
  if (start === 0 || last.trim() === "") return { text, torn: [] };
  const before = text.slice(0, start).trimEnd().split(/\r\n|\n|\r/).slice(-looked); // prettier-ignore
  const form = formOf(last);
  const forms = before.map(formOf).filter((one) => one.number);
  if (forms.length < 3 || !/\d/.test(last)) return { text, torn: [] };
  const alike = forms.every(({ exponent, digits }) => exponent && digits === forms[0]?.digits);
  const lost = form.cut || (alike && form.number && !form.exponent);
  if (!lost) return { text, torn: [] };
  return {
    text: text.slice(0, start),
    torn: [`the last line, "${last.slice(0, 60)}", breaks off and is left out: the file was cut off there`],
  };
}

interface Form {
  readonly number: boolean;
  readonly exponent: boolean;
  /** It breaks off within the number. */
  readonly cut: boolean;
  /** Length without sign and exponent. */
  readonly digits: number;
}

/** How the last number of a line is written. */
function formOf(line: string): Form {
  const cell = /[^\t;|\s]*$/.exec(line.trimEnd())?.[0] ?? "";
  const bare = cell.includes(",") && cell.includes(".") ? cell.slice(cell.lastIndexOf(",") + 1) : cell;
  const [, mantissa = "", exponent = ""] = /^[+-]?([\d.,]+)((?:[eEdD][+-]?\d*)?)$/.exec(bare) ?? [];
  return {
    number: mantissa !== "",
    exponent: /\d$/.test(exponent),
    cut: mantissa !== "" && (exponent === "" ? /\d[.,]$/.test(mantissa) : !/\d$/.test(exponent)),
    digits: mantissa.length,
  };
}
