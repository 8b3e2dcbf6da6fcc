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
    typeof line.crc32 === "string" &&
    typeof line.at === "string"
  );
}
