import { keyword, nr3, numeric, takes } from "../scpi/index.js";
import type { NumericRange } from "../scpi/index.js";
import type { Scope } from "./scope.js";

/** Times are answered with nine digits. */
export const time = (value_s: number) => nr3(value_s, 8, true);

/** A time that an acquisition under way depends on: it begins anew. */
export function duration(
  scope: Scope,
  pattern: string,
  range: NumericRange,
  access: { get(): number; set(value: number): void },
): void {
  scope.scpi.tree.command(
    pattern,
    takes([numeric("S", range)], ([value]) => {
      access.set(value);
      scope.changed();
    }),
  );
  scope.scpi.tree.query(
    pattern,
    takes([], () => time(access.get())),
  );
}

/** One of some words; the same. */
export function word(
  scope: Scope,
  pattern: string,
  words: readonly string[],
  access: { get(): string; set(value: string): void },
): void {
  scope.scpi.tree.command(
    pattern,
    takes([keyword(...words)], ([value]) => {
      access.set(value);
      scope.changed();
    }),
  );
  scope.scpi.tree.query(
    pattern,
    takes([], () => access.get()),
  );
}
