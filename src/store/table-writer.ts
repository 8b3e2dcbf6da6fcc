import { ArrowCodec } from "./arrow-codec.js";
import { batchRows, RowBuffer } from "./row-buffer.js";
import type { RowBatch, TableSpec } from "./shapes.js";
import { type Piece, TableFiles } from "./table-files.js";

/**
 * Appends to one table. Rows collect in memory; `seal` makes a record batch of them, which goes to the disk behind the
 * batches before it. Batches that wait while the disk is busy are made durable together.
 */
export class TableWriter {
  readonly #buffer: RowBuffer;
  readonly #sealed: Piece[] = [];
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

  /** Rows taken so far, on the disk or not. */
  get rows(): number {
    return this.sealedRows + this.#buffer.length;
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

  /** Makes a batch of the rows that wait and queues it for the disk. The promise of `settled` tells how it went. */
  seal(): void {
    const rows = this.#buffer.length;
    if (rows === 0) return;
    const bytes = this.codec.encode(this.#buffer.arrays, rows);
    this.#sealed.push({ bytes, firstRow: this.sealedRows, rows });
    this.sealedRows += rows;
    this.#buffer.clear();
    this.#chain = this.#chain.then(() => this.files.append(this.#sealed.splice(0)));
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
