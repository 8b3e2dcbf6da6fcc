import { boolean, keyword, numeric, takes } from "../scpi/index.js";
import type { Call, NumericRange, ParameterType, ScpiInstrument, ScpiUnit } from "../scpi/index.js";
import type { BasicScope } from "./basic-scope.js";
import type { InputSettings } from "./input.js";

interface Kept<T, Shown = T> {
  get(call: Call): Shown;
  set(value: T, call: Call): void;
}

/** Declares settings with their queries; an acquisition under way begins anew after each change. */
export class BasicCommands<Input extends InputSettings> {
  constructor(
    readonly scpi: ScpiInstrument,
    readonly scope: BasicScope<Input>,
  ) {}

  number(pattern: string, unit: ScpiUnit | "", range: NumericRange, kept: Kept<number, number | string>): void {
    this.#declare(pattern, numeric(unit, range), kept);
  }

  word(pattern: string, words: readonly string[], kept: Kept<string>): void {
    this.#declare(pattern, keyword(...words), kept);
  }

  flag(pattern: string, kept: Kept<boolean>): void {
    this.#declare(pattern, boolean(), kept);
  }

  answer(pattern: string, reply: (call: Call) => string | number | Uint8Array | Promise<string | Uint8Array>): void {
    this.scpi.tree.query(
      pattern,
      takes([], (_, call) => reply(call)),
    );
  }

  does(pattern: string, action: () => void): void {
    this.scpi.tree.command(pattern, takes([], action));
  }

  #declare<T, Shown>(pattern: string, type: ParameterType<T>, kept: Kept<T, Shown>): void {
    this.scpi.tree.command(
      pattern,
      takes([type] as const, ([value], call) => {
        kept.set(value, call);
        this.scope.changed();
      }),
    );
    this.scpi.tree.query(
      pattern,
      takes([], (_, call) => kept.get(call)),
    );
  }
}
