/**
 * A function made from lines of JavaScript. Equations that a solver writes into its own innermost function are kept as text;
 * who wants to call them gets them from here, so that they stand in one place only.
 *
 * @param given what the text may read beside its arguments, by name
 */
export function fromText<F>(given: Readonly<Record<string, unknown>>, head: string, lines: readonly string[]): F {
  const text = [`"use strict";`, `return function ${head} {`, ...lines, `};`].join("\n");
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text is made in this program, from no input
  const make = new Function(...Object.keys(given), text) as (...values: unknown[]) => F;
  return make(...Object.values(given));
}
