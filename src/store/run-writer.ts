import { type FileHandle, mkdir, open, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { MemrigError, messageOf } from "../errors.js";
import { replaceFile, runFiles, storageFailed, syncFolder } from "./files.js";
import { thisProcess } from "./process-mark.js";
import { runName } from "./run-name.js";
import { RunReader } from "./run-reader.js";
import type { Metrics, RowBatch, RunEvent, RunInfo, RunStatus } from "./shapes.js";
import { TableWriter } from "./table-writer.js";

/** What a run begins with; the store fills in the rest of `RunInfo`. */
export type RunStart = Omit<
  RunInfo,
  "run" | "startedAt" | "endedAt" | "status" | "reason" | "pid" | "host" | "processMark"
>;

/** How a run ended. */
export type EndStatus = Exclude<RunStatus, "running" | "interrupted">;

export interface RunOptions {
  /** Size to which a file of a table grows before the next is begun. */
  readonly mostSegment_B?: number;
  /** Whether each table is also left as a Parquet file at the end; yes where left out. */
  readonly parquet?: boolean;
}

/** Rows wait in memory for at most this long before they go to the disk. */
const flushAfter_s = 0.5;

/** Kept free for the last words: on a full disk `run.json` must still say how the run ended. */
const reserve_B = 64 * 1024;

/**
 * Begins a run: its folder, an empty readable table for each of `start.tables`, and `run.json` with status `running`.
 *
 * @param storeDir where runs are kept; made when missing
 * @throws MemrigError `storage-failed`: the folder could not be made or written; no run was begun
 */
export async function createRun(storeDir: string, start: RunStart, options: RunOptions = {}): Promise<RunWriter> {
  const startedAt = new Date().toISOString();
  const run = runName(startedAt, start.protocol, start.dut);
  const folder = path.resolve(storeDir, run);
  const opened: { close(): Promise<void> }[] = [];
  try {
    await mkdir(path.resolve(storeDir), { recursive: true });
    await mkdir(folder);
    await writeFile(path.join(folder, runFiles.reserve), Buffer.alloc(reserve_B));
    const events = await open(path.join(folder, runFiles.events), "wx");
    opened.push(events);
    const tables = new Map<string, TableWriter>();
    for (const spec of start.tables) {
      const table = await TableWriter.create(folder, spec, options.mostSegment_B);
      opened.push(table);
      tables.set(spec.name, table);
    }
    const info: RunInfo = { run, startedAt, status: "running", ...start, ...(await thisProcess()) };
    await replaceFile(path.join(folder, runFiles.info), pretty(info)); // last: a listed run has its tables
    await syncFolder(path.resolve(storeDir));
    return new RunWriter(folder, info, tables, events, options.parquet ?? true);
  } catch (error) {
    await Promise.allSettled(opened.map((file) => file.close()));
    if (error instanceof MemrigError) throw error;
    throw storageFailed(`The run folder ${folder} could not be made`, error, "No run was begun.");
  }
}

/** The one writer of a run folder. `append` and `event` return at once; a disk that refuses shows at the next `append`. */
export class RunWriter {
  #info: RunInfo;
  readonly #tables: ReadonlyMap<string, TableWriter>;
  readonly #events: FileHandle;
  #eventChain: Promise<void> = Promise.resolve();
  #eventsWait = false;
  #timer: NodeJS.Timeout | undefined;
  #failure: Error | undefined;
  #ended = false;

  constructor(
    readonly folder: string,
    info: RunInfo,
    tables: ReadonlyMap<string, TableWriter>,
    events: FileHandle,
    private readonly parquet = true,
  ) {
    this.#info = info;
    this.#tables = tables;
    this.#events = events;
  }

  /** As it stands in `run.json`. */
  get info(): RunInfo {
    return this.#info;
  }

  /**
   * Takes rows; they are on the disk within a second.
   *
   * @throws MemrigError `invalid-request`: no such table, or a row does not fit it; rows before that one are kept
   * @throws MemrigError `storage-failed`: an earlier batch was refused by the disk; what came before it stays readable
   */
  append(batch: RowBatch): void {
    this.#checkOpen();
    const table = this.#table(batch.table);
    try {
      table.append(batch);
    } finally {
      this.#timer ??= setTimeout(() => this.#flushSoon(), flushAfter_s * 1e3).unref();
    }
  }

  /** Rows of a table taken so far. */
  rows(table: string): number {
    return this.#table(table).rows;
  }

  /** Adds a line to `events.jsonl`. Never throws for a disk that refuses: making the outputs safe must not stumble over it. */
  event(event: string, details: Readonly<Record<string, unknown>> = {}): void {
    this.#checkOpen(false);
    const line: RunEvent = { ...details, at: new Date().toISOString(), event };
    const text = `${JSON.stringify(line)}\n`;
    this.#eventsWait = true;
    this.#eventChain = this.#eventChain.then(async () => {
      await this.#events.appendFile(text);
    });
    this.#eventChain.catch((error: unknown) => this.#fail(error));
  }

  /**
   * Resolves once all rows and events taken so far are on the disk.
   *
   * @throws MemrigError `storage-failed`: some are not and will not be; what came before them stays readable
   */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const tables = [...this.#tables.values()];
    for (const table of tables) table.seal();
    const events = this.#eventsWait ? this.#eventChain.then(() => this.#events.datasync()) : this.#eventChain;
    this.#eventsWait = false;
    // Every one is waited for, so that a full disk under one table costs the others nothing.
    for (const result of await Promise.allSettled([...tables.map((table) => table.settled()), events])) {
      if (result.status === "rejected") this.#fail(result.reason);
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /**
   * Ends the run: rows, `metrics.json`, `run.json`. Then the Parquet files, whose failure is
   * a warning. Afterwards the folder is never written again by this writer.
   * When rows were lost to the disk, the run is recorded as `failed` whatever was asked.
   *
   * @param ending metrics as analysed, and why it failed or was aborted
   * @throws MemrigError `storage-failed`: asked was `done` but rows were lost (recorded as failed), or `run.json` could not
   *   be written (the run will be shown as interrupted)
   */
  async finish(status: EndStatus, ending: { metrics?: Metrics; reason?: string } = {}): Promise<void> {
    this.#checkOpen(false);
    this.#ended = true;
    await this.flush().catch(() => undefined); // kept in #failure
    const lost = this.#failure;
    try {
      await rm(path.join(this.folder, runFiles.reserve), { force: true });
      if (lost === undefined) for (const table of this.#tables.values()) await table.end();
      if (ending.metrics !== undefined) {
        await replaceFile(path.join(this.folder, runFiles.metrics), pretty(ending.metrics));
      }
      const told = lost !== undefined && ending.reason?.includes(lost.message) === true;
      const reasons = [ending.reason, told ? undefined : lost?.message].filter((reason) => reason !== undefined);
      this.#info = {
        ...this.#info,
        endedAt: new Date().toISOString(),
        status: lost === undefined ? status : "failed",
        ...(reasons.length === 0 ? {} : { reason: reasons.join(" ") }),
      };
      await replaceFile(path.join(this.folder, runFiles.info), pretty(this.#info));
      if (lost === undefined && this.parquet) await this.#leaveParquet();
    } finally {
      await Promise.all([...[...this.#tables.values()].map((table) => table.close()), this.#events.close()]);
    }
    if (lost !== undefined && status === "done") throw lost;
  }

  /** The run has ended and is on the disk: what goes wrong here is told, and changes nothing about it. */
  async #leaveParquet(): Promise<void> {
    const run = new RunReader(this.folder, this.#info);
    for (const [name, table] of this.#tables) {
      if (table.rows === 0) continue;
      try {
        await run.parquet(name, path.join(this.folder, runFiles.parquet(name)));
      } catch (error) {
        const message = `The Parquet file of table ${name} was left out: ${messageOf(error)}`;
        const line: RunEvent = { at: new Date().toISOString(), event: "warning", message };
        // A disk that refuses this line too has said so above; the run stands as it is.
        await this.#events.appendFile(`${JSON.stringify(line)}\n`).catch(() => undefined);
      }
    }
  }

  #flushSoon(): void {
    this.#timer = undefined;
    if (this.#failure === undefined && !this.#ended) void this.flush().catch(() => undefined); // kept in #failure
  }

  #fail(error: unknown): void {
    this.#failure ??=
      error instanceof MemrigError
        ? error
        : storageFailed(
            `${path.join(this.folder, runFiles.events)} could not be written`,
            error,
            "What was written before stays readable.",
          );
  }

  #table(name: string): TableWriter {
    const table = this.#tables.get(name);
    if (table !== undefined) return table;
    const known = [...this.#tables.keys()].join(", ");
    throw new MemrigError("invalid-request", `Run ${this.#info.run} has no table ${name}; it has ${known}.`, { name });
  }

  #checkOpen(andSound = true): void {
    if (this.#ended) throw new MemrigError("invalid-request", `Run ${this.#info.run} has ended; nothing was added.`);
    if (andSound && this.#failure !== undefined) throw this.#failure;
  }
}

/** JSON for a person to read; NaN and infinities become null. */
function pretty(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
