import { type FileHandle, open } from "node:fs/promises";
import path from "node:path";
import { MemrigError, messageOf } from "../errors.js";
import { ArrowCodec } from "./arrow-codec.js";
import { crc32 } from "./crc32.js";
import { codeOf, runFiles, storageFailed } from "./files.js";
import { type JournalEntry, journalEntries, type JournalLine, parseLine, readRange } from "./journal.js";
import type { Column, Columns, TableSpec } from "./shapes.js";

/** How far a reader has come in a table; plain JSON, so that it can be kept. */
export interface TailCursor {
  /** Where the next journal line begins, and where the next batch begins in its file. */
  readonly journal_B: number;
  readonly data_B: number;
  /** Rows before it. */
  readonly rows: number;
}

export const startOfTable: TailCursor = { journal_B: 0, data_B: 0, rows: 0 };

export interface ReadOptions {
  /** Give the sound batches around a damaged one instead of throwing at it. */
  readonly leaveOutDamaged?: boolean;
}

export interface Batch {
  readonly columns: Columns;
  /** Number of its first row in the table. */
  readonly firstRow: number;
  /** Behind this batch. */
  readonly cursor: TailCursor;
}

/** Bytes read from the disk in one go. */
const chunk_B = 8 * 1024 * 1024;

/** Reads one table by its journal: only batches that were written whole, each against its checksum. */
export class TableReader {
  readonly #codec: ArrowCodec;
  readonly #journalFile: string;

  /** The columns that are read. */
  readonly spec: TableSpec;

  /**
   * @param columns only these; all where left out
   * @throws MemrigError `invalid-request`: the table has no such column
   */
  constructor(
    private readonly folder: string,
    spec: TableSpec,
    columns?: readonly string[],
  ) {
    this.#codec = new ArrowCodec(spec);
    this.spec = columns === undefined ? spec : { ...spec, columns: columns.map((name) => columnOf(spec, name)) };
    this.#journalFile = path.join(folder, runFiles.journal(spec.name));
  }

  /**
   * The batches behind a cursor, up to what is on the disk when it gets there. Works while another process writes.
   *
   * @throws MemrigError `storage-failed`: a batch differs from its checksum; the message names its rows. Those before it
   *   were given
   */
  async *batches(from: TailCursor = startOfTable, options: ReadOptions = {}): AsyncGenerator<Batch> {
    const journal = await this.#open(this.#journalFile);
    let data: OpenSegment | undefined;
    try {
      let cursor = from;
      for await (const lines of journalEntries(journal, from.journal_B)) {
        for (const group of groupsOf(lines)) {
          data = await this.#segmentOf(group, data, options);
          const stream = await this.#read(data.handle, group);
          for (const { line, end_B, text } of group) {
            const next: TailCursor = line
              ? { journal_B: end_B, data_B: line.offset + line.length, rows: line.firstRow + line.rows }
              : { ...cursor, journal_B: end_B };
            const read = this.#batch(line, text, cursor, stream, options);
            if (typeof read === "string" && !options.leaveOutDamaged) throw this.#damaged(read, line);
            if (typeof read !== "string" && line !== undefined && line.rows > 0) {
              yield { columns: read, firstRow: line.firstRow, cursor: next };
            }
            cursor = next;
          }
        }
      }
    } finally {
      await Promise.all([data?.handle?.close(), journal.close()]);
    }
  }

  /** Rows on the disk, from the end of the journal; the table itself is not read. */
  async rowsOnDisk(): Promise<number> {
    const journal = await this.#open(this.#journalFile);
    try {
      const { size } = await journal.stat();
      const bytes = await readRange(journal, Math.max(0, size - 1024), Math.min(size, 1024));
      const text = bytes.toString("utf8");
      const whole = text.slice(0, text.lastIndexOf("\n") + 1).trimEnd();
      const line = parseLine(whole.slice(whole.lastIndexOf("\n") + 1));
      return line === undefined ? 0 : line.firstRow + line.rows;
    } finally {
      await journal.close();
    }
  }

