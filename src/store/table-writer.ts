import { type FileHandle, open } from "node:fs/promises";
import path from "node:path";
import { ArrowCodec, type ColumnArray, endOfStream } from "./arrow-codec.js";
import { crc32 } from "./crc32.js";
import { runFiles, storageFailed } from "./files.js";
import { formatLine } from "./journal.js";
import { batchRows, RowBuffer } from "./row-buffer.js";
import type { RowBatch, TableSpec } from "./shapes.js";
import type { TailCursor } from "./table-reader.js";

/**
 * Appends to one table. Rows collect in memory; `seal` makes a record batch of them, which goes to the disk behind the
 * batches before it: bytes, sync, journal line, sync. So a journal line always speaks of bytes that are there.
 */
export class TableWriter {
  readonly #buffer: RowBuffer;
  readonly #codec: ArrowCodec;
  readonly #data: FileHandle;
  readonly #journal: FileHandle;
  readonly #file: string;
  #offset_B = 0;
  #journal_B = 0;
  #sealedRows = 0;
  /** Rows at the last mark; the batch before it ends there. */
  #mark = 0;
  #chain: Promise<void> = Promise.resolve();

  private constructor(spec: TableSpec, file: string, data: FileHandle, journal: FileHandle) {
    this.#buffer = new RowBuffer(spec);
    this.#codec = new ArrowCodec(spec);
    this.#file = file;
    this.#data = data;
    this.#journal = journal;
  }

  /** Creates the files of a table and writes its schema, so that it is a readable table of no rows from the start. */
  static async create(folder: string, spec: TableSpec): Promise<TableWriter> {
    const file = path.join(folder, runFiles.table(spec.name));
    const data = await open(file, "wx");
    let journal: FileHandle;
    try {
      journal = await open(path.join(folder, runFiles.journal(spec.name)), "wx");
    } catch (error) {
      await data.close();
      throw error;
    }
    const writer = new TableWriter(spec, file, data, journal);
    try {
      await writer.#write(writer.#codec.head, 0, 0);
    } catch (error) {
      await writer.close();
      throw error;
    }
    return writer;
  }

  /**
   * Opens the files of a table to append behind a cursor; what lies behind it is cut off.
   *
   * @param at the end of a whole batch
   */
  static async reopen(folder: string, spec: TableSpec, at: TailCursor): Promise<TableWriter> {
    const file = path.join(folder, runFiles.table(spec.name));
    const data = await open(file, "r+");
    let journal: FileHandle | undefined;
    try {
      journal = await open(path.join(folder, runFiles.journal(spec.name)), "r+");
      // The journal first: a batch without its line is cut off by the next one who comes, a line without its batch is damage.
      await journal.truncate(at.journal_B);
      await journal.datasync();
      await data.truncate(at.data_B);
      await data.datasync();
    } catch (error) {
      await Promise.allSettled([data.close(), journal?.close()]);
      throw error;
    }
    const writer = new TableWriter(spec, file, data, journal);
    [writer.#offset_B, writer.#journal_B] = [at.data_B, at.journal_B];
    [writer.#sealedRows, writer.#mark] = [at.rows, at.rows];
    return writer;
  }

  /** Rows taken so far, on the disk or not. */
  get rows(): number {
    return this.#sealedRows + this.#buffer.length;
  }

  /** Rows that are not in a batch yet. */
  get waiting(): number {
    return this.#buffer.length;
  }

  append(batch: RowBatch): void {
    if ("rows" in batch) {
      for (const row of batch.rows) {
        this.#buffer.push(row);
        if (this.#buffer.length >= batchRows) this.seal();
      }
      return;
    }
    for (let from = 0; from < batch.columns.length;) {
      const to = Math.min(batch.columns.length, from + batchRows - this.#buffer.length);
      this.#buffer.pushColumns(batch.columns, from, to);
      if (this.#buffer.length >= batchRows) this.seal();
      from = to;
    }
  }

  /** The rows taken so far belong to completed work: a batch will end behind them. @returns how many they are */
  mark(): number {
    return (this.#mark = this.rows);
  }

  /** Makes batches of the rows that wait and queues them for the disk. The promise of `settled` tells how it went. */
  seal(): void {
    const rows = this.#buffer.length;
    const marked = this.#mark - this.#sealedRows;
    if (marked > 0 && marked < rows) this.#queue(0, marked);
    this.#queue(Math.max(0, marked < rows ? marked : 0), rows);
    this.#buffer.clear();
  }

  /** Rows of the buffer, `to` exclusive, as one batch. */
  #queue(from: number, to: number): void {
    if (from === to) return;
    const arrays = this.#buffer.arrays.map((array) => (from === 0 ? array : arrayFrom(array, from)));
    const bytes = this.#codec.encode(arrays, to - from);
    const firstRow = this.#sealedRows;
    this.#sealedRows += to - from;
    this.#chain = this.#chain.then(() => this.#write(bytes, firstRow, to - from));
    this.#chain.catch(() => undefined); // kept in the chain: every later `settled` rejects with it
  }

  /**
   * Resolves once every sealed batch is on the disk.
   *
   * @throws MemrigError `storage-failed`: the first refused batch and all behind it are lost; those before it are readable
   */
  settled(): Promise<void> {
    return this.#chain;
  }

  /** Ends the stream with Arrow's end mark, which the journal names too: a journal cut short behind it lost no row. */
  async end(): Promise<void> {
    await this.#write(endOfStream, this.#sealedRows, 0);
  }

  async close(): Promise<void> {
    await Promise.all([this.#data.close(), this.#journal.close()]);
  }

  async #write(bytes: Uint8Array, firstRow: number, rows: number): Promise<void> {
    const [offset, length] = [this.#offset_B, bytes.length];
    try {
      await writeAt(this.#data, bytes, offset);
      await this.#data.datasync();
      const line = formatLine({ offset, length, firstRow, rows, crc32: crc32(bytes), at: new Date().toISOString() });
      const text = Buffer.from(line);
      await writeAt(this.#journal, text, this.#journal_B);
      await this.#journal.datasync();
      this.#offset_B += length;
      this.#journal_B += text.length;
    } catch (error) {
      await this.#cutBack();
      throw storageFailed(
        `Rows ${firstRow} and up of ${this.#file} could not be written`,
        error,
        `The ${firstRow} rows before them are on the disk and stay readable.`,
      );
    }
  }

  /** Removes the torn end, so that a plain Arrow reader meets whole batches only. */
  async #cutBack(): Promise<void> {
    const cuts = [this.#data.truncate(this.#offset_B), this.#journal.truncate(this.#journal_B)];
    // A disk that refuses even this leaves a torn end; the journal still tells where the good rows stop.
    await Promise.allSettled(cuts);
  }
}

function arrayFrom(array: ColumnArray, from: number): ColumnArray {
  return Array.isArray(array) ? array.slice(from) : array.subarray(from);
}

/** Writes all bytes at a position; a disk that fills up takes a part first and refuses the rest. */
async function writeAt(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
