import path from "node:path";
import { z } from "zod";
import { readJsonIfThere, replaceFile, runFiles } from "../files.js";
import { startOfTable, type TailCursor } from "../table-reader.js";
import type { StampState } from "./influx-points.js";

/** How far one table has been sent. It depends on the table alone, so two senders that take turns do no harm. */
export interface TableProgress {
  /** Where the batch begins that the next row is in. */
  cursor: TailCursor;
  stamp: StampState;
  /** Rows that can not be stored: refused by the database, of NaN only, or damaged on the disk. */
  notStorable: number;
  /** Cells left out of points that were stored: NaN and infinities. */
  skippedCells: number;
  lastError?: string;
}

/** `influx.json` of a run folder. */
export interface InfluxProgress {
  readonly tables: Map<string, TableProgress>;
  /** The run has ended and all of it was sent. */
  complete: boolean;
}

const count = z.number().int().nonnegative();

const fileShape = z.object({
  target: z.string(),
  complete: z.boolean(),
  tables: z.record(
    z.string(),
    z.object({
      cursor: z.object({ journal_B: count, data_B: count, rows: count }),
      rows: count,
      last_ns: z.string().regex(/^\d+$/),
      notStorable: count,
      skippedCells: count,
      lastError: z.string().optional(),
    }),
  ),
});

export function startOfProgress(): TableProgress {
  return { cursor: startOfTable, stamp: { row: 0, last_ns: 0n }, notStorable: 0, skippedCells: 0 };
}

/** Reads it; one that is missing, damaged or of another database means from the start, which only sends points again. */
export async function readProgress(folder: string, target: string): Promise<InfluxProgress> {
  const read = fileShape.safeParse(await readJsonIfThere(path.join(folder, runFiles.influx)).catch(() => undefined));
  if (!read.success || read.data.target !== target) return { tables: new Map(), complete: false };
  const tables = Object.entries(read.data.tables).map(([name, { rows, last_ns, lastError, ...rest }]) => {
    const stamp = { row: rows, last_ns: BigInt(last_ns) };
    return [name, { ...rest, stamp, ...(lastError === undefined ? {} : { lastError }) }] as const;
  });
  return { tables: new Map(tables), complete: read.data.complete };
}

/**
 * The tables were cut back to these cursors: what is behind them will be other rows, and is to be sent. Stamps go on behind the
 * last one, so that no point of before is written over.
 */
export async function cutBackProgress(folder: string, ends: ReadonlyMap<string, TailCursor>): Promise<void> {
  const read = fileShape.safeParse(await readJsonIfThere(path.join(folder, runFiles.influx)).catch(() => undefined));
  if (!read.success) return; // sent from the start then
  const { target } = read.data;
  const { tables } = await readProgress(folder, target);
  for (const [name, end] of ends) {
    const table = tables.get(name);
    if (table === undefined) continue;
    if (table.cursor.rows >= end.rows) table.cursor = end;
    table.stamp.row = Math.min(table.stamp.row, end.rows);
  }
  await writeProgress(folder, target, { tables, complete: false });
}

/** Not held to survive a power cut: an older one, or none, only means sending again. */
export async function writeProgress(folder: string, target: string, progress: InfluxProgress): Promise<void> {
  const tables = [...progress.tables].map(([name, { stamp, ...rest }]) => {
    return [name, { ...rest, rows: stamp.row, last_ns: stamp.last_ns.toString() }] as const;
  });
  const file: z.input<typeof fileShape> = { target, complete: progress.complete, tables: Object.fromEntries(tables) };
  await replaceFile(path.join(folder, runFiles.influx), `${JSON.stringify(file)}\n`, false);
}
