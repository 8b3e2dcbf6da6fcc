import { isCollection, isMap, isNode, isScalar } from "yaml";
import type { Document, LineCounter, Pair } from "yaml";
import { MemrigError } from "../errors.js";

/** Where something stands in a bench file: keys and list positions from the top. */
export type FilePath = readonly PropertyKey[];

/** Gathers what is wrong with a bench file, each with its line, so that one reading tells all of it. */
export class Complaints {
  private readonly found: { line: number; message: string }[] = [];

  constructor(
    readonly file: string,
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {}

  get any(): boolean {
    return this.found.length > 0;
  }

  /** @param message what stands there, what is allowed, what to write */
  add(path: FilePath, message: string): void {
    this.addAt(this.lineOf(path), message);
  }

  addAt(line: number, message: string): void {
    this.found.push({ line, message });
  }

  /** "bench.yaml:12", for messages that come later. */
  where(path: FilePath): string {
    return `${this.file}:${this.lineOf(path)}`;
  }

  /** Line of the deepest part of the path that is in the file; of a map's entry, where its key stands. */
  private lineOf(path: FilePath): number {
    let node: unknown = this.document.contents;
    let offset = 0;
    for (const key of path) {
      const pair = isMap(node) ? pairOf(node.items, key) : undefined;
      if (pair && isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair ? pair.value : isCollection(node) ? node.get(key, true) : undefined;
      if (node === undefined) break;
      if (!pair && isNode(node)) offset = node.range?.[0] ?? offset;
    }
    return this.lines.linePos(offset).line;
  }

  /** @throws MemrigError `invalid-request` with every complaint, where there is any */
  throwIfAny(): void {
    if (!this.any) return;
    const sorted = this.found.toSorted((a, b) => a.line - b.line);
    const text = sorted.map(({ line, message }) => `${this.file}:${line}: ${message}`).join("\n");
    throw new MemrigError("invalid-request", `${text}\nNothing was opened or sent.`, {
      file: this.file,
      complaints: sorted,
    });
  }
}

function pairOf(items: readonly Pair[], key: PropertyKey): Pair | undefined {
  return items.find((item) => (isScalar(item.key) ? String(item.key.value) : String(item.key)) === String(key));
}

/** "There is no "complience". Allowed: …. Did you mean "compliance"?" */
export function unknownName(what: string, given: string, known: readonly string[]): string {
  const near = nearest(given, known);
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  return `"${given}" is not ${what}; there ${known.length === 1 ? "is" : "are"} ${listed(known)}.${hint}`;
}

export function listed(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.map((name) => (/\s/.test(name) ? `"${name}"` : name)).join(", ");
}

/** The known name a person most likely meant; undefined when none is near. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replace(/[\s_-]/g, "");
  let best: { name: string; distance: number } | undefined;
  for (const name of known) {
    const distance = editDistance(plain(given), plain(name));
    if (!best || distance < best.distance) best = { name, distance };
  }
  return best && best.distance <= Math.max(1, Math.floor(best.name.length / 3)) ? best.name : undefined;
}

/** Letters to insert, remove or exchange to make one word of the other (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const exchange = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, exchange));
    }
  }
  return row[b.length] ?? 0;
}
