import { boolean, integer, keyword, name, numeric, takes } from "../scpi/index.js";
import type { Call, ParameterType, ScpiInstrument, ScpiUnit } from "../scpi/index.js";

type Value = string | number | boolean;

/** Least, most and factory value; null: no bound. */
export type Bounds = readonly [least: number | null, most: number | null, factory: number];

/**
 * Settings that are checked, kept, asked back and reset, by the words of one dialect: what they act on is asked here, and
 * most of them act on nothing. Each number in a header (a channel, an event) has values of its own.
 */
export class KeptSettings {
  readonly #values = new Map<string, Value>();
  readonly #factory = new Map<string, Value>();

  /**
   * @param changed called after each change
   * @param written words are answered as they are written in the tables, `RISing`; else in their short form
   */
  constructor(
    private readonly scpi: ScpiInstrument,
    private readonly changed: () => void,
    private readonly written = false,
  ) {
    scpi.onReset(() => this.#values.clear());
  }

  /** Words by header, with blanks between them; the first is the factory setting. */
  words(table: Readonly<Record<string, string>>): void {
    for (const [pattern, text] of Object.entries(table)) {
      const notations = text.split(" ");
      const short = (notation: string) => notation.replace(/[a-z]+/g, "");
      const shown = (word: string) => (this.written ? (notations.find((one) => short(one) === word) ?? word) : word);
      this.#declare(pattern, keyword(...notations), shown(short(notations[0] ?? "")), shown);
    }
  }

  numbers(unit: ScpiUnit | "", table: Readonly<Record<string, Bounds>>): void {
    for (const [pattern, [min, max, factory]] of Object.entries(table)) {
      const range = { ...(min === null ? {} : { min }), ...(max === null ? {} : { max }), default: factory };
      this.#declare(pattern, numeric(unit, range), factory);
    }
  }

  /** Whole numbers, answered as such. */
  wholes(table: Readonly<Record<string, Bounds>>): void {
    for (const [pattern, [min, max, factory]] of Object.entries(table)) {
      const range = { ...(min === null ? {} : { min }), ...(max === null ? {} : { max }), default: factory };
      this.#declare(pattern, integer(range), factory, undefined, String);
    }
  }

  flags(table: Readonly<Record<string, boolean>>): void {
    for (const [pattern, factory] of Object.entries(table)) this.#declare(pattern, boolean(), factory);
  }

  /** Text, with or without quotes; answered with them. */
  texts(table: Readonly<Record<string, string>>): void {
    for (const [pattern, factory] of Object.entries(table)) {
      this.#declare(pattern, name(), factory, undefined, (value) => `"${String(value)}"`);
    }
  }

  word(pattern: string, ...suffixes: readonly number[]): string {
    return String(this.#get(pattern, suffixes));
  }

  number(pattern: string, ...suffixes: readonly number[]): number {
    return Number(this.#get(pattern, suffixes));
  }

  /** As if it had been sent, without a check. */
  set(value: Value, pattern: string, ...suffixes: readonly number[]): void {
    this.#values.set(keyOf(pattern, suffixes), value);
  }

  /** What was set, for a saved set-up. */
  get all(): readonly (readonly [string, Value])[] {
    return [...this.#values];
  }

  restore(all: readonly (readonly [string, Value])[]): void {
    this.#values.clear();
    for (const [key, value] of all) this.#values.set(key, value);
  }

  #get(pattern: string, suffixes: readonly number[]): Value | undefined {
    return this.#values.get(keyOf(pattern, suffixes)) ?? this.#factory.get(pattern);
  }

  #declare<T extends Value>(
    pattern: string,
    type: ParameterType<T>,
    factory: Value,
    kept: (value: T) => Value = (value) => value,
    shown: (value: Value) => Value = (value) => value,
  ): void {
    this.#factory.set(pattern, factory);
    this.scpi.tree.command(
      pattern,
      takes([type] as const, ([value], { suffixes }: Call) => {
        this.#values.set(keyOf(pattern, suffixes), kept(value));
        this.changed();
      }),
    );
    this.scpi.tree.query(
      pattern,
      takes([], (_, { suffixes }) => shown(this.#get(pattern, suffixes) ?? "")),
    );
  }
}

const keyOf = (pattern: string, suffixes: readonly number[]) => [pattern, ...suffixes].join(" ");
