import { ArrowCodec, type ColumnArray } from "./arrow-codec.js";
import { batchRows, RowBuffer } from "./row-buffer.js";
import type { RowBatch, TableSpec } from "./shapes.js";
import { type Piece, type TableEnd, TableFiles } from "./table-files.js";

/**
 * Appends to one table. Rows collect in memory; `seal` makes a record batch of them, which goes to the disk behind the
 * batches before it. Batches that wait while the disk is busy are made durable together.
 */
export class TableWriter {
  readonly #buffer: RowBuffer;
  readonly #sealed: Piece[] = [];
  #waiting_B = 0;
  /** Rows at the last mark; the batch before it ends there. */
  #mark = 0;
  #chain: Promise<void> = Promise.resolve();

  private constructor(
    private readonly codec: ArrowCodec,
    private readonly files: TableFiles,
    private sealedRows: number,
  ) {
    this.#buffer = new RowBuffer(codec.spec);
  }

  /** Creates the files of a table and writes its schema, so that it is a readable table of no rows from the start. */
  static async create(folder: string, spec: TableSpec, mostSegment_B?: number): Promise<TableWriter> {
    const codec = new ArrowCodec(spec);
    return new TableWriter(codec, await TableFiles.create(folder, spec.name, codec.head, mostSegment_B), 0);
  }

  /**
   * Opens the files of a table to append behind an end; what lies behind it is cut off.
   *
   * @param at the end of a whole batch, and the rows before it
   */
  static async reopen(folder: string, spec: TableSpec, at: TableEnd & { readonly rows: number }): Promise<TableWriter> {
    const codec = new ArrowCodec(spec);
    const writer = new TableWriter(codec, await TableFiles.reopen(folder, spec.name, codec.head, at), at.rows);
    writer.#mark = at.rows;
    return writer;
  }

  /** Rows taken so far, on the disk or not. */
  get rows(): number {
    return this.sealedRows + this.#buffer.length;
  }

  /** Bytes of batches that are not on the disk yet; of those that a disk refused, none. */
  get waiting_B(): number {
    return this.#waiting_B;
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
    const marked = this.#mark - this.sealedRows;
    if (marked > 0 && marked < rows) this.#queue(0, marked);
    this.#queue(Math.max(0, marked < rows ? marked : 0), rows);
    this.#buffer.clear();
  }

  /** Rows of the buffer, `to` exclusive, as one batch. */
  #queue(from: number, to: number): void {
    if (from === to) return;
    const arrays = this.#buffer.arrays.map((array) => (from === 0 ? array : arrayFrom(array, from)));
    const bytes = this.codec.encode(arrays, to - from);
    this.#sealed.push({ bytes, firstRow: this.sealedRows, rows: to - from });
    this.sealedRows += to - from;
    this.#waiting_B += bytes.length;
    const taken = (): void => void (this.#waiting_B -= bytes.length);
    this.#chain = this.#chain.then(() => this.files.append(this.#sealed.splice(0)));
    this.#chain.then(taken, taken);
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

  /** Ends the stream. Call it once all is settled. */
  end(): Promise<void> {
    return this.files.end(this.sealedRows);
  }

  close(): Promise<void> {
    return this.files.close();
  }
}

function arrayFrom(array: ColumnArray, from: number): ColumnArray {
  return Array.isArray(array) ? array.slice(from) : array.subarray(from);
}
