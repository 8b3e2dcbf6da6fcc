import { MemrigError } from "../../src/errors.js";
import type { Check } from "./arb-generator.js";

/**
 * A reply as keys and values: `C1:BSWV WVTP,SINE,FRQ,1000HZ`. The header is there or not, as `CHDR` says. What stands alone
 * at the beginning (`ON` of an output) is under the empty key. What belongs to the carrier of a burst is left out.
 */
export function fieldsOf(reply: string): Map<string, string> {
  const words = reply
    .trim()
    .replace(/^C\d:\w+\s+/i, "")
    .split(",")
    .map((word) => word.trim());
  const fields = new Map<string, string>();
  if (/^(ON|OFF)$/i.test(words[0] ?? "")) fields.set("", words.shift() ?? "");
  for (let i = 0; i + 1 < words.length; i += 2) {
    const key = (words[i] ?? "").toUpperCase();
    if (key === "CARR") break;
    fields.set(key, words[i + 1] ?? "");
  }
  return fields;
}

/**
 * The number of a key, its unit left off: `1000HZ`, `2.4e-07S`.
 *
 * @throws MemrigError `bad-reply`: the key is not there, or is no number in base units
 */
export function numberOf(reply: string, key: string): number {
  const match = /^([+-]?[\d.]+(?:e[+-]?\d+)?)\s*(?:HZ|S|VRMS|V|%)?$/i.exec(fieldsOf(reply).get(key) ?? "");
  const value = Number(match?.[1] ?? NaN);
  if (Number.isFinite(value)) return value;
  throw new MemrigError("bad-reply", `"${reply}" came where ${key} with a number was asked for.`, { reply, key });
}

/** A check of a number among the fields of a reply. */
export function nearField(question: string, key: string, wanted: number, tolerance: number, asked: string): Check {
  return {
    question,
    asked,
    read: (reply) => numberOf(reply, key),
    good: (value) => Math.abs(Number(value) - wanted) <= tolerance,
  };
}

/** A check of a word among the fields; of no word where the key is not there. */
export function wordField(question: string, key: string, wanted: string, asked: string): Check {
  return {
    question,
    asked,
    read: (reply) => fieldsOf(reply).get(key)?.toUpperCase() ?? `${reply.trim()} (without ${key})`,
    good: (value) => value === wanted.toUpperCase(),
  };
}
