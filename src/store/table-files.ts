import { access, type FileHandle, open, rm } from "node:fs/promises";
import path from "node:path";
import { endOfStream } from "./arrow-codec.js";
import { crc32 } from "./crc32.js";
import { runFiles, storageFailed, syncFolder } from "./files.js";
import { formatLine } from "./journal.js";
import { wallClock } from "./wall-clock.js";

/** A file of a table grows to this size; then the next one is begun. Small enough to copy, map and read whole. */
export const segment_B = 128 * 1024 * 1024;

/** Bytes for the end of the table, and the rows they hold (0: the schema or the end mark). */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly firstRow: number;
  readonly rows: number;
}

/** Where writing goes on. */
export interface TableEnd {
  /** Number of the last file of the table; the first is 1. */
  readonly segment: number;
  readonly offset_B: number;
  readonly journal_B: number;
}

/**
 * The files of one table while it grows: segments, each a whole Arrow stream, and one journal for all of them. What is given
 * together is made durable together: bytes, sync, journal lines, sync. So a journal line always speaks of bytes that are there.
 */
export class TableFiles {
  #segment: number;
  #offset_B: number;
  #journal_B: number;

  private constructor(
    readonly folder: string,
    readonly table: string,
    /** The schema message, with which each segment begins. */
    readonly head: Uint8Array,
    private data: FileHandle,
    private readonly journal: FileHandle,
    end: TableEnd,
    private readonly mostSegment_B: number,
  ) {
    this.#segment = end.segment;
    this.#offset_B = end.offset_B;
    this.#journal_B = end.journal_B;
  }

  /** Makes the files of a new table: its schema and no rows. @throws MemrigError `storage-failed`, or the system's error */
  static async create(folder: string, table: string, head: Uint8Array, mostSegment_B = segment_B): Promise<TableFiles> {
    const data = await open(path.join(folder, runFiles.table(table)), "wx");
    let journal: FileHandle;
    try {
      journal = await open(path.join(folder, runFiles.journal(table)), "wx");
    } catch (error) {
      await data.close();
      throw error;
    }
    const files = new TableFiles(
      folder,
      table,
      head,
      data,
      journal,
      { segment: 1, offset_B: 0, journal_B: 0 },
      mostSegment_B,
    );
    try {
      await files.#commit([{ bytes: head, firstRow: 0, rows: 0 }]);
    } catch (error) {
      await files.close();
      throw error;
    }
    return files;
  }

  /** Opens the files of a table to append behind an end, that of a whole batch; what lies behind it is cut off. */
  static async reopen(folder: string, table: string, head: Uint8Array, end: TableEnd): Promise<TableFiles> {
    const fileOf = (segment: number): string => path.join(folder, runFiles.table(table, segment));
    const data = await open(fileOf(end.segment), "r+");
    let journal: FileHandle | undefined;
    try {
      journal = await open(path.join(folder, runFiles.journal(table)), "r+");
      // The journal first: a batch without its line is cut off by the next one who comes, a line without its batch is damage.
      await journal.truncate(end.journal_B);
      await journal.datasync();
      await data.truncate(end.offset_B);
      await data.datasync();
      for (let segment = end.segment + 1; await isThere(fileOf(segment)); segment += 1) await rm(fileOf(segment));
    } catch (error) {
      await Promise.allSettled([data.close(), journal?.close()]);
      throw error;
    }
    return new TableFiles(folder, table, head, data, journal, end, segment_B);
  }

  /** The file that is written now. */
  get file(): string {
    return path.join(this.folder, runFiles.table(this.table, this.#segment));
  }

  /**
   * Makes pieces durable, in a further segment where they do not fit.
   *
   * @throws MemrigError `storage-failed`: the first refused piece and all behind it are lost; those before it are readable
   */
  async append(pieces: readonly Piece[]): Promise<void> {
    let group: Piece[] = [];
    let group_B = 0;
    for (const piece of pieces) {
      const end_B = this.#offset_B + group_B + piece.bytes.length;
      if (end_B > this.mostSegment_B && this.#offset_B + group_B > this.head.length) {
        await this.#commit(group);
        await this.#nextSegment(piece.firstRow);
        [group, group_B] = [[], 0];
      }
      group.push(piece);
      group_B += piece.bytes.length;
    }
    await this.#commit(group);
  }

  /** Ends the stream with Arrow's end mark, which the journal names too: a journal cut short behind it lost no row. */
  end(rows: number): Promise<void> {
    return this.#commit([{ bytes: endOfStream, firstRow: rows, rows: 0 }]);
  }

  async close(): Promise<void> {
    await Promise.all([this.data.close(), this.journal.close()]);
  }

  async #nextSegment(firstRow: number): Promise<void> {
    await this.end(firstRow);
    let next: FileHandle;
    try {
      next = await open(path.join(this.folder, runFiles.table(this.table, this.#segment + 1)), "wx");
      await syncFolder(this.folder);
    } catch (error) {
      throw this.#refused(firstRow, error);
    }
    await this.data.close();
    this.data = next;
    this.#segment += 1;
    this.#offset_B = 0;
    await this.#commit([{ bytes: this.head, firstRow, rows: 0 }]);
  }

  async #commit(pieces: readonly Piece[]): Promise<void> {
    const [first] = pieces;
    if (first === undefined) return;
    let end_B = this.#offset_B;
    const written: Piece[] = [];
    let refused: unknown;
    try {
      for (const piece of pieces) {
        await writeAt(this.data, piece.bytes, end_B);
        end_B += piece.bytes.length;
        written.push(piece);
      }
    } catch (error) {
      refused = error; // what was taken before it is kept
    }
    try {
      if (written.length > 0) await this.#confirm(written, end_B);
    } catch (error) {
      await this.#cutBack();
      throw this.#refused(first.firstRow, error);
    }
    if (refused === undefined) return;
    await this.#cutBack();
    throw this.#refused(pieces[written.length]?.firstRow ?? 0, refused);
  }

  /** Syncs the bytes that stand behind the last good ones, and names them in the journal. */
  async #confirm(pieces: readonly Piece[], end_B: number): Promise<void> {
    await this.data.datasync();
    const at = wallClock.timestamp();
    const segment = this.#segment === 1 ? {} : { segment: this.#segment };
    let offset = this.#offset_B;
    let lines = "";
    for (const { bytes, firstRow, rows } of pieces) {
      lines += formatLine({ offset, length: bytes.length, firstRow, rows, crc32: crc32(bytes), at, ...segment });
      offset += bytes.length;
    }
    const text = Buffer.from(lines);
    await writeAt(this.journal, text, this.#journal_B);
    await this.journal.datasync();
    this.#offset_B = end_B;
    this.#journal_B += text.length;
  }

  #refused(firstRow: number, error: unknown): Error {
    return storageFailed(
      `Rows ${firstRow} and up of ${this.file} could not be written`,
      error,
      `The ${firstRow} rows before them are on the disk and stay readable.`,
    );
  }

  /** Removes the torn end, so that a plain Arrow reader meets whole batches only. */
  async #cutBack(): Promise<void> {
    const cuts = [this.data.truncate(this.#offset_B), this.journal.truncate(this.#journal_B)];
    // A disk that refuses even this leaves a torn end; the journal still tells where the good rows stop.
    await Promise.allSettled(cuts);
  }
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** Writes all bytes at a position; a disk that fills up takes a part first and refuses the rest. */
async function writeAt(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
