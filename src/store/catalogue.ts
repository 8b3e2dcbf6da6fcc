import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { MemrigError } from "../errors.js";
import { crc32 } from "./crc32.js";
import { codeOf, replaceFile, storageFailed } from "./files.js";
import type { RunSummary } from "./list-runs.js";

/** In the store, beside the runs. Only a cache: it may be deleted at any time. */
export const catalogueFile = ".catalogue.json";

const format = 1;

/** So many new, changed or vanished runs make it worth writing anew; reading a few folders costs less than that. */
const worthWriting = 32;

/** Where a summary came from: it holds as long as both files are the same. */
type Entry = readonly [run: string, mark: string, summary: Omit<RunSummary, "run" | "folder">];

interface Known {
  readonly mark: string;
  readonly summary: RunSummary;
}

/**
 * What is known of the ended runs of one store. Each is known by the marks of its files, so a folder that was copied in,
 * replaced, deleted or changed by hand is seen, whoever did it; two programs that write the file at once do no harm, as
 * each writes it whole.
 */
export class Catalogue {
  readonly #runs = new Map<string, Known>();
  #unwritten = 0;

  private constructor(readonly storeDir: string) {}

  /** Reads the store's file; one that is missing, torn, damaged or of another version only means to look at every run. */
  static async open(storeDir: string): Promise<Catalogue> {
    const catalogue = new Catalogue(path.resolve(storeDir));
    for (const [run, mark, kept] of await readEntries(path.join(storeDir, catalogueFile))) {
      const summary = { ...kept, run, folder: path.join(catalogue.storeDir, run) };
      catalogue.#runs.set(run, { mark, summary });
    }
    return catalogue;
  }

  /** The summary of a run whose files have this mark. */
  get(run: string, mark: string): RunSummary | undefined {
    const known = this.#runs.get(run);
    return known?.mark === mark ? known.summary : undefined;
  }

  /** Keeps the summary of a run that has ended. */
  set(run: string, mark: string, summary: RunSummary): void {
    this.#runs.set(run, { mark, summary });
    this.#unwritten += 1;
  }

  /** Forgets all other runs. */
  keepOnly(runs: ReadonlySet<string>): void {
    for (const run of this.#runs.keys()) {
      if (runs.has(run)) continue;
      this.#runs.delete(run);
      this.#unwritten += 1;
    }
  }

  /** Writes the file when that is worth it. A store that can not be written is listed all the same, only slower. */
  async save(): Promise<void> {
    if (this.#unwritten < worthWriting) return;
    this.#unwritten = 0;
    const entries: Entry[] = [];
    for (const [run, { mark, summary }] of this.#runs) {
      const { run: _run, folder: _folder, ...kept } = summary;
      entries.push([run, mark, kept]);
    }
    const body = JSON.stringify(entries);
    const head = JSON.stringify({ memrig: "catalogue", format, crc32: crc32(Buffer.from(body)) });
    try {
      await replaceFile(path.join(this.storeDir, catalogueFile), `${head}\n${body}\n`, false);
    } catch (error) {
      if (!(error instanceof MemrigError && error.kind === "storage-failed")) throw error;
    }
  }
}

async function readEntries(file: string): Promise<readonly Entry[]> {
  try {
    const bytes = await readFile(file);
    const end = bytes.indexOf(10);
    const body = bytes.subarray(end + 1, -1);
    const head = JSON.parse(bytes.toString("utf8", 0, end)) as { format?: unknown; crc32?: unknown } | null;
    if (head?.format !== format || head.crc32 !== crc32(body)) return [];
    return JSON.parse(body.toString("utf8")) as Entry[]; // our own words: the checksum says so
  } catch {
    return []; // a cache: whatever is wrong with it, the runs themselves are looked at
  }
}

/**
 * Changes when the file is replaced or edited; `-` when there is none.
 *
 * Asked in the foreground: for thousands of files that is several times quicker than through the system's file threads.
 */
export function markOf(file: string): string {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    return found === undefined ? "-" : `${found.mtimeMs.toString(36)} ${found.size} ${found.ino}`;
  } catch (error) {
    if (codeOf(error) === "ENOTDIR") return "-";
    throw storageFailed(`${file} could not be looked at`, error, "Nothing was changed.");
  }
}
