import path from "node:path";
import { z } from "zod";
import { readJsonIfThere, replaceFile, runFiles } from "../files.js";
import { startOfTable, type TailCursor } from "../table-reader.js";
import type { StampState } from "./influx-lines.js";

/** How far one table has been sent. It depends on the table alone, so two senders that take turns do no harm. */
export interface TableProgress {
  /** Where the batch begins that the next row is in. */
  cursor: TailCursor;
  stamp: StampState;
  /** Rows that can not be stored: refused by the database, of NaN only, or damaged on the disk. */
  notStorable: number;
  /** Cells left out of points that were stored: NaN and infinities. */
  skippedCells: number;
  /** The last row that was sent: a resumed run may have cut it off and written another in its place. */
  last?: RowMark;
  /** Rows at its end were cut off: the database may hold their points. */
  cut?: boolean;
  lastError?: string;
}

/** One row of a table, to be known again. */
export interface RowMark {
  /** Where the batch begins that it is in. */
  readonly cursor: TailCursor;
  readonly row: number;
  /** Checksum of its values. */
  readonly crc32: string;
}

/** `influx.json` of a run folder. */
export interface InfluxProgress {
  readonly tables: Map<string, TableProgress>;
  /** The run has ended and all of it was sent. */
  complete: boolean;
  /** When it had ended: a run that ends later was gone on with. */
  endedAt?: string;
}

const count = z.number().int().nonnegative();

const cursorShape = z.object({ journal_B: count, data_B: count, rows: count });

const fileShape = z.object({
  target: z.string(),
  complete: z.boolean(),
  endedAt: z.string().optional(),
  tables: z.record(
    z.string(),
    z.object({
      cursor: cursorShape,
      rows: count,
      last_ns: z.string().regex(/^\d+$/),
      notStorable: count,
      skippedCells: count,
      cut: z.boolean().optional(),
      last: z.object({ cursor: cursorShape, row: count, crc32: z.string() }).optional(),
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
  const { complete, endedAt } = read.data;
  const tables = Object.entries(read.data.tables).map(([name, { rows, last_ns, last, cut, lastError, ...rest }]) => {
    const stamp = { row: rows, last_ns: BigInt(last_ns) };
    return [
      name,
      {
        ...rest,
        stamp,
        ...(last ? { last } : {}),
        ...(cut ? { cut } : {}),
        ...(lastError === undefined ? {} : { lastError }),
      },
    ] as const;
  });
  return { tables: new Map(tables), complete, ...(endedAt === undefined ? {} : { endedAt }) };
}

/**
 * The tables were cut back, for a resumed run to go on behind: what it cut off may be in the database, sent or just under way, so
 * the points of these tables are taken out there and sent again.
 */
export async function cutBackProgress(folder: string, ends: ReadonlyMap<string, TailCursor>): Promise<void> {
  const read = fileShape.safeParse(await readJsonIfThere(path.join(folder, runFiles.influx)).catch(() => undefined));
  if (!read.success) return; // nothing was sent, or all is sent from the start
  const { target } = read.data;
  const { tables } = await readProgress(folder, target);
  for (const name of ends.keys()) tables.set(name, { ...(tables.get(name) ?? startOfProgress()), cut: true });
  await writeProgress(folder, target, { tables, complete: false });
}

/** Not held to survive a power cut: an older one, or none, only means sending again. */
export async function writeProgress(folder: string, target: string, progress: InfluxProgress): Promise<void> {
  const tables = [...progress.tables].map(([name, { stamp, ...rest }]) => {
    return [name, { ...rest, rows: stamp.row, last_ns: stamp.last_ns.toString() }] as const;
  });
  const { complete, endedAt } = progress;
  const file: z.input<typeof fileShape> = { target, complete, endedAt, tables: Object.fromEntries(tables) };
  await replaceFile(path.join(folder, runFiles.influx), `${JSON.stringify(file)}\n`, false);
}
