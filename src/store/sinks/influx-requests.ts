import { setImmediate as breathe } from "node:timers/promises";
import { crc32 } from "../crc32.js";
import type { RunReader } from "../run-reader.js";
import type { TableSpec } from "../shapes.js";
import type { TailCursor } from "../table-reader.js";
import type { RowMark, TableProgress } from "./influx-cursor.js";
import type { LineEncoder, StampState } from "./influx-lines.js";

/** Points in one request: past this the server gains nothing, and encoding would hold up the process for longer. */
const requestPoints = 5000;
/** Rows made into lines before the process may do something else: it also has a bench to look after. */
const sliceRows = 500;

/** Points for one request, and where the table is read on behind them. */
export interface Request {
  readonly table: string;
  readonly lines: readonly string[];
  readonly cursor: TailCursor;
  readonly stamp: StampState;
  readonly last: RowMark | undefined;
  readonly skippedCells: number;
  /** Rows of no finite value. */
  readonly emptyRows: number;
  /** Rows that no sound batch holds. */
  readonly damagedRows: number;
}

/** The points of a table behind a cursor in requests, small batches together and large ones in parts. */
export async function* requestsOf(
  reader: RunReader,
  spec: TableSpec,
  encoder: LineEncoder,
  from: TableProgress,
): AsyncGenerator<Request> {
  let cursor = from.cursor;
  let last = from.last;
  const stamp = { ...from.stamp };
  let next = emptyRequest();
  const request = (): Request => ({ table: spec.name, cursor, stamp: { ...stamp }, last, ...next });
  for await (const batch of reader.batches(spec.name, cursor, { leaveOutDamaged: true })) {
    next.damagedRows += Math.max(0, batch.firstRow - stamp.row);
    stamp.row = Math.max(stamp.row, batch.firstRow);
    const begin = cursor;
    for (let at = stamp.row - batch.firstRow; at < batch.columns.length;) {
      const to = Math.min(batch.columns.length, at + sliceRows, at + requestPoints - next.lines.length);
      const encoded = encoder.encode(batch.columns, at, to, stamp);
      for (const line of encoded.lines) next.lines.push(line);
      next.skippedCells += encoded.skippedCells;
      next.emptyRows += encoded.emptyRows;
      at = to;
      if (next.lines.length < requestPoints && at < batch.columns.length) {
        await breathe();
        continue;
      }
      const row = batch.firstRow + at - 1;
      last = { cursor: begin, row, crc32: crc32(Buffer.from(encoder.valuesAt(batch.columns, at - 1))) };
      if (at === batch.columns.length) cursor = batch.cursor;
      if (next.lines.length < requestPoints) continue;
      yield request();
      next = emptyRequest();
    }
  }
  if (stamp.row > from.stamp.row && (next.lines.length > 0 || next.emptyRows > 0 || next.damagedRows > 0))
    yield request();
}

/** Whether the table still holds the last row that was sent, where it was. */
export async function stillThere(
  reader: RunReader,
  spec: TableSpec,
  encoder: LineEncoder,
  { stamp, last }: TableProgress,
): Promise<boolean> {
  const rows = await reader.rows(spec.name);
  if (rows < stamp.row || rows <= (last?.row ?? -1)) return false;
  if (last === undefined) return true;
  for await (const batch of reader.batches(spec.name, last.cursor, { leaveOutDamaged: true })) {
    const at = last.row - batch.firstRow;
    if (at < 0) return true; // damaged on the disk since: what was sent stands
    if (at >= batch.columns.length) continue;
    return crc32(Buffer.from(encoder.valuesAt(batch.columns, at))) === last.crc32;
  }
  return true;
}

function emptyRequest() {
  return { lines: [] as string[], skippedCells: 0, emptyRows: 0, damagedRows: 0 };
}
