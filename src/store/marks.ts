import { type FileHandle, open } from "node:fs/promises";
import path from "node:path";
import { readIfThere, runFiles, storageFailed } from "./files.js";
import type { Mark } from "./shapes.js";

/** Keeps the marks of a run: a line is written when all rows that it speaks of are on the disk. */
export class MarkWriter {
  #length_B: number;
  #waiting: Mark | undefined;
  #last: Mark | undefined;
  #chain: Promise<void> = Promise.resolve();

  private constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
    length_B: number,
    last: Mark | undefined,
  ) {
    this.#length_B = length_B;
    this.#last = last;
  }

  static async create(folder: string): Promise<MarkWriter> {
    const file = path.join(folder, runFiles.marks);
    return new MarkWriter(file, await open(file, "wx"), 0, undefined);
  }

  /** Goes on behind the last whole line; a torn one is cut off. */
  static async reopen(folder: string): Promise<MarkWriter> {
    const file = path.join(folder, runFiles.marks);
    const marks = await readMarks(folder);
    const handle = await open(file, "r+");
    const length_B = marks?.length_B ?? 0;
    await handle.truncate(length_B);
    return new MarkWriter(file, handle, length_B, marks?.last);
  }

  /** The newest, on the disk or not. */
  get newest(): Mark | undefined {
    return this.#waiting ?? this.#last;
  }

  /** Takes a mark, in place of one that still waits. */
  set(mark: Mark): void {
    this.#waiting = mark;
  }

  /** The mark that waits, to be given to `keep` when its rows are on the disk. It waits no more. */
  take(): Mark | undefined {
    const mark = this.#waiting;
    if (mark !== undefined) [this.#last, this.#waiting] = [mark, undefined];
    return mark;
  }

  /** @throws MemrigError `storage-failed`: the mark before it still stands */
  keep(mark: Mark): Promise<void> {
    this.#chain = this.#chain.then(() => this.#write(mark));
    return this.#chain;
  }

  async #write(mark: Mark): Promise<void> {
    const text = Buffer.from(`${JSON.stringify(mark)}\n`);
    try {
      for (let done = 0; done < text.length;) {
        done += (await this.handle.write(text, done, text.length - done, this.#length_B + done)).bytesWritten;
      }
      await this.handle.datasync();
    } catch (error) {
      throw storageFailed(`${this.file} could not be written`, error, "The mark before it still stands.");
    }
    this.#length_B += text.length;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** The last whole line of a run's marks and where it ends; undefined for a run that keeps none. */
export async function readMarks(folder: string): Promise<{ last?: Mark; length_B: number } | undefined> {
  const text = await readIfThere(path.join(folder, runFiles.marks));
  if (text === undefined) return undefined;
  let length_B = 0;
  let last: Mark | undefined;
  for (const line of text.split("\n").slice(0, -1)) {
    const mark = markFrom(line);
    if (mark === undefined) break; // torn by a power cut: what stands behind it was never synced
    last = mark;
    length_B += Buffer.byteLength(line) + 1;
  }
  return { ...(last ? { last } : {}), length_B };
}

function markFrom(line: string): Mark | undefined {
  try {
    const mark = JSON.parse(line) as Partial<Mark> | null;
    const known = typeof mark?.at === "string" && Number.isSafeInteger(mark.completed) && typeof mark.rows === "object";
    return known ? (mark as Mark) : undefined;
  } catch {
    return undefined; // the caller stops at the line before it
  }
}
