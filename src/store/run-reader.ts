import { readdir } from "node:fs/promises";
import path from "node:path";
import { MemrigError } from "../errors.js";
import { joinColumns } from "./columns.js";
import { csvOf, jsonOf } from "./export.js";
import { codeOf, readIfThere, readJsonIfThere, runFiles, storageFailed } from "./files.js";
import { rowGroupRows, writeParquet } from "./parquet.js";
import { isAlive } from "./process-mark.js";
import type { Columns, Metric, Metrics, RunEvent, RunInfo, RunStatus } from "./shapes.js";
import { type Batch, type ReadOptions, startOfTable, TableReader, type TailCursor } from "./table-reader.js";

/**
 * Opens a run to read.
 *
 * @param storeDir where runs are kept
 * @param runId its name, the beginning of its name, or its short id (the last part of the name)
 * @throws MemrigError `invalid-request`: no such run, or more than one
 */
export async function openRun(storeDir: string, runId: string): Promise<RunReader> {
  const names = await runNames(storeDir);
  const exact = names.filter((name) => name === runId);
  const similar = names.filter((name) => runId !== "" && (name.startsWith(runId) || name.endsWith(`_${runId}`)));
  const [found, ...more] = exact.length > 0 ? exact : similar;
  if (found === undefined) {
    const latest = names.sort().at(-1);
    throw new MemrigError(
      "invalid-request",
      `There is no run "${runId}" in ${path.resolve(storeDir)}, which holds ${names.length}` +
        `${latest === undefined ? "" : ` (the latest is ${latest})`}. Give its name, the beginning of it, or its short id.`,
      { runId, storeDir },
    );
  }
  if (more.length > 0) {
    const shown = [found, ...more].slice(0, 5).join(", ");
    throw new MemrigError(
      "invalid-request",
      `"${runId}" stands for ${more.length + 1} runs in ${path.resolve(storeDir)}: ${shown}. Give more of the name.`,
      { runId, storeDir },
    );
  }
  return openRunFolder(path.resolve(storeDir, found));
}

/** Opens the run in a folder. @throws MemrigError `invalid-request`: there is no run in it */
export async function openRunFolder(folder: string): Promise<RunReader> {
  return new RunReader(folder, await readRunInfo(folder));
}

/** The names of all folders that may hold a run, in no order; none when the store is not there yet. */
export async function runNames(storeDir: string): Promise<string[]> {
  try {
    const entries = await readdir(storeDir, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && entry.name.includes("_")).map(({ name }) => name);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw storageFailed(`The store ${path.resolve(storeDir)} could not be read`, error, "Nothing was changed.");
  }
}

/** `run.json` of a folder. @throws MemrigError `invalid-request`: there is none; `storage-failed`: it is damaged */
export async function readRunInfo(folder: string): Promise<RunInfo> {
  const file = path.join(folder, runFiles.info);
  const info = await readJsonIfThere(file);
  if (info === undefined) {
    throw new MemrigError("invalid-request", `${folder} is not a run: it has no ${runFiles.info}.`, { folder });
  }
  if (!isRunInfo(info)) {
    throw new MemrigError("storage-failed", `${file} does not describe a run. It was edited or damaged.`, { file });
  }
  return info;
}

/** Our own file, sealed by its writer: the parts that tell it apart are enough. */
function isRunInfo(value: unknown): value is RunInfo {
  if (typeof value !== "object" || value === null) return false;
  const info = value as Partial<Record<keyof RunInfo, unknown>>;
  const texts = [info.run, info.protocol, info.dut, info.startedAt, info.status, info.mainTable, info.host];
  return texts.every((text) => typeof text === "string") && Array.isArray(info.tables) && typeof info.pid === "number";
}

/** The status as it is now: a run whose process is gone was interrupted. */
export async function statusOf(info: RunInfo): Promise<RunStatus> {
  return info.status === "running" && !(await isAlive(info)) ? "interrupted" : info.status;
}

/** Rows of a block where nobody says otherwise: a few megabytes. */
const blockRows = 65_536;

export interface BlockOptions extends ReadOptions {
  /** Only these columns; all where left out. */
  readonly columns?: readonly string[];
  /** A block holds at least so many rows, and at most a batch more; the last one may hold fewer. */
  readonly rows?: number;
}

/** Reads one run, also while another process writes it. */
export class RunReader {
  constructor(
    readonly folder: string,
    /** As `run.json` was when the run was opened. */
    readonly info: RunInfo,
  ) {}

  /** Read anew: `interrupted` when it says `running` and the process that wrote it is gone. */
  async status(): Promise<RunStatus> {
    const before = await readRunInfo(this.folder);
    const status = await statusOf(before);
    // Between the two looks it may have ended in good order.
    return status === "interrupted" ? statusOf(await readRunInfo(this.folder)) : status;
  }