  /** The file that a group of batches lies in; the one that was read before is closed when it is another. */
  async #segmentOf(
    group: readonly JournalEntry[],
    before: OpenSegment | undefined,
    { leaveOutDamaged = false }: ReadOptions,
  ): Promise<OpenSegment> {
    const line = group[0]?.line;
    const segment = line === undefined ? (before?.segment ?? 1) : (line.segment ?? 1);
    if (before?.segment === segment) return before;
    await before?.handle?.close();
    try {
      return { segment, handle: await this.#open(this.#file(segment)) };
    } catch (error) {
      if (!leaveOutDamaged) throw error;
      return { segment, handle: undefined };
    }
  }

  #file(segment = 1): string {
    return path.join(this.folder, runFiles.table(this.spec.name, segment));
  }

  async #open(file: string): Promise<FileHandle> {
    try {
      return await open(file, "r");
    } catch (error) {
      const gone = codeOf(error) === "ENOENT" ? "The file was removed or never copied." : "Nothing was changed.";
      throw storageFailed(`${file} could not be opened`, error, gone);
    }
  }

  /** The bytes of neighbouring batches behind a copy of the schema, as one stream. Shorter when the file is. */
  async #read(data: FileHandle | undefined, group: readonly JournalEntry[]): Promise<Chunk> {
    const [first, last] = [group[0]?.line, group.at(-1)?.line];
    if (first === undefined || last === undefined || data === undefined)
      return { start_B: 0, bytes: new Uint8Array(0) };
    const bytes = await readRange(data, first.offset, last.offset + last.length - first.offset);
    return { start_B: first.offset, bytes };
  }

  /** The rows a journal line names, or what is wrong with them. */
  #batch(
    line: JournalLine | undefined,
    text: string,
    cursor: TailCursor,
    chunk: Chunk,
    options: ReadOptions,
  ): Columns | string {
    const fault = faultIn(line, text, cursor, chunk, options);
    if (fault !== undefined) return fault;
    if (line === undefined || line.rows === 0) return { length: 0, columns: {} };
    const { head } = this.#codec;
    const stream = new Uint8Array(head.length + line.length);
    stream.set(head);
    stream.set(batchBytes(line, chunk), head.length);
    try {
      for (const columns of this.#codec.decode(stream, this.spec.columns)) {
        return columns.length === line.rows
          ? columns
          : `holds ${columns.length} rows where the journal says ${line.rows}`;
      }
      return "holds no rows";
    } catch (error) {
      return `can not be read as Arrow (${messageOf(error)})`; // sound bytes of another table
    }
  }

  #damaged(fault: string, line: JournalLine | undefined): MemrigError {
    const file = this.#file(line?.segment);
    const where =
      line === undefined
        ? this.#journalFile
        : line.rows === 0
          ? `${file}: the schema or the end mark (bytes ${line.offset} to ${line.offset + line.length})`
          : `${file}: the batch of rows ${line.firstRow} to ${line.firstRow + line.rows - 1} ` +
            `(bytes ${line.offset} to ${line.offset + line.length})`;
    return new MemrigError(
      "storage-failed",
      `${where} ${fault}. It was damaged after it was written. The other batches can still be read by leaving ` +
        `damaged ones out; take this one from a copy if there is one.`,
      { file, ...line },
    );
  }
}

function columnOf(spec: TableSpec, name: string): Column {
  const column = spec.columns.find((candidate) => candidate.name === name);
  if (column !== undefined) return column;
  const known = spec.columns.map((candidate) => candidate.name).join(", ");
  throw new MemrigError("invalid-request", `Table ${spec.name} has no column "${name}"; it has ${known}.`, { name });
}

interface OpenSegment {
  readonly segment: number;
  /** Undefined for a file that is gone: its batches are left out. */
  readonly handle: FileHandle | undefined;
}

interface Chunk {
  readonly start_B: number;
  readonly bytes: Uint8Array;
}

/** Neighbouring batches, together at most a chunk; a larger one, or a line that says nonsense, goes alone. */
function* groupsOf(entries: readonly JournalEntry[]): Generator<readonly JournalEntry[]> {
  let group: JournalEntry[] = [];
  let start_B = 0;
  for (const entry of entries) {
    const previous = group.at(-1)?.line;
    const { line } = entry;
    const joins =
      line !== undefined &&
      previous !== undefined &&
      line.segment === previous.segment &&
      line.offset === previous.offset + previous.length &&
      line.offset + line.length - start_B <= chunk_B;
    if (!joins) {
      if (group.length > 0) yield group;
      group = [];
      start_B = line?.offset ?? 0;
    }
    group.push(entry);
  }
  if (group.length > 0) yield group;
}

/** What is wrong with a batch, or undefined when it is sound. */
function faultIn(
  line: JournalLine | undefined,
  text: string,
  cursor: TailCursor,
  chunk: Chunk,
  { leaveOutDamaged = false }: ReadOptions,
): string | undefined {
  if (line === undefined) return `has the line ${JSON.stringify(text.slice(0, 80))}, which is no journal line`;
  const beginsSegment = line.segment !== undefined && line.offset === 0 && line.rows === 0;
  const follows = (line.offset === cursor.data_B || beginsSegment) && line.firstRow === cursor.rows;
  if (!follows && !leaveOutDamaged) return `does not follow the batch before it, which ends at row ${cursor.rows}`;
  const bytes = batchBytes(line, chunk);
  if (bytes.length < line.length) return `is cut off: ${bytes.length} of ${line.length} bytes are there`;
  const found = crc32(bytes);
  return found === line.crc32 ? undefined : `has the checksum ${found} where the journal says ${line.crc32}`;
}

function batchBytes(line: JournalLine, chunk: Chunk): Uint8Array {
  const from = line.offset - chunk.start_B;
  return chunk.bytes.subarray(from, from + line.length);
}
