import type { Command } from "commander";

/** Declares a command; `words` are those behind its name on the command line, options left out. */
export type AddCommand = (parent: Command, words: readonly string[]) => void | Promise<void>;

/** How each command of a family is loaded. */
export type Family = Readonly<Record<string, () => Promise<AddCommand>>>;

/**
 * Declares the command that was asked for, and loads only that: drivers, models and the store's formats take longer to load
 * than a list of runs takes to print. Where none of the family was asked for (help, a wrong name), all are declared, in order.
 */
export async function addCommands(parent: Command, family: Family, words: readonly string[]): Promise<void> {
  const [asked, ...rest] = words;
  const chosen = asked !== undefined && Object.hasOwn(family, asked) ? family[asked] : undefined;
  if (chosen !== undefined) return (await chosen())(parent, rest);
  for (const load of Object.values(family)) await (await load())(parent, []);
}
