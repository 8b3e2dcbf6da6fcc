import { MemrigError } from "../errors.js";
import { joinColumns } from "./columns.js";
import { csvOf, jsonOf } from "./export.js";
import { rowGroupRows, writeParquet } from "./parquet.js";
import { readRunInfo } from "./run-info.js";
import { findRun, RunRecord } from "./run-record.js";
import type { Columns } from "./shapes.js";
import { type Batch, type ReadOptions, startOfTable, TableReader, type TailCursor } from "./table-reader.js";

/** Opens a run to read. @throws MemrigError `invalid-request`: as `findRun` */
export async function openRun(storeDir: string, runId: string): Promise<RunReader> {
  return openRunFolder(await findRun(storeDir, runId));
}

/** Opens the run in a folder. @throws MemrigError `invalid-request`: there is no run in it */
export async function openRunFolder(folder: string): Promise<RunReader> {
  return new RunReader(folder, await readRunInfo(folder));
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
export class RunReader extends RunRecord {
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
