import { type FileHandle, mkdir, open, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { MemrigError, messageOf } from "../errors.js";
import { MarkWriter } from "./marks.js";
import { replaceFile, runFiles, storageFailed, syncFolder } from "./files.js";
import { thisProcess } from "./process-mark.js";
import { runName } from "./run-name.js";
import { RunReader } from "./run-reader.js";
import type { Mark, Metrics, RowBatch, RunEvent, RunInfo, RunStatus } from "./shapes.js";
import { TableWriter } from "./table-writer.js";
import { type WallClock, wallClock } from "./wall-clock.js";

/** What a run begins with; the store fills in the rest of `RunInfo`. */
export type RunStart = Omit<
  RunInfo,
  "run" | "startedAt" | "endedAt" | "status" | "reason" | "sittings" | "pid" | "host" | "processMark"
>;

/** How a run ended. */
export type EndStatus = Exclude<RunStatus, "running" | "interrupted">;

export interface RunOptions {
  /** Size to which a file of a table grows before the next is begun. */
  readonly mostSegment_B?: number;
  /** Whether each table is also left as a Parquet file at the end; yes where left out. */
  readonly parquet?: boolean;
  /** In place of the system's clock. */
  readonly clock?: WallClock;
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
  const clock = options.clock ?? wallClock;
  const startedAt = clock.timestamp();
  const run = runName(startedAt, start.protocol, start.dut);
  const folder = path.resolve(storeDir, run);
  const opened: { close(): Promise<void> }[] = [];
  try {
    await mkdir(path.resolve(storeDir), { recursive: true });
    await mkdir(folder);
    await keepReserve(folder);
    const events = await open(path.join(folder, runFiles.events), "wx");
    opened.push(events);
    const tables = new Map<string, TableWriter>();
    for (const spec of start.tables) {
      const table = await TableWriter.create(folder, spec, options.mostSegment_B);
      opened.push(table);
      tables.set(spec.name, table);
    }
    const marks = await MarkWriter.create(folder);
    opened.push(marks);
    const info: RunInfo = { run, startedAt, status: "running", ...start, ...(await thisProcess()) };
    await replaceFile(path.join(folder, runFiles.info), pretty(info)); // last: a listed run has its tables
    await syncFolder(path.resolve(storeDir));
    return new RunWriter(folder, info, tables, marks, events, options.parquet ?? true, clock);
  } catch (error) {
    await Promise.allSettled(opened.map((file) => file.close()));
    if (error instanceof MemrigError) throw error;
    throw storageFailed(`The run folder ${folder} could not be made`, error, "No run was begun.");
  }
}

export async function keepReserve(folder: string): Promise<void> {
  await writeFile(path.join(folder, runFiles.reserve), Buffer.alloc(reserve_B));
}

/** The one writer of a run folder. `append` and `event` return at once; a disk that refuses shows at the next `append`. */
export class RunWriter {
  #info: RunInfo;
  readonly #tables: ReadonlyMap<string, TableWriter>;
  readonly #marks: MarkWriter;
  readonly #events: FileHandle;
  #eventChain: Promise<void> = Promise.resolve();
  #eventsWait = false;
  #timer: NodeJS.Timeout | undefined;
  #failure: Error | undefined;
  #ended = false;
  readonly #clock: WallClock;
  /** Of the clock, those that stand among the events. */
  #clockSteps: number;

  constructor(
    readonly folder: string,
    info: RunInfo,
    tables: ReadonlyMap<string, TableWriter>,
    marks: MarkWriter,
    events: FileHandle,
    private readonly parquet = true,
    clock = wallClock,
  ) {
    this.#clock = clock;
    this.#clockSteps = clock.count;
    this.#info = info;
    this.#tables = tables;
    this.#marks = marks;
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

  /** Bytes of whole batches that the disk has not taken yet. A source that does not wait fills the memory with them. */
  get waiting_B(): number {
    return [...this.#tables.values()].reduce((sum, table) => sum + table.waiting_B, 0);
  }

  /** Rows of a table taken so far. */
  rows(table: string): number {
    return this.#table(table).rows;
  }

  /**
   * The rows taken so far, of all tables, make up `completed` whole units of work. Kept in `marks.jsonl` once they are on the disk; where
   * the next mark comes sooner, only that one is.
   */
  mark(completed: number): void {
    this.#checkOpen();
    const rows = Object.fromEntries([...this.#tables].map(([name, table]) => [name, table.mark()]));
    this.#marks.set({ at: this.#clock.timestamp(), completed, rows });
  }

  /** The newest mark; undefined before the first one. */
  get lastMark(): Mark | undefined {
    return this.#marks.newest;
  }

  /** Adds a line to `events.jsonl`. Never throws for a disk that refuses: making the outputs safe must not stumble over it. */
  event(event: string, details: Readonly<Record<string, unknown>> = {}): void {
    this.#checkOpen(false);
    this.#tellClockSteps();
    this.#addEvent(event, details);
  }

  /** A step of the system's clock, in its place among the events. */
  #tellClockSteps(): void {
    this.#clock.now_ms();
    const steps = this.#clock.stepsAfter(this.#clockSteps);
    this.#clockSteps = this.#clock.count;
    for (const { step_s } of steps) {
      const size = `${Math.abs(step_s).toFixed(1)} s`;
      const message =
        step_s < 0
          ? `The system's clock was set back by ${size}. The times of this run go on as if it had not been: they are that much ahead of the clock.`
          : `The system's clock went forward by ${size} at once: it was set, or the machine slept. The times of this run go along.`;
      this.#addEvent("clock", { message, step_s });
    }
  }

  #addEvent(event: string, details: Readonly<Record<string, unknown>>): void {
    const line: RunEvent = { ...details, at: this.#clock.timestamp(), event };
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
    if (!this.#ended) this.#tellClockSteps();
    const tables = [...this.#tables.values()];
    const mark = this.#marks.take();
    for (const table of tables) table.seal();
    const events = this.#eventsWait ? this.#eventChain.then(() => this.#events.datasync()) : this.#eventChain;
    this.#eventsWait = false;
    // Every one is waited for, so that a full disk under one table costs the others nothing.
    for (const result of await Promise.allSettled([...tables.map((table) => table.settled()), events])) {
      if (result.status === "rejected") this.#fail(result.reason);
    }
    if (this.#failure === undefined && mark) await this.#marks.keep(mark).catch((error: unknown) => this.#fail(error));
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
        endedAt: this.#clock.timestamp(),
        status: lost === undefined ? status : "failed",
        ...(reasons.length === 0 ? {} : { reason: reasons.join(" ") }),
      };
      this.#info = withLastSitting(this.#info, this.lastMark);
      await replaceFile(path.join(this.folder, runFiles.info), pretty(this.#info));
      if (lost === undefined && this.parquet) await this.#leaveParquet();
    } finally {
      await Promise.all([
        ...[...this.#tables.values()].map((table) => table.close()),
        this.#marks.close(),
        this.#events.close(),
      ]);
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
        const line: RunEvent = { at: this.#clock.timestamp(), event: "warning", message };
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

/** Of a run that was gone on with, the end of its last sitting is the end of the run. */
function withLastSitting(info: RunInfo, mark: Mark | undefined): RunInfo {
  const last = info.sittings?.at(-1);
  if (info.sittings === undefined || last === undefined) return info;
  const { endedAt: end, status, reason } = info;
  const ended = {
    ...last,
    ...{ status, completed: mark?.completed ?? last.from },
    ...(end === undefined ? {} : { end }),
    ...(reason === undefined ? {} : { reason }),
  };
  return { ...info, sittings: [...info.sittings.slice(0, -1), ended] };
}

/** JSON for a person to read; NaN and infinities become null. */
export function pretty(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
