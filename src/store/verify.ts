import { stat } from "node:fs/promises";
import path from "node:path";
import { MemrigError } from "../errors.js";
import { codeOf, runFiles } from "./files.js";
import type { RunReader } from "./run-reader.js";
import { startOfTable } from "./table-reader.js";

/** What checking every byte of a table came to. */
export interface TableCheck {
  readonly table: string;
  /** Rows whose batches are whole and agree with their checksum. */
  readonly good: number;
  /** Rows the journal names. */
  readonly rows: number;
  /** One sentence for each damaged batch, with its file and rows. */
  readonly damage: readonly string[];
  /** Bytes behind the last whole batch: one that was being written when the writer died. They cost no row named above. */
  readonly torn_B: number;
}

export interface RunCheck {
  readonly run: string;
  readonly sound: boolean;
  readonly tables: readonly TableCheck[];
  /** What is wrong with the other files. */
  readonly damage: readonly string[];
}

/** Reads a whole run and checks every batch against its checksum. Changes nothing. */
export async function verifyRun(run: RunReader): Promise<RunCheck> {
  const tables: TableCheck[] = [];
  for (const { name } of run.info.tables) tables.push(await checkTable(run, name));
  const damage = await checkOthers(run);
  const sound = damage.length === 0 && tables.every((table) => table.damage.length === 0 && table.good === table.rows);
  return { run: run.info.run, sound, tables, damage };
}

async function checkTable(run: RunReader, table: string): Promise<TableCheck> {
  const damage: string[] = [];
  let good = 0;
  let end = { segment: 1, offset_B: 0 };
  const options = {
    leaveOutDamaged: true,
    onDamaged: (message: string) => damage.push(message),
    onLine: (line: { segment?: number; offset: number; length: number }) =>
      (end = { segment: line.segment ?? 1, offset_B: line.offset + line.length }),
  };
  try {
    for await (const { columns } of run.batches(table, startOfTable, options)) good += columns.length;
    const size_B = await sizeOf(path.join(run.folder, runFiles.table(table, end.segment)));
    return { table, good, rows: await run.rows(table), damage, torn_B: Math.max(0, size_B - end.offset_B) };
  } catch (error) {
    if (!(error instanceof MemrigError && error.kind === "storage-failed")) throw error;
    return { table, good, rows: good, damage: [...damage, error.message], torn_B: 0 };
  }
}

async function checkOthers(run: RunReader): Promise<string[]> {
  const damage: string[] = [];
  try {
    await run.metrics();
  } catch (error) {
    if (!(error instanceof MemrigError && error.kind === "storage-failed")) throw error;
    damage.push(error.message);
  }
  const lines = (await run.events()).filter(({ at, line }) => at === "" && line !== undefined).length;
  if (lines > 0) damage.push(`${path.join(run.folder, runFiles.events)} has ${lines} damaged lines.`);
  return damage;
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return 0; // said as damage already
    throw error;
  }
}
