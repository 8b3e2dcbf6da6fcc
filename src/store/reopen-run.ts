import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { MemrigError } from "../errors.js";
import { codeOf, readIfThere, replaceFile, runFiles, storageFailed, syncFolder } from "./files.js";
import { journalEntries } from "./journal.js";
import { MarkWriter, readMarks } from "./marks.js";
import { isAlive, thisProcess, type WriterProcess } from "./process-mark.js";
import { noteReopened } from "./reopened.js";
import { readRunInfo, statusOf } from "./run-info.js";
import { RunReader } from "./run-reader.js";
import { keepReserve, pretty, RunWriter } from "./run-writer.js";
import type { Columns, Mark, RunInfo, Sitting, TableSpec } from "./shapes.js";
import { cutBackProgress } from "./sinks/influx-cursor.js";
import { startOfTable, TableReader, type TailCursor } from "./table-reader.js";
import { TableWriter } from "./table-writer.js";
import { wallClock } from "./wall-clock.js";

/** What the new sitting has of its own. */
export type Reopening = Pick<Sitting, "cycleSeed" | "software" | "operator" | "instruments">;

/** A run to be gone on with, and where it stands. */
export interface Reopened {
  readonly writer: RunWriter;
  /** Units of work that are complete. */
  readonly completed: number;
  /** The last row of the main table, where there is one. */
  readonly lastRow?: Columns;
  /** From the last mark to now, by this computer's clock; never below 0. */
  readonly gap_s: number;
  /** Rows of unfinished work, by table, and the folder they were put in. */
  readonly setAside?: NonNullable<Sitting["setAside"]>;
}

/**
 * Opens a run that has ended early to append to it, behind its last mark. Rows behind that are copied into a folder of their own
 * first, and then cut off. `run.json` says `running` again, with the sittings.
 *
 * @throws MemrigError `invalid-request`: it is alive, done, imported, or keeps no marks; `busy`: somebody else reopens it. Nothing was changed
 * @throws MemrigError `storage-failed`: the disk refused; rows of completed work are as they were, and it can be tried again
 */
export async function reopenRun(folder: string, reopening: Reopening = {}): Promise<Reopened> {
  const unlock = await lock(folder);
  try {
    const info = await readRunInfo(folder);
    const mark = await resumableMark(folder, info);
    return await reopen(folder, info, mark, reopening);
  } catch (error) {
    if (error instanceof MemrigError) throw error;
    throw storageFailed(`${folder} could not be opened again`, error, "Rows of completed work are as they were.");
  } finally {
    await unlock();
  }
}

/**
 * The mark that a run can be gone on with from.
 *
 * @throws MemrigError `invalid-request`: it can not, with why and what is possible
 */
export async function resumableMark(folder: string, info: RunInfo): Promise<Mark> {
  const status = await statusOf(info);
  const refused = (why: string): MemrigError =>
    new MemrigError("invalid-request", `${info.run} can not be gone on with: ${why} Nothing was changed.`, { status });
  if (info.imported) throw refused("it was measured elsewhere and imported.");
  if (info.twinOf !== undefined) throw refused(`it is the twin of ${info.twinOf}; a twin is simulated whole.`);
  if (status === "running") throw refused("it is running.");
  if (status === "done") throw refused(`it is done. "memrig rerun ${info.run}" measures it once more.`);
  const marks = await readMarks(folder);
  if (marks?.last) return marks.last;
  const because = marks
    ? `${info.protocol} had not said which of its rows are whole units of work.`
    : "it was made by a version that did not keep which of its rows are whole units of work.";
  throw refused(
    `${because} Its rows can be read and exported as they are; "memrig rerun ${info.run}" starts anew with the same settings.`,
  );
}

