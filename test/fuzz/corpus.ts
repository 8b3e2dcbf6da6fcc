import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Stream } from "./inputs.js";

const root = fileURLToPath(new URL("corpus/", import.meta.url));

/** Ways in which an input of the corpus arrives: whole, byte by byte, in odd pieces. */
const ways: readonly (readonly number[])[] = [[1 << 20], [1], [3, 7, 1, 16]];

/**
 * The inputs kept for a target, by name: what was found once, and stays found. `NAME.bin` is the input itself; `NAME.json`
 * is one that is too long to be kept: `{ head, again, times, tail }`, as text.
 */
export function corpus(target: string): ReadonlyMap<string, readonly Stream[]> {
  const folder = path.join(root, target);
  const kept = new Map<string, readonly Stream[]>();
  if (!existsSync(folder)) return kept;
  for (const file of readdirSync(folder).sort()) {
    const content = readFileSync(path.join(folder, file));
    const bytes = file.endsWith(".json") ? written(content.toString("utf8")) : content;
    kept.set(file, bytes.length > 10_000 ? [{ bytes, cuts: [4096] }] : ways.map((cuts) => ({ bytes, cuts })));
  }
  return kept;
}

function written(text: string): Buffer {
  const recipe = JSON.parse(text) as { head: string; again: string; times: number; tail: string };
  return Buffer.from(recipe.head + recipe.again.repeat(recipe.times) + recipe.tail, "latin1");
}
