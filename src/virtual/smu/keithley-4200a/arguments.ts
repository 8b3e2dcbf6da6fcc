/** Why a command is not executed: the number and text that `:ERROR:LAST:GET` gives, and whether it could not be read at all. */
export class KxciFault extends Error {
  constructor(
    message: string,
    readonly syntax = false,
    readonly code = -992,
  ) {
    super(message);
  }
}

/** One command: its letters, and what follows them, separated by commas. */
export interface Command {
  readonly head: string;
  readonly given: readonly string[];
}

/**
 * The commands of one message. Blanks and the comma behind the letters are optional: `CH1,'V1'` is `CH 1, 'V1'`.
 *
 * @throws KxciFault one does not begin with letters
 */
export function commandsOf(message: string): Command[] {
  return message
    .split(";")
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .map((text) => {
      const match = /^([*:]?[A-Z][A-Z:]*\??)\s*,?\s*(.*)$/is.exec(text);
      if (!match) throw new KxciFault(`Syntax error in "${text}"`, true);
      const rest = (match[2] ?? "").trim();
      return {
        head: (match[1] ?? "").toUpperCase(),
        given: rest === "" ? [] : rest.split(",").map((one) => one.trim()),
      };
    });
}

/** The number at a place; `otherwise` where nothing is there. @throws KxciFault not a number, or none and no other */
export function numberAt(given: readonly string[], at: number, otherwise?: number): number {
  const text = given[at] ?? "";
  if (text === "" && otherwise !== undefined) return otherwise;
  const value = Number(text);
  if (text === "" || !Number.isFinite(value)) throw new KxciFault(`"${text}" is no number`, true);
  return value;
}

/** A whole number within bounds. @throws KxciFault it is not */
export function wholeAt(given: readonly string[], at: number, min: number, max: number, otherwise?: number): number {
  const value = numberAt(given, at, otherwise);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new KxciFault(`${value} is not ${min} to ${max}`);
}

/** A number within bounds. @throws KxciFault it is not */
export function withinAt(given: readonly string[], at: number, min: number, max: number, otherwise?: number): number {
  const value = numberAt(given, at, otherwise);
  if (value >= min && value <= max) return value;
  throw new KxciFault(`${value} is not within ${min} to ${max}`);
}

/** A name of up to six letters and digits, in single quotes; kept in capitals. @throws KxciFault it is none */
export function nameOf(text: string | undefined): string {
  const name = (/^'(.*)'$/.exec(text ?? "")?.[1] ?? "").trim().toUpperCase();
  if (/^[A-Z][A-Z0-9]{0,5}$/.test(name)) return name;
  throw new KxciFault(`${text ?? "nothing"} is no name`, true);
}