async function reopen(
  folder: string,
  info: RunInfo,
  mark: Mark,
  { instruments, ...own }: Reopening,
): Promise<Reopened> {
  const before = new RunReader(folder, info);
  const events = await before.events();
  const ends = new Map<string, End>();
  for (const { name } of info.tables) ends.set(name, await cursorAt(folder, name, mark.rows[name] ?? 0));
  const setAside = await putAside(before, ends);
  await cutBackProgress(folder, ends);

  const opened: { close(): Promise<void> }[] = [];
  try {
    const tables = new Map<string, TableWriter>();
    for (const spec of info.tables) {
      const end = ends.get(spec.name) ?? startOfFiles;
      const table = await TableWriter.reopen(folder, spec, { ...end, offset_B: end.data_B });
      opened.push(table);
      tables.set(spec.name, table);
    }
    const marks = await MarkWriter.reopen(folder);
    opened.push(marks);
    const eventFile = await open(path.join(folder, runFiles.events), "a");
    opened.push(eventFile);
    // A line that was torn must not swallow the next one.
    if (!/(^|\n)$/.test((await readIfThere(path.join(folder, runFiles.events))) ?? ""))
      await eventFile.appendFile("\n");
    // Made anew when the run ends; until then they would show less than the tables.
    for (const { name } of info.tables) await rm(path.join(folder, runFiles.parquet(name)), { force: true });
    for (const wish of [runFiles.abort, runFiles.pause]) await rm(path.join(folder, wish), { force: true });
    await keepReserve(folder);

    const lastHeard = events.at(-1)?.at;
    const next: RunInfo = {
      ...withoutEnd(info),
      sittings: [...sittingsOf(info, await statusOf(info), lastHeard, mark), begun(mark, own, setAside)],
      ...(instruments ? { instruments } : {}),
      ...(await thisProcess()),
    };
    await replaceFile(path.join(folder, runFiles.info), pretty(next));
    await noteReopened(folder);
    const lastRow = await lastRowOf(folder, info, ends);
    return {
      writer: new RunWriter(folder, next, tables, marks, eventFile),
      completed: mark.completed,
      gap_s: Math.max(0, (Date.now() - Date.parse(mark.at)) / 1000),
      ...(lastRow ? { lastRow } : {}),
      ...(setAside ? { setAside } : {}),
    };
  } catch (error) {
    await Promise.allSettled(opened.map((file) => file.close()));
    throw error;
  }
}

/** Behind a whole batch: where a reader would go on, and the number of the file it lies in. */
interface End extends TailCursor {
  readonly segment: number;
}

const startOfFiles: End = { ...startOfTable, segment: 1 };

/** Where a table ends that has so many rows: behind the batch that ends with the last of them. */
async function cursorAt(folder: string, table: string, rows: number): Promise<End> {
  const journal = await open(path.join(folder, runFiles.journal(table)), "r");
  let at = startOfFiles;
  try {
    for await (const entries of journalEntries(journal, 0)) {
      for (const { line, end_B } of entries) {
        if (line === undefined || line.firstRow + line.rows > rows) return checked();
        const isEndMark = line.rows === 0 && line.offset > 0;
        const segment = line.segment ?? 1;
        if (!isEndMark)
          at = { segment, journal_B: end_B, data_B: line.offset + line.length, rows: line.firstRow + line.rows };
      }
    }
    return checked();
  } finally {
    await journal.close();
  }

  function checked(): End {
    if (at.rows === rows) return at;
    throw new MemrigError(
      "storage-failed",
      `Table ${table}: the last mark speaks of ${rows} rows, and whole batches hold ${at.rows} of them. The folder was damaged or edited. ` +
        "Nothing was changed; what is there can be read and exported.",
      { table, rows, found: at.rows },
    );
  }
}

/** Copies what lies behind the cursors into a folder of its own, with the metrics of before. Undefined where there is nothing. */
async function putAside(run: RunReader, ends: ReadonlyMap<string, End>): Promise<Sitting["setAside"]> {
  const behind: Record<string, number> = {};
  for (const [name, end] of ends) {
    const rows = (await run.rows(name)) - end.rows;
    if (rows > 0) behind[name] = rows;
  }
  const metrics = await readIfThere(path.join(run.folder, runFiles.metrics));
  if (Object.keys(behind).length === 0 && metrics === undefined) return undefined;
  const name = await nextAside(run.folder);
  const folder = path.join(run.folder, name);
  await mkdir(folder);
  for (const spec of run.info.tables) {
    const end = ends.get(spec.name);
    if (end !== undefined && behind[spec.name] !== undefined) await copyRows(run, spec, end, folder);
  }
  if (metrics !== undefined) await rename(path.join(run.folder, runFiles.metrics), path.join(folder, runFiles.metrics));
  await syncFolder(folder);
  await syncFolder(run.folder);
  return { folder: name, rows: behind };
}

