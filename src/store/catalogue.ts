import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { MemrigError } from "../errors.js";
import { crc32 } from "./crc32.js";
import { codeOf, replaceFile, storageFailed } from "./files.js";
import type { RunSummary } from "./list-runs.js";

/** In the store, beside the runs. Only a cache: it may be deleted at any time. */
export const catalogueFile = ".catalogue.json";

const format = 2;

/** So many new, changed or vanished runs make it worth writing anew; reading a few folders costs less than that. */
const worthWriting = 32;

/** Changes when a file is replaced or edited. Times and numbers of files are kept as the system gives them. */
export interface Mark {
  readonly modified_ms: number;
  readonly size_B: number;
  readonly inode: number;
}

/** Of a file that is not there. */
const none: Mark = { modified_ms: -1, size_B: 0, inode: 0 };

/** A summary, and the files it came from: it holds as long as they are the same. */
interface Known {
  readonly summary: RunSummary;
  /** The numbers of the marks of `run.json` and `metrics.json`, from `at` on: as they stand in the file, for all runs in one. */
  readonly marks: readonly number[];
  readonly at: number;
}

/** The folder is left out of the file: a store may be moved, and where the system kept its files that changes no mark. */
type KeptName = Exclude<keyof RunSummary, "folder">;

const keptNames = [
  ...["run", "protocol", "dut", "status", "startedAt", "endedAt", "rows", "expectedRows", "tags", "twinOf"],
  ...["importedFrom", "metrics"],
] as const satisfies readonly KeptName[];

/** The file's second line: column by column, which is read in half the time of an object for each run. */
type Kept = Readonly<Record<KeptName, readonly unknown[]>> & { readonly marks: readonly number[] };

/** Numbers of the marks of one run in `marks`. */
const perRun = 6;

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
    for (const known of runsIn(await readKept(path.join(storeDir, catalogueFile)), catalogue.storeDir)) {
      catalogue.#runs.set(known.summary.run, known);
    }
    return catalogue;
  }

  /** The summary of a run, when its `run.json` is still the one it came from. */
  get(run: string, info: Mark): RunSummary | undefined {
    const known = this.#runs.get(run);
    return known !== undefined && same(known, 0, info) ? known.summary : undefined;
  }

  /** Whether the metrics in its summary are those of the `metrics.json` with this mark. */
  hasMetrics(run: string, metrics: Mark): boolean {
    const known = this.#runs.get(run);
    return known !== undefined && same(known, 3, metrics);
  }

  /** Keeps the summary of a run that has ended. */
  set(info: Mark, metrics: Mark, summary: RunSummary): void {
    this.#runs.set(summary.run, { summary, marks: [...numbersOf(info), ...numbersOf(metrics)], at: 0 });
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
    const body = JSON.stringify(keptOf([...this.#runs.values()]));
    const head = JSON.stringify({ memrig: "catalogue", format, crc32: crc32(Buffer.from(body)) });
    try {
      await replaceFile(path.join(this.storeDir, catalogueFile), `${head}\n${body}\n`, false);
    } catch (error) {
      if (!(error instanceof MemrigError && error.kind === "storage-failed")) throw error;
    }
  }
}

async function readKept(file: string): Promise<Kept | undefined> {
  try {
    const bytes = await readFile(file);
    const end = bytes.indexOf(10);
    const body = bytes.subarray(end + 1, -1);
    const head = JSON.parse(bytes.toString("utf8", 0, end)) as { format?: unknown; crc32?: unknown } | null;
    if (head?.format !== format || head.crc32 !== crc32(body)) return undefined;
    return JSON.parse(body.toString("utf8")) as Kept; // our own words: the checksum says so
  } catch {
    return undefined; // a cache: whatever is wrong with it, the runs themselves are looked at
  }
}

function keptOf(runs: readonly Known[]): Kept {
  const columns = keptNames.map((name) => [name, runs.map(({ summary }) => summary[name] ?? null)]);
  const marks = runs.flatMap((known) => known.marks.slice(known.at, known.at + perRun));
  return { ...(Object.fromEntries(columns) as Record<KeptName, unknown[]>), marks };
}

function* runsIn(kept: Kept | undefined, storeDir: string): Generator<Known> {
  if (kept === undefined) return;
  for (const [k, run] of (kept.run as readonly string[]).entries()) {
    const summary: Record<string, unknown> = { run, folder: `${storeDir}${path.sep}${run}` };
    for (const name of keptNames) {
      const value = kept[name][k];
      if (value !== null) summary[name] = value;
    }
    yield { summary: summary as unknown as RunSummary, marks: kept.marks, at: perRun * k };
  }
}

function numbersOf({ modified_ms, size_B, inode }: Mark): number[] {
  return [modified_ms, size_B, inode];
}

function same({ marks, at }: Known, from: number, { modified_ms, size_B, inode }: Mark): boolean {
  const k = at + from;
  return marks[k] === modified_ms && marks[k + 1] === size_B && marks[k + 2] === inode;
}

/**
 * The mark of a file; undefined when there is none.
 *
 * Asked in the foreground: for thousands of files that is several times quicker than through the system's file threads.
 */
export function markOf(file: string): Mark | undefined {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    return found === undefined ? undefined : { modified_ms: found.mtimeMs, size_B: found.size, inode: found.ino };
  } catch (error) {
    if (codeOf(error) === "ENOTDIR") return undefined;
    throw storageFailed(`${file} could not be looked at`, error, "Nothing was changed.");
  }
}

/** As `markOf`, of a file that need not be there. */
export const markOrNone = (file: string): Mark => markOf(file) ?? none;