  /** Undefined until the run has ended with metrics. */
  async metrics(): Promise<Metrics | undefined> {
    const read = await readJsonIfThere(path.join(this.folder, runFiles.metrics));
    return read === undefined ? undefined : metricsFromJson(read as Readonly<Record<string, JsonMetric>>);
  }

  /** All whole lines of `events.jsonl`; the last one may be torn after a power cut and is then left out. */
  async events(): Promise<RunEvent[]> {
    const text = (await readIfThere(path.join(this.folder, runFiles.events))) ?? "";
    return text
      .slice(0, text.lastIndexOf("\n") + 1)
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => eventFromLine(line));
  }

  /**
   * A whole table, as far as it is on the disk.
   *
   * @throws MemrigError `invalid-request`: no such table
   * @throws MemrigError `storage-failed`: a batch is damaged, named by its rows; `leaveOutDamaged` gives the others
   */
  async table(name: string, options: ReadOptions = {}): Promise<Columns> {
    const reader = this.#reader(name);
    const parts: Columns[] = [];
    for await (const { columns } of reader.batches(startOfTable, options)) parts.push(columns);
    return joinColumns(reader.spec, parts);
  }

  /** The batches of a table one by one, for what is too large to hold at once. */
  batches(name: string, cursor: TailCursor = startOfTable, options: ReadOptions = {}): AsyncGenerator<Batch> {
    return this.#reader(name).batches(cursor, options);
  }

  /**
   * A table in blocks of about `rows` rows, small batches together: for what is too large to hold at once. The memory does
   * not grow with the table.
   *
   * @throws MemrigError as `table`; the blocks before a damaged batch were given
   */
  async *blocks(name: string, options: BlockOptions = {}): AsyncGenerator<Columns> {
    const reader = this.#reader(name, options.columns);
    const most = options.rows ?? blockRows;
    let parts: Columns[] = [];
    let length = 0;
    for await (const { columns } of reader.batches(startOfTable, options)) {
      parts.push(columns);
      length += columns.length;
      if (length < most) continue;
      yield joinColumns(reader.spec, parts);
      [parts, length] = [[], 0];
    }
    if (length > 0) yield joinColumns(reader.spec, parts);
  }

  /** Rows that came since the cursor (undefined: all), and the cursor for the next call. Reads only those. */
  async tail(name: string, cursor: TailCursor | undefined): Promise<{ columns: Columns; cursor: TailCursor }> {
    const reader = this.#reader(name);
    const parts: Columns[] = [];
    let end = cursor ?? startOfTable;
    for await (const batch of reader.batches(end)) {
      parts.push(batch.columns);
      end = batch.cursor;
    }
    return { columns: joinColumns(reader.spec, parts), cursor: end };
  }

  /** Rows of a table on the disk; reads a few bytes. */
  rows(name: string): Promise<number> {
    return this.#reader(name).rowsOnDisk();
  }

  /** A table as CSV text, in pieces: a line of names (with their units), then one line a row. */
  csv(name: string): AsyncGenerator<string> {
    const reader = this.#reader(name);
    return csvOf(reader.spec, reader.batches());
  }

  /**
   * Writes a table to a Parquet file; the memory does not grow with the table.
   *
   * @returns its rows
   * @throws MemrigError `storage-failed`: a batch is damaged or the disk refused; no file was made
   */
  parquet(name: string, file: string): Promise<number> {
    return writeParquet(this.info.run, this.#reader(name).spec, this.blocks(name, { rows: rowGroupRows }), file);
  }

  /** A table as JSON text, in pieces. */
  json(name: string): AsyncGenerator<string> {
    const reader = this.#reader(name);
    return jsonOf(this.info.run, reader.spec, reader.batches());
  }

  #reader(name: string, columns?: readonly string[]): TableReader {
    const spec = this.info.tables.find((table) => table.name === name);
    if (spec !== undefined) return new TableReader(this.folder, spec, columns);
    const known = this.info.tables.map((table) => table.name).join(", ");
    throw new MemrigError("invalid-request", `Run ${this.info.run} has no table "${name}"; it has ${known}.`, { name });
  }
}

type JsonMetric = { readonly [key in keyof Metric]: number | null };

/** JSON has no NaN: it stands as null in the file. */
function metricsFromJson(read: Readonly<Record<string, JsonMetric>>): Metrics {
  const number = (value: number | null) => value ?? Number.NaN;
  return Object.fromEntries(
    Object.entries(read).map(([name, { mean, sd, cv, n }]) => [
      name,
      { mean: number(mean), sd: number(sd), cv: number(cv), n: number(n) },
    ]),
  );
}

function eventFromLine(line: string): RunEvent {
  try {
    return JSON.parse(line) as RunEvent;
  } catch {
    return { at: "", event: "error", message: `This line of ${runFiles.events} is damaged.`, line };
  }
}
