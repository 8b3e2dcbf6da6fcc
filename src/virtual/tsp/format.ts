import { TspError } from "./errors.js";
import type { LuaValue } from "./values.js";

/** How numbers go out. */
export interface OutputFormat {
  /** 1 ASCII, 2 REAL32, 3 REAL64. */
  data: number;
  /** 0 normal (most significant byte first), 1 swapped. */
  byteorder: number;
  /** Significant digits. */
  asciiprecision: number;
}

export function defaultFormat(): OutputFormat {
  return { data: 1, byteorder: 1, asciiprecision: 6 };
}

/** `1.00000e+00`: always an exponent, of two digits at least. */
export function asciiNumber(value: number, digits: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return value.toExponential(digits - 1).replace(/e([+-])(\d)$/, "e$10$2");
}

/** A value as `print` writes it. */
export function printed(value: LuaValue, { asciiprecision }: OutputFormat): string {
  if (value === undefined) return "nil";
  if (typeof value === "number") return asciiNumber(value, asciiprecision);
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  if (typeof value === "function") return "function";
  return "path" in value ? value.path : "table";
}

/** Numbers as `printnumber` and `printbuffer` send them: in text, or as a block without a length. */
export function numberBlock(values: readonly number[], format: OutputFormat): Uint8Array {
  if (format.data === 1) {
    const text = values.map((value) => asciiNumber(value, format.asciiprecision)).join(", ");
    return Buffer.from(`${text}\n`);
  }
  const wide = format.data === 3;
  const size = wide ? 8 : 4;
  const out = Buffer.alloc(3 + size * values.length);
  out.write("#0");
  const swapped = format.byteorder === 1;
  for (const [index, value] of values.entries()) {
    const at = 2 + index * size;
    if (wide && swapped) out.writeDoubleLE(value, at);
    else if (wide) out.writeDoubleBE(value, at);
    else if (swapped) out.writeFloatLE(value, at);
    else out.writeFloatBE(value, at);
  }
  out[out.length - 1] = 10;
  return out;
}

/** @throws TspError the number that refuses a value of an attribute of `format` */
export function checkFormat(key: keyof OutputFormat, value: number): number {
  const allowed = { data: [1, 3], byteorder: [0, 1], asciiprecision: [1, 16] }[key] as [number, number];
  if (Number.isInteger(value) && value >= allowed[0] && value <= allowed[1]) return value;
  throw new TspError({ data: 1406, byteorder: 1404, asciiprecision: 1405 }[key]);
}
