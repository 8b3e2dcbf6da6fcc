import { ScpiError } from "./errors.js";
import { isForm, mnemonic } from "./mnemonic.js";
import { parseNumber } from "./numbers.js";
import type { ScpiUnit } from "./numbers.js";
import type { RawParameter } from "./program-message.js";

/** What a command takes at one place. `optional`: may be left out. `rest`: takes all that follow. */
export interface ParameterType<T> {
  readonly optional: boolean;
  readonly rest: boolean;
  /** @throws ScpiError what the instrument queues */
  read(raw: RawParameter): T;
  /** In place of a parameter that is not there. */
  missing(): T;
}

/** A bound that may hang on other settings. */
export type Bound = number | (() => number);

export interface NumericRange {
  readonly min?: Bound;
  readonly max?: Bound;
  /** Value of the word DEFault. */
  readonly default?: Bound;
}

export function boundOf(bound: Bound): number {
  return typeof bound === "number" ? bound : bound();
}

function required<T>(read: (raw: RawParameter) => T): ParameterType<T> {
  return {
    optional: false,
    rest: false,
    read,
    missing: () => {
      throw new ScpiError(-109);
    },
  };
}

/**
 * A number in base units. MINimum, MAXimum and DEFault stand for the bounds of `range` where it has them.
 *
 * @throws ScpiError -222 outside the range
 */
export function numeric(
  units: ScpiUnit | readonly ScpiUnit[] | "" = "",
  range: NumericRange = {},
): ParameterType<number> {
  const allowed = typeof units === "string" ? (units === "" ? [] : [units]) : units;
  return required((raw) => {
    if (raw.kind !== "plain") throw new ScpiError(raw.kind === "block" ? -168 : raw.kind === "string" ? -158 : -178);
    if (raw.text === "") throw new ScpiError(-109);
    const parsed = parseNumber(raw.text, allowed);
    const value = parsed?.value ?? namedBound(raw.text, range);
    if (range.min !== undefined && value < boundOf(range.min)) throw new ScpiError(-222);
    if (range.max !== undefined && value > boundOf(range.max)) throw new ScpiError(-222);
    return value;
  });
}

/** @throws ScpiError -224 a word that is no bound of this range */
export function namedBound(word: string, range: NumericRange): number {
  const bound = isForm(word, mnemonic("MINimum"))
    ? range.min
    : isForm(word, mnemonic("MAXimum"))
      ? range.max
      : isForm(word, mnemonic("DEFault"))
        ? range.default
        : undefined;
  if (bound === undefined) throw new ScpiError(-224);
  return boundOf(bound);
}

/** A number rounded to a whole one, then checked. */
export function integer(range: NumericRange = {}): ParameterType<number> {
  const bare = numeric("", {});
  return required((raw) => {
    const named = raw.kind === "plain" && /^[A-Za-z]+$/.test(raw.text) && !/^N?(INF|INFINITY|NAN)$/i.test(raw.text);
    const value = named ? namedBound(raw.text, range) : Math.round(bare.read(raw));
    if (range.min !== undefined && value < boundOf(range.min)) throw new ScpiError(-222);
    if (range.max !== undefined && value > boundOf(range.max)) throw new ScpiError(-222);
    return value;
  });
}

/** ON, OFF, or a number that is rounded: non-zero is on. */
export function boolean(): ParameterType<boolean> {
  return required((raw) => {
    if (raw.kind !== "plain") throw new ScpiError(-104);
    if (/^on$/i.test(raw.text)) return true;
    if (/^off$/i.test(raw.text)) return false;
    const parsed = parseNumber(raw.text, []);
    if (!parsed) throw new ScpiError(-224);
    return Math.round(parsed.value) !== 0;
  });
}

/** One of some words in manual notation; gives its short form. */
export function keyword<const W extends string>(...notations: readonly W[]): ParameterType<string> {
  const words = notations.map(mnemonic);
  return required((raw) => {
    if (raw.kind === "string" || raw.kind === "block") throw new ScpiError(-104);
    const found = words.find((word) => isForm(raw.text, word));
    if (found) return found.short;
    throw new ScpiError(/^[+-.\d]/.test(raw.text) ? -128 : -224);
  });
}