/** A damaged batch among them is left out: its rows were work to be repeated anyway. */
async function copyRows(run: RunReader, spec: TableSpec, from: TailCursor, folder: string): Promise<void> {
  const copy = await TableWriter.create(folder, spec);
  try {
    for await (const { columns } of run.batches(spec.name, from, { leaveOutDamaged: true })) {
      copy.append({ table: spec.name, columns });
      copy.seal();
      await copy.settled();
    }
    await copy.end();
  } finally {
    await copy.close();
  }
}

async function nextAside(folder: string): Promise<string> {
  const taken = new Set(await readdir(folder));
  let number = 1;
  while (taken.has(runFiles.aside(number))) number += 1;
  return runFiles.aside(number);
}

/** The sittings until now, the last one with its end. */
function sittingsOf(info: RunInfo, status: Sitting["status"], lastHeard: string | undefined, mark: Mark): Sitting[] {
  const only: Sitting = { begin: info.startedAt, status, from: 0 };
  const sittings = info.sittings ?? [only];
  const end = info.endedAt ?? lastHeard ?? mark.at;
  const { reason } = info;
  const last: Sitting = {
    ...(sittings.at(-1) ?? only),
    ...{ end, status, completed: mark.completed, instruments: info.instruments },
    ...(reason === undefined ? {} : { reason }),
  };
  return [...sittings.slice(0, -1), last];
}

function begun(mark: Mark, own: Reopening, setAside: Sitting["setAside"]): Sitting {
  return {
    begin: wallClock.timestamp(),
    status: "running",
    from: mark.completed,
    ...own,
    ...(setAside ? { setAside } : {}),
  };
}

function withoutEnd(info: RunInfo): RunInfo {
  const { endedAt: _endedAt, reason: _reason, processMark: _mark, ...rest } = info;
  return { ...rest, status: "running" };
}

async function lastRowOf(folder: string, info: RunInfo, ends: ReadonlyMap<string, End>): Promise<Columns | undefined> {
  const spec = info.tables.find(({ name }) => name === info.mainTable);
  const end = ends.get(info.mainTable);
  if (spec === undefined || end === undefined || end.rows === 0) return undefined;
  const last = await new TableReader(folder, spec).lastBatch(end.journal_B);
  return last && rowsFrom(last, last.length - 1);
}

function rowsFrom({ length, columns }: Columns, from: number): Columns {
  const cut = Object.entries(columns).map(([name, values]) => [name, values.slice(from)] as const);
  return { length: length - from, columns: Object.fromEntries(cut) };
}

/** One at a time: two who reopen a run would both cut and both write. @returns gives it free */
async function lock(folder: string): Promise<() => Promise<void>> {
  const file = path.join(folder, runFiles.reopening);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const handle = await open(file, "wx");
      await handle.writeFile(JSON.stringify(await thisProcess()));
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if (codeOf(error) === "ENOENT") await readRunInfo(folder); // says that there is no run
      if (codeOf(error) !== "EEXIST") throw storageFailed(`${file} could not be made`, error, "Nothing was changed.");
      const holder = await holderIn(file);
      if (attempt === 1 && holder !== undefined && !(await isAlive(holder))) {
        await rm(file, { force: true });
        continue;
      }
      throw new MemrigError(
        "busy",
        `${path.basename(folder)} is being reopened by another program${holder ? ` (process ${holder.pid} on ${holder.host})` : ""}. ` +
          `Nothing was changed. If that is not so, remove ${file}.`,
        { ...holder },
      );
    }
  }
}

async function holderIn(file: string): Promise<WriterProcess | undefined> {
  try {
    return JSON.parse((await readIfThere(file)) ?? "") as WriterProcess;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // made a moment ago, and not written yet
    throw error;
  }
}
