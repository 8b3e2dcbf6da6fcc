import { MemrigError } from "../errors.js";

/** Collects a repeatable option into a list. */
export function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

/**
 * `key=value` pairs, repeated or joined by commas.
 *
 * @throws MemrigError `invalid-request`: a piece without `=`, or a key given twice
 */
export function keyValues(given: readonly string[], option: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const piece of given.flatMap((text) => text.split(","))) {
    const at = piece.indexOf("=");
    const key = piece.slice(0, at).trim();
    if (at < 0 || key === "") {
      throw new MemrigError(
        "invalid-request",
        `${option} "${piece}": expected key=value, for example ${option} cycles=10.`,
        { piece },
      );
    }
    if (key in pairs)
      throw new MemrigError("invalid-request", `${option}: "${key}" is given twice. Give it once.`, { key });
    pairs[key] = piece.slice(at + 1).trim();
  }
  return pairs;
}
