/** A keyword in manual notation, `VOLTage`: upper-case letters are the short form, all of it is the long one. */
export interface Mnemonic {
  readonly short: string;
  readonly long: string;
}

export function mnemonic(notation: string): Mnemonic {
  return { short: notation.replace(/[a-z]+/g, ""), long: notation.toUpperCase() };
}

/** Exactly the short or exactly the long form, in any case. */
export function isForm(word: string, of: Mnemonic): boolean {
  const upper = word.toUpperCase();
  return upper === of.short || upper === of.long;
}
