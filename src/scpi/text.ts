import { MemrigError } from "../errors.js";

/** A string parameter: in double quotes, a quote inside written twice. */
export function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** What a quoted reply says. Text without quotes is given back as it is. */
export function unquoted(reply: string): string {
  const text = reply.trim();
  const quote = text.charAt(0);
  if (text.length < 2 || (quote !== '"' && quote !== "'") || !text.endsWith(quote)) return text;
  return text.slice(1, -1).replaceAll(quote + quote, quote);
}

/** SCPI writes "no number" and "beyond the range" as these (SCPI-99, volume 1, 7.2.1). */
const NOT_A_NUMBER = 9.91e37;
const INFINITE = 9.9e37;

/**
 * A number in a reply; 9.91E37 is NaN, ±9.9E37 is ±Infinity.
 *
 * @throws MemrigError `bad-reply`: not a number
 */
export function parseNumber(reply: string): number {
  const text = reply.trim();
  const value = text === "" ? NaN : Number(text);
  if (Number.isNaN(value)) throw notNumbers(reply, 0);
  return withoutSpecials(value);
}

/**
 * Numbers separated by commas, as `parseNumber` reads each.
 *
 * @throws MemrigError `bad-reply`: one is not a number; it is quoted
 */
export function parseNumbers(reply: string): Float64Array {
  const fields = reply.split(",");
  const values = new Float64Array(fields.length);
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i] ?? "";
    const value = Number(field);
    if (Number.isNaN(value) || field === "" || field.trim() === "") throw notNumbers(field, i);
    values[i] = withoutSpecials(value);
  }
  return values;
}

/**
 * A truth value in a reply: `1`, `0`, `ON`, `OFF`.
 *
 * @throws MemrigError `bad-reply`: something else
 */
export function parseBoolean(reply: string): boolean {
  const text = reply.trim().toUpperCase();
  if (text === "1" || text === "ON" || text === "+1") return true;
  if (text === "0" || text === "OFF" || text === "+0") return false;
  throw new MemrigError("bad-reply", `"${reply}" came where 1 or 0 was asked for.`, { reply });
}

function withoutSpecials(value: number): number {
  if (value === NOT_A_NUMBER) return NaN;
  if (value === INFINITE) return Infinity;
  if (value === -INFINITE) return -Infinity;
  return value;
}

function notNumbers(text: string, index: number): MemrigError {
  const shown = text.length <= 60 ? text : `${text.slice(0, 57)}...`;
  return new MemrigError("bad-reply", `"${shown}" came where a number was asked for (value ${index + 1}).`, {
    reply: shown,
  });
}
