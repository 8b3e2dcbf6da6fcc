import type { ScpiInstrument } from "./instrument.js";
import { boolean, boundOf, integer, keyword, namedBound, numeric, optional } from "./parameters.js";
import type { NumericRange } from "./parameters.js";
import type { ScpiUnit } from "./numbers.js";
import { takes } from "./tree.js";
import type { Call } from "./tree.js";

/** How a setting is kept: the handler is told the node numbers of the header. */
export interface Access<T> {
  get(call: Call): T;
  set(value: T, call: Call): void | Promise<void>;
}

/** A numeric setting: command, query, and query with MINimum, MAXimum, DEFault. */
export function numberSetting(
  { tree, dialect }: ScpiInstrument,
  pattern: string,
  unit: ScpiUnit | "",
  range: NumericRange,
  access: Access<number>,
): void {
  tree.command(
    pattern,
    takes([numeric(unit, range)], ([value], call) => access.set(value, call)),
  );
  const bound = optional(keyword("MINimum", "MAXimum", "DEFault"));
  tree.query(
    pattern,
    takes([bound], ([word], call) =>
      dialect.formatNumber(word === undefined ? access.get(call) : namedBound(word, range)),
    ),
  );
}

/** A whole number: replies NR1. */
export function integerSetting(
  { tree }: ScpiInstrument,
  pattern: string,
  range: NumericRange,
  access: Access<number>,
): void {
  tree.command(
    pattern,
    takes([integer(range)], ([value], call) => access.set(value, call)),
  );
  const bound = optional(keyword("MINimum", "MAXimum", "DEFault"));
  tree.query(
    pattern,
    takes([bound], ([word], call) => String(word === undefined ? access.get(call) : boundOf(namedBound(word, range)))),
  );
}

export function booleanSetting({ tree }: ScpiInstrument, pattern: string, access: Access<boolean>): void {
  tree.command(
    pattern,
    takes([boolean()], ([value], call) => access.set(value, call)),
  );
  tree.query(
    pattern,
    takes([], (_, call) => access.get(call)),
  );
}

/** One of some words in manual notation; kept and answered in the short form. */
export function keywordSetting(
  { tree }: ScpiInstrument,
  pattern: string,
  words: readonly string[],
  access: Access<string>,
): void {
  tree.command(
    pattern,
    takes([keyword(...words)], ([value], call) => access.set(value, call)),
  );
  tree.query(
    pattern,
    takes([], (_, call) => access.get(call)),
  );
}

/** Access to a property of an object. */
export function property<O, K extends keyof O>(object: O, key: K): Access<O[K]> {
  return {
    get: () => object[key],
    set: (value) => {
      object[key] = value;
    },
  };
}
