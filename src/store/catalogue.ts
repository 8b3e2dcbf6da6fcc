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

/** A summary, and the files it came from: it holds as long as they are the same. */
interface Known {
  /** Marks of `run.json` and `metrics.json`. */
  readonly info: string;
  readonly metrics: string;
  readonly summary: RunSummary;
}

/** As it stands in the file. */
type Kept = Omit<Known, "summary"> & { readonly summary: Omit<RunSummary, "folder"> };

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
    const kept = await readKept(path.join(storeDir, catalogueFile));
    for (const { info, metrics, summary } of kept) {
      // The folder is left out of the file: a store may be moved, and where the system kept its files that changes no mark.
      const folder = `${catalogue.storeDir}${path.sep}${summary.run}`;
      catalogue.#runs.set(summary.run, { info, metrics, summary: Object.assign(summary, { folder }) });
    }
    return catalogue;
  }

  /**
   * The summary of a run, when its files are still the ones it came from.
   *
   * @param metrics gives the mark of its `metrics.json`; not asked where the metrics may be older than that file
   */
  get(run: string, info: string, metrics?: () => string): RunSummary | undefined {
    const known = this.#runs.get(run);
    if (known?.info !== info) return undefined;
    return metrics === undefined || known.metrics === metrics() ? known.summary : undefined;
  }

  /** Keeps the summary of a run that has ended. */
  set(info: string, metrics: string, summary: RunSummary): void {
    this.#runs.set(summary.run, { info, metrics, summary });
    this.#unwritten += 1;
  }

  /** Forgets all other runs. */
  keepOnly(names: readonly string[]): void {
    if (names.length === this.#runs.size && names.every((name) => this.#runs.has(name))) return;
    const runs = new Set(names);
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
    const kept = [...this.#runs.values()].map(({ summary, ...marks }): Kept => {
      const { folder: _folder, ...rest } = summary;
      return { ...marks, summary: rest };
    });
    const body = JSON.stringify(kept);
    const head = JSON.stringify({ memrig: "catalogue", format, crc32: crc32(Buffer.from(body)) });
    try {
      await replaceFile(path.join(this.storeDir, catalogueFile), `${head}\n${body}\n`, false);
    } catch (error) {
      if (!(error instanceof MemrigError && error.kind === "storage-failed")) throw error;
    }
  }
}

async function readKept(file: string): Promise<readonly Kept[]> {
  try {
    const bytes = await readFile(file);
    const end = bytes.indexOf(10);
    const body = bytes.subarray(end + 1, -1);
    const head = JSON.parse(bytes.toString("utf8", 0, end)) as { format?: unknown; crc32?: unknown } | null;
    if (head?.format !== format || head.crc32 !== crc32(body)) return [];
    return JSON.parse(body.toString("utf8")) as Kept[]; // our own words: the checksum says so
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