/** A quoted string. */
export function string(): ParameterType<string> {
  return required((raw) => {
    if (raw.kind !== "string") throw new ScpiError(raw.kind === "plain" && raw.text === "" ? -109 : -104);
    return raw.text;
  });
}

/** A name, with or without quotes, as some commands take it. */
export function name(): ParameterType<string> {
  return required((raw) => {
    if (raw.kind !== "string" && raw.kind !== "plain") throw new ScpiError(-104);
    if (raw.text === "") throw new ScpiError(-109);
    return raw.text;
  });
}

/** Binary data. The bytes are a view into the message: copy what is kept. */
export function block(): ParameterType<Uint8Array> {
  return required((raw) => {
    if (raw.kind !== "block") throw new ScpiError(-104);
    return raw.bytes;
  });
}

/** `(@1,3:5)` as 1, 3, 4, 5. */
export function channelList(): ParameterType<readonly number[]> {
  return required((raw) => {
    const match = raw.kind === "expression" ? /^\(@([\d,:\s]*)\)$/.exec(raw.text) : null;
    if (!match) throw new ScpiError(raw.kind === "expression" ? -171 : -104);
    const channels: number[] = [];
    for (const item of (match[1] as string).split(",")) {
      const [from, to] = item.split(":").map(Number);
      if (from === undefined || !Number.isSafeInteger(from) || item.trim() === "") throw new ScpiError(-171);
      const last = to ?? from;
      if (!Number.isSafeInteger(last) || Math.abs(last - from) > 1000) throw new ScpiError(-171);
      for (let channel = from; channel <= last; channel++) channels.push(channel);
    }
    return channels;
  });
}

/** As sent, for a command that decides by itself. */
export function raw(): ParameterType<RawParameter> {
  return required((parameter) => parameter);
}

/** The first of some types that takes it; the error is the last one's. */
export function either<A, B>(a: ParameterType<A>, b: ParameterType<B>): ParameterType<A | B> {
  return required((parameter) => {
    try {
      return a.read(parameter);
    } catch (error) {
      if (error instanceof ScpiError && error.code !== -222) return b.read(parameter);
      throw error;
    }
  });
}

/** May be left out, or left empty between commas. */
export function optional<T>(type: ParameterType<T>): ParameterType<T | undefined>;
export function optional<T>(type: ParameterType<T>, fallback: T): ParameterType<T>;
export function optional<T>(type: ParameterType<T>, fallback?: T): ParameterType<T | undefined> {
  return {
    optional: true,
    rest: false,
    read: (raw) => (raw.kind === "plain" && raw.text === "" ? fallback : type.read(raw)),
    missing: () => fallback,
  };
}

/** All further parameters, none of them included. Always the last one. */
export function rest<T>(type: ParameterType<T>): ParameterType<T> & { readonly list: true } {
  return { ...type, optional: true, rest: true, list: true };
}

/** Types of the values a list of parameter types gives. */
export type Values<P extends readonly ParameterType<unknown>[]> = {
  [K in keyof P]: P[K] extends { list: true; read(raw: RawParameter): infer T }
    ? readonly T[]
    : P[K] extends ParameterType<infer T>
      ? T
      : never;
};

/**
 * Reads all parameters of a unit.
 *
 * @throws ScpiError -108 too many, -109 too few, or what a type says
 */
export function readParameters(types: readonly ParameterType<unknown>[], raws: readonly RawParameter[]): unknown[] {
  const values: unknown[] = [];
  for (const [index, type] of types.entries()) {
    if (type.rest) {
      values.push(raws.slice(index).map((parameter) => type.read(parameter)));
      return values;
    }
    const given = raws[index];
    values.push(given === undefined ? type.missing() : type.read(given));
  }
  if (raws.length > types.length) throw new ScpiError(-108);
  return values;
}
