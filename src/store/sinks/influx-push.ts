import { openRunFolder, type RunReader } from "../run-reader.js";
import type { TableSpec } from "../shapes.js";
import type { InfluxClient, Refused } from "./influx-client.js";
import {
  type InfluxProgress,
  readProgress,
  startOfProgress,
  type TableProgress,
  writeProgress,
} from "./influx-cursor.js";
import { LineEncoder } from "./influx-lines.js";
import { type Request, requestsOf, stillThere } from "./influx-requests.js";

/** Requests under way at a time: while the server stores one, the next is made and sent. */
const writers = 2;

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
  readonly #encoders = new Map<string, LineEncoder>();
  /** Tables whose cursor was compared with what is on the disk. */
  readonly #checked = new Set<string>();

  private constructor(
    readonly reader: RunReader,
    readonly target: string,
    readonly progress: InfluxProgress,
  ) {}

  /** @throws MemrigError `invalid-request`: no run in this folder; `storage-failed`: it can not be read */
  static async open(folder: string, target: string): Promise<RunPush> {
    const push = new RunPush(await openRunFolder(folder), target, await readProgress(folder, target));
    const { progress, reader } = push;
    const { rows, sent, notStorable } = await push.report();
    const goneOn = rows > sent + notStorable || reader.info.endedAt !== progress.endedAt;
    if (progress.complete && goneOn) progress.complete = false;
    return push;
  }

  /** Forgets what was sent: all of it goes again. A point sent twice is one point. */
  startAgain(): void {
    this.progress.tables.clear();
    this.progress.complete = false;
  }

  /**
   * Sends what is on the disk, at most `mostRequests` requests. The cursor is kept after each, so nothing is lost when the
   * process ends and little is sent again. A run whose database was dropped is sent from its start.
   *
   * @returns whether something is left
   * @throws MemrigError `no-answer`: the database can not take it now
   */
  async send(client: InfluxClient, mostRequests: number): Promise<boolean> {
    const ended = (await this.reader.status()) !== "running"; // before reading: rows of an ended run grow no more
    let left = mostRequests;
    for (const spec of this.reader.info.tables) {
      await this.#check(client, spec);
      left = await this.#sendTable(client, spec, left);
      if (left <= 0) return true;
    }
    if (ended && !this.progress.complete) {
      await this.#countDamaged();
      this.progress.complete = true;
      const { endedAt } = (await openRunFolder(this.reader.folder)).info;
      if (endedAt !== undefined) this.progress.endedAt = endedAt;
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

  /** @returns requests that may still be sent; none: something may be left */
  async #sendTable(client: InfluxClient, spec: TableSpec, mostRequests: number): Promise<number> {
    const underWay: { request: Request; reply: Promise<Refused> }[] = [];
    let left = mostRequests;
    try {
      for await (const request of requestsOf(this.reader, spec, this.#encoderOf(spec), this.#progressOf(spec.name))) {
        const reply = client.write(request.lines);
        reply.catch(() => undefined); // its turn to be told of comes below
        underWay.push({ request, reply });
        left -= 1;
        if (underWay.length >= writers && !(await this.#settle(underWay))) return 0;
        if (left <= 0) break;
      }
      while (underWay.length > 0) if (!(await this.#settle(underWay))) return 0;
    } finally {
      await Promise.allSettled(underWay.map(({ reply }) => reply));
    }
    return left;
  }

  /**
   * Waits for the oldest request under way: the cursor moves behind one only when all before it are in.
   *
   * @returns false: the database had been dropped, and the run is to be sent from its start
   */
  async #settle(underWay: { request: Request; reply: Promise<Refused> }[]): Promise<boolean> {
    const [oldest] = underWay;
    if (oldest === undefined) return true;
    const { refused, why, created } = await oldest.reply;
    underWay.shift();
    if (created && this.progress.tables.size > 0) {
      this.startAgain();
      await this.#keep();
      return false;
    }
    const { table, cursor, stamp, last, skippedCells, emptyRows, damagedRows } = oldest.request;
    const before = this.#progressOf(table);
    const lastError =
      why ??
      (damagedRows > 0 ? `${damagedRows} rows before row ${stamp.row} are damaged on the disk` : before.lastError);
    this.progress.tables.set(table, {
      cursor,
      stamp,
      ...(last ? { last } : {}),
      notStorable: before.notStorable + emptyRows + damagedRows + refused,
      skippedCells: before.skippedCells + skippedCells,
      ...(lastError === undefined ? {} : { lastError }),
    });
    await this.#keep();
    return true;
  }

  /** A run that was gone on with may have had its last rows cut off: their points are taken out, and the table is sent again. */
  async #check(client: InfluxClient, spec: TableSpec): Promise<void> {
    const progress = this.progress.tables.get(spec.name);
    if (this.#checked.has(spec.name)) return;
    const wasCut = progress?.cut ?? false;
    if (wasCut || (progress && !(await stillThere(this.reader, spec, this.#encoderOf(spec), progress)))) {
      await client.remove(spec.name, this.reader.info.run);
      this.progress.tables.delete(spec.name);
      await this.#keep();
    }
    this.#checked.add(spec.name);
  }

  /** Rows at the end of an ended run that no sound batch holds. */
  async #countDamaged(): Promise<void> {
    for (const { name } of this.reader.info.tables) {
      const progress = this.#progressOf(name);
      const rows = await this.reader.rows(name);
      const missing = rows - progress.stamp.row;
      if (missing <= 0) continue;
      this.progress.tables.set(name, {
        ...progress,
        stamp: { ...progress.stamp, row: rows },
        notStorable: progress.notStorable + missing,
        lastError: `${missing} rows before row ${rows} are damaged on the disk`,
      });
    }
  }

  #encoderOf(spec: TableSpec): LineEncoder {
    const encoder = this.#encoders.get(spec.name) ?? new LineEncoder(this.reader.info, spec);
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
