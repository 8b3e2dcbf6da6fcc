import { stat } from "node:fs/promises";
import path from "node:path";
import { MemrigError, messageOf } from "../errors.js";
import { codeOf, runFiles, storageFailed } from "./files.js";
import { readRunInfo, runNames, statusOf } from "./run-reader.js";
import type { RunInfo, RunStatus } from "./shapes.js";
import { TableReader } from "./table-reader.js";

/** One line of a list of runs. */
export interface RunSummary {
  readonly run: string;
  readonly folder: string;
  readonly protocol: string;
  readonly dut: string;
  readonly status: RunStatus;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Rows of the main table on the disk. */
  readonly rows: number;
  readonly expectedRows: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly twinOf?: string;
  /** Why the run can not be read; the other members are then what its name tells. */
  readonly unreadable?: string;
}

/**
 * Runs that had ended when they were last listed, by folder, each with the mark of its `run.json`: a list that is asked for
 * again (the dashboard does) costs a look at the file's date for each.
 */
const ended = new Map<string, { readonly mark: string; readonly summary: RunSummary }>();

/** Runs looked at together; more would only queue in the system's file threads. */
const atOnce = 32;

/**
 * All runs of a store, newest first. Reads a small file and the end of a journal for each; no table.
 *
 * @throws MemrigError `storage-failed`: the store can not be read. A single damaged run is listed as `unreadable` instead
 */
export async function listRuns(storeDir: string): Promise<RunSummary[]> {
  const names = await runNames(storeDir);
  const summaries: RunSummary[] = [];
  for (let from = 0; from < names.length; from += atOnce) {
    const some = names.slice(from, from + atOnce).map((name) => summaryOf(path.resolve(storeDir, name)));
    summaries.push(...(await Promise.all(some)).filter((summary) => summary !== undefined));
  }
  return summaries.sort((a, b) => order(b.startedAt, a.startedAt) || order(b.run, a.run));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function summaryOf(folder: string): Promise<RunSummary | undefined> {
  const mark = await markOf(path.join(folder, runFiles.info));
  if (mark === undefined) return undefined; // some other folder
  const known = ended.get(folder);
  if (known?.mark === mark) return known.summary;
  const summary = await readSummary(folder);
  if (summary?.endedAt !== undefined && summary.unreadable === undefined) ended.set(folder, { mark, summary });
  else ended.delete(folder);
  return summary;
}

/** Changes when the file is replaced; undefined when there is none. */
async function markOf(file: string): Promise<string | undefined> {
  try {
    const { mtimeMs, size, ino } = await stat(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw storageFailed(`${file} could not be looked at`, error, "Nothing was changed.");
  }
}

async function readSummary(folder: string): Promise<RunSummary | undefined> {
  let info: RunInfo;
  try {
    info = await readRunInfo(folder);
  } catch (error) {
    if (error instanceof MemrigError && error.kind === "invalid-request") return undefined; // removed meanwhile
    return unreadable(folder, error);
  }
  const { run, protocol, dut, startedAt, endedAt, expectedRows, tags, twinOf } = info;
  const known = {
    ...{ run, folder, protocol, dut, startedAt, expectedRows, tags, status: await statusOf(info) },
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(twinOf === undefined ? {} : { twinOf }),
  };
  try {
    return { ...known, rows: await mainRows(folder, info) };
  } catch (error) {
    return { ...known, rows: 0, unreadable: messageOf(error) };
  }
}

async function mainRows(folder: string, info: RunInfo): Promise<number> {
  const spec = info.tables.find(({ name }) => name === info.mainTable);
  return spec === undefined ? 0 : new TableReader(folder, spec).rowsOnDisk();
}

function unreadable(folder: string, error: unknown): RunSummary {
  const run = path.basename(folder);
  const [time = "", protocol = "", dut = ""] = run.split("_");
  const startedAt = time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6.000Z");
  return {
    ...{ run, folder, protocol, dut, startedAt, status: "interrupted", rows: 0, expectedRows: 0, tags: {} },
    unreadable: messageOf(error),
  };
}
