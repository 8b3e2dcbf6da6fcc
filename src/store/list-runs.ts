import path from "node:path";
import { MemrigError, messageOf } from "../errors.js";
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
  let info: RunInfo;
  try {
    info = await readRunInfo(folder);
  } catch (error) {
    if (error instanceof MemrigError && error.kind === "invalid-request") return undefined; // some other folder
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
