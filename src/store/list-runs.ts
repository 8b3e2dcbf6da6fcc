import { readdir } from "node:fs/promises";
import path from "node:path";
import { MemrigError, messageOf } from "../errors.js";
import { Catalogue, type Mark, markOf, markOrNone } from "./catalogue.js";
import { codeOf, readJsonIfThere, runFiles, storageFailed } from "./files.js";
import { rowsInJournal } from "./journal.js";
import { matches, type RunFilter } from "./run-filter.js";
import { readRunInfo, statusOf } from "./run-info.js";
import type { RunInfo, RunStatus } from "./shapes.js";

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
  /** Name of the file that the run was made of; it was measured elsewhere. */
  readonly importedFrom?: string;
  /** Mean of each metric that has one. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Why the run can not be read; the other members are then what its name tells. */
  readonly unreadable?: string;
}

/** The catalogues of the stores this process has listed: a list that is asked for again costs a look at each file's date. */
const catalogues = new Map<string, Catalogue>();

/** Runs read together; more would only queue in the system's file threads. */
const atOnce = 32;

/** Looks at files in the foreground before others in this process have their turn. */
const looksAtOnce = 500;

export interface ListOptions {
  /** Only these; all where left out. */
  readonly wanted?: RunFilter;
  /** False where nobody looks at the metrics: a `metrics.json` that was edited by hand may then be shown as it was. */
  readonly currentMetrics?: boolean;
}

/**
 * The runs of a store, newest first. Of a run that has ended and was listed before, only the dates of its files are looked
 * at (those of its metrics only where the rest of it is what is wanted); of another, two small files and the end of a
 * journal are read; no table.
 *
 * @throws MemrigError `storage-failed`: the store can not be read. A single damaged run is listed as `unreadable` instead
 */
export async function listRuns(storeDir: string, options: ListOptions = {}): Promise<RunSummary[]> {
  const names = await namesIn(storeDir);
  if (names.length === 0) return [];
  const store = path.resolve(storeDir);
  const catalogue = catalogues.get(store) ?? (await Catalogue.open(store));
  catalogues.set(store, catalogue);
  const summaries: RunSummary[] = [];
  const others: { readonly name: string; readonly info: Mark }[] = [];
  const { wanted = {}, currentMetrics = true } = options;
  const byIdentity: RunFilter = { ...wanted, metrics: [] };
  const metricsOf = (name: string) => markOrNone(`${store}${path.sep}${name}${path.sep}${runFiles.metrics}`);
  for (const [k, name] of names.entries()) {
    if (k % looksAtOnce === looksAtOnce - 1) await new Promise(setImmediate);
    const info = markOf(`${store}${path.sep}${name}${path.sep}${runFiles.info}`);
    if (info === undefined) continue; // some other folder
    const known = catalogue.get(name, info);
    if (known !== undefined && !matches(known, byIdentity)) continue; // whatever its metrics are now
    if (known === undefined || (currentMetrics && !catalogue.hasMetrics(name, metricsOf(name)))) {
      others.push({ name, info });
    } else summaries.push(known);
  }
  for (let from = 0; from < others.length; from += atOnce) {
    const some = others.slice(from, from + atOnce).map(({ name, info }) => ({ name, info, metrics: metricsOf(name) }));
    const read = await Promise.all(some.map(({ name }) => readSummary(path.join(store, name))));
    for (const [k, { info, metrics }] of some.entries()) {
      const summary = read[k];
      if (summary === undefined) continue;
      summaries.push(summary);
      if (summary.endedAt !== undefined && summary.unreadable === undefined) catalogue.set(info, metrics, summary);
    }
  }
  catalogue.keepOnly(names);
  await catalogue.save();
  return summaries
    .filter((run) => matches(run, wanted))
    .sort((a, b) => order(b.startedAt, a.startedAt) || order(b.run, a.run));
}

/** What may be a run; only a look at each tells. */
async function namesIn(storeDir: string): Promise<string[]> {
  try {
    return (await readdir(storeDir)).filter((name) => name.includes("_"));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw storageFailed(`The store ${path.resolve(storeDir)} could not be read`, error, "Nothing was changed.");
  }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function readSummary(folder: string): Promise<RunSummary | undefined> {
  let info: RunInfo;
  try {
    info = await readRunInfo(folder);
  } catch (error) {
    if (error instanceof MemrigError && error.kind === "invalid-request") return undefined; // removed meanwhile
    return unreadable(folder, error);
  }
  const { protocol, dut, startedAt, endedAt, expectedRows, tags, twinOf, imported } = info;
  const known = {
    // A folder that was copied under another name is found by that name.
    ...{ run: path.basename(folder), folder, protocol, dut, startedAt, expectedRows, tags },
    status: await statusOf(info),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(twinOf === undefined ? {} : { twinOf }),
    ...(imported === undefined ? {} : { importedFrom: imported.file }),
  };
  try {
    return { ...known, rows: await mainRows(folder, info), metrics: await meansOf(folder) };
  } catch (error) {
    return { ...known, rows: 0, metrics: {}, unreadable: messageOf(error) };
  }
}

async function mainRows(folder: string, info: RunInfo): Promise<number> {
  const spec = info.tables.find(({ name }) => name === info.mainTable);
  return spec === undefined ? 0 : rowsInJournal(path.join(folder, runFiles.journal(spec.name)));
}

async function meansOf(folder: string): Promise<Record<string, number>> {
  const metrics = (await readJsonIfThere(path.join(folder, runFiles.metrics))) ?? {};
  const means: Record<string, number> = {};
  for (const [name, metric] of Object.entries(metrics as Record<string, { mean?: unknown } | null>)) {
    if (typeof metric?.mean === "number") means[name] = metric.mean;
  }
  return means;
}

function unreadable(folder: string, error: unknown): RunSummary {
  const run = path.basename(folder);
  const [time = "", protocol = "", dut = ""] = run.split("_");
  const startedAt = time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6.000Z");
  return {
    ...{
      run,
      folder,
      protocol,
      dut,
      startedAt,
      status: "interrupted",
      rows: 0,
      expectedRows: 0,
      tags: {},
      metrics: {},
    },
    unreadable: messageOf(error),
  };
}
