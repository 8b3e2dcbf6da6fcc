import type { FileHandle } from "node:fs/promises";

/**
 * The journal of a table: one line of JSON for the schema, for each record batch and for the end mark, written after
 * their bytes are on the disk. A line says where the bytes lie, which rows they hold and their checksum (Arrow carries none).
 */
export interface JournalLine {
  /** Position and number of the bytes in the table file. */
  readonly offset: number;
  readonly length: number;
  /** Number of the first row; rows in this batch (0 for the schema and the end mark). */
  readonly firstRow: number;
  readonly rows: number;
  /** CRC-32 of the bytes, eight hexadecimal digits. */
  readonly crc32: string;
  /** When it was written, UTC. */
  readonly at: string;
  /** Which file of the table; left out for the first. */
  readonly segment?: number;
}

export function formatLine(line: JournalLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Reads one line, or undefined when it is not a whole journal line. */
export function parseLine(text: string): JournalLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // the caller knows whether that is a torn last line or damage
  }
  return isJournalLine(value) ? value : undefined;
}

function isJournalLine(value: unknown): value is JournalLine {
  if (typeof value !== "object" || value === null) return false;
  const line = value as Partial<Record<keyof JournalLine, unknown>>;
  return (
    [line.offset, line.length, line.firstRow, line.rows].every((n) => Number.isSafeInteger(n) && Number(n) >= 0) &&
    (line.segment === undefined || (Number.isSafeInteger(line.segment) && Number(line.segment) > 1)) &&
    typeof line.crc32 === "string" &&
    typeof line.at === "string"
  );
}

/** A line of the journal and where it ends; `line` is undefined when it can not be understood. */
export interface JournalEntry {
  readonly line: JournalLine | undefined;
  readonly text: string;
  readonly end_B: number;
}

/** Whole lines from a position on; a last line without its end is still being written, or torn, and is left alone. */
export async function* journalEntries(journal: FileHandle, from_B: number): AsyncGenerator<JournalEntry[]> {
  for (let start_B = from_B; ;) {
    const bytes = await readRange(journal, start_B, 256 * 1024);
    const entries: JournalEntry[] = [];
    let at = 0;
    for (let end = bytes.indexOf(10, at); end >= 0; end = bytes.indexOf(10, at)) {
      const text = bytes.toString("utf8", at, end);
      at = end + 1;
      entries.push({ line: parseLine(text), text, end_B: start_B + at });
    }
    if (entries.length === 0) return;
    yield entries;
    start_B += at;
  }
}

/** Up to `length` bytes from a position; fewer at the end of the file. Never more memory than the file is long. */
export async function readRange(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { size } = await handle.stat();
  const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - position)));
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
