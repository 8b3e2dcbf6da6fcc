import type { IPoint } from "influx";
import { openRunFolder, type RunReader } from "../run-reader.js";
import type { TableSpec } from "../shapes.js";
import type { InfluxClient } from "./influx-client.js";
import {
  type InfluxProgress,
  readProgress,
  startOfProgress,
  type TableProgress,
  writeProgress,
} from "./influx-cursor.js";
import { PointEncoder } from "./influx-points.js";

/** Points in one request: past this the server gains nothing, and encoding would hold up the process for longer. */
const requestPoints = 5000;

/** What InfluxDB has of a run. */
export interface PushReport {
  readonly run: string;
  readonly folder: string;
  /** Rows of all tables on the disk. */
  readonly rows: number;
  /** Rows that are in the database. */
  readonly sent: number;
  /** Rows the database will never take: of NaN only, refused by it, or damaged on the disk. */
  readonly notStorable: number;
  /** NaN and infinite cells left out of rows that are in. */
  readonly skippedCells: number;
  /** The run has ended and nothing is left to send. */
  readonly complete: boolean;
  /** What went wrong last, for a person. */
  readonly lastError?: string;
}

/** Sends one run from where its cursor stands. */
export class RunPush {
  readonly #encoders = new Map<string, PointEncoder>();

  private constructor(
    readonly reader: RunReader,
    readonly target: string,
    readonly progress: InfluxProgress,
  ) {}

  /** @throws MemrigError `invalid-request`: no run in this folder; `storage-failed`: it can not be read */
  static async open(folder: string, target: string): Promise<RunPush> {
    const push = new RunPush(await openRunFolder(folder), target, await readProgress(folder, target));
    const { rows, sent, notStorable, complete } = await push.report();
    if (complete && rows > sent + notStorable) push.progress.complete = false; // it was gone on with since
    return push;
  }

  /**
   * Sends what is on the disk, at most `mostRequests` requests. The cursor is kept after each, so nothing is lost when the
   * process ends and little is sent again.
   *
   * @returns whether something is left
   * @throws MemrigError `no-answer`: the database can not take it now
   */
  async send(client: InfluxClient, mostRequests: number): Promise<boolean> {
    const ended = (await this.reader.status()) !== "running"; // before reading: rows of an ended run grow no more
    let requests = 0;
    for (const spec of this.reader.info.tables) {
      for await (const points of this.#requests(spec)) {
        await this.#sendOne(client, spec.name, points);
        requests += 1;
        if (requests >= mostRequests) return true;
      }
    }
    if (ended && !this.progress.complete) {
      await this.#countDamaged();
      this.progress.complete = true;
      await this.#keep();
    }
    return false;
  }

  async report(): Promise<PushReport> {
    const { info, folder } = this.reader;
    const onDisk = await Promise.all(info.tables.map(({ name }) => this.reader.rows(name)));
    const progress = [...this.progress.tables.values()];
    const sum = (of: (table: TableProgress) => number) => progress.reduce((total, table) => total + of(table), 0);
    const lastError = progress.map((table) => table.lastError).findLast((error) => error !== undefined);
    const notStorable = sum((table) => table.notStorable);
    return {
      ...{ run: info.run, folder, rows: onDisk.reduce((total, rows) => total + rows, 0), notStorable },
      sent: sum((table) => table.stamp.row) - notStorable,
      skippedCells: sum((table) => table.skippedCells),
      complete: this.progress.complete,
      ...(lastError === undefined ? {} : { lastError }),
    };
  }

  async #sendOne(client: InfluxClient, table: string, { points, after }: Request): Promise<void> {
    if (points.length > 0) {
      const { refused, why } = await client.write(points);
      after.notStorable += refused;
      if (why !== undefined) after.lastError = why;
    }
    this.progress.tables.set(table, after);
    await this.#keep();
  }

  /** The points behind the cursor in requests, small batches together and large ones in parts. */
  async *#requests(spec: TableSpec): AsyncGenerator<Request> {
    const encoder = this.#encoderOf(spec);
    let after = copyOf(this.#progressOf(spec.name));
    let points: IPoint[] = [];
    for await (const batch of this.reader.batches(spec.name, after.cursor, { leaveOutDamaged: true })) {
      noteDamaged(after, batch.firstRow);
      for (let from = after.stamp.row - batch.firstRow; from < batch.columns.length;) {
        const to = Math.min(batch.columns.length, from + requestPoints - points.length);
        const encoded = encoder.encode(batch.columns, from, to, after.stamp);
        points.push(...encoded.points);
        after.skippedCells += encoded.skippedCells;
        after.notStorable += encoded.emptyRows;
        if (to === batch.columns.length) after.cursor = batch.cursor;
        from = to;
        if (points.length < requestPoints) continue;
        yield { points, after };
        after = copyOf(this.#progressOf(spec.name));
        points = [];
      }
    }
    if (after.stamp.row > this.#progressOf(spec.name).stamp.row) yield { points, after };
  }

  /** Rows at the end of an ended run that no sound batch holds. */
  async #countDamaged(): Promise<void> {
    for (const { name } of this.reader.info.tables) {
      const progress = copyOf(this.#progressOf(name));
      noteDamaged(progress, await this.reader.rows(name));
      this.progress.tables.set(name, progress);
    }
  }

  #encoderOf(spec: TableSpec): PointEncoder {
    const encoder = this.#encoders.get(spec.name) ?? new PointEncoder(this.reader.info, spec);
    this.#encoders.set(spec.name, encoder);
    return encoder;
  }

  #progressOf(table: string): TableProgress {
    return this.progress.tables.get(table) ?? startOfProgress();
  }

  #keep(): Promise<void> {
    return writeProgress(this.reader.folder, this.target, this.progress);
  }
}

interface Request {
  readonly points: IPoint[];
  /** The progress once they are in. */
  readonly after: TableProgress;
}

function copyOf(progress: TableProgress): TableProgress {
  return { ...progress, stamp: { ...progress.stamp } };
}

/** Rows before `row` that were not read are damaged on the disk. */
function noteDamaged(progress: TableProgress, row: number): void {
  const missing = row - progress.stamp.row;
  if (missing <= 0) return;
  progress.notStorable += missing;
  progress.stamp.row = row;
  progress.lastError = `${missing} rows before row ${row} are damaged on the disk`;
}
