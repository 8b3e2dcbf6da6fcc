import type { AwgChannel } from "../channel.js";
import { amountOf, shownNumber } from "./sdg.js";

/** What a key of the flat language takes: a number, of which nothing beyond the range is taken, or one of some words. */
export type Key =
  | { readonly name: string; readonly unit: string; readonly min: Bound; readonly max: Bound; readonly preset: number }
  | { readonly name: string; readonly words: readonly string[] };
type Bound = number | ((c: AwgChannel) => number);

/** By key: where it is kept, and what it takes. */
export type Keys = ReadonlyMap<string, Key>;

export function declareKeys(channels: readonly AwgChannel[], keys: Keys): void {
  for (const key of keys.values()) {
    for (const c of channels) c.kept.declare(key.name, "words" in key ? (key.words[0] ?? "") : key.preset);
  }
}

/** Sets one key. What is not understood or beyond the range is left, and nobody is told. */
export function setKey(c: AwgChannel, key: Key, written: string): void {
  if ("words" in key) {
    const word = written.toUpperCase();
    if (key.words.includes(word)) c.kept.set(key.name, word);
    return;
  }
  const value = amountOf(written);
  const at = (bound: Bound) => (typeof bound === "number" ? bound : bound(c));
  if (value !== undefined && value >= at(key.min) && value <= at(key.max)) c.kept.set(key.name, value);
}

/** `KEY,value` as a reply has it. */
export function keyText(c: AwgChannel, keys: Keys, wanted: readonly string[]): string {
  return wanted
    .map((one) => {
      const key = keys.get(one);
      if (!key) throw new Error(`no key ${one}`);
      if ("words" in key) return `${one},${c.kept.word(key.name)}`;
      return `${one},${shownNumber(c.kept.number(key.name) ?? key.preset)}${key.unit}`;
    })
    .join(",");
}
