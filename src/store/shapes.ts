/** How a column is kept: 64-bit float, 32-bit integer, truth value, text. */
export type ColumnType = "f64" | "i32" | "bool" | "utf8";

export interface Column {
  /** With its unit after an underscore: `current_A`. The same name in Arrow, CSV, InfluxDB and on axes. */
  readonly name: string;
  readonly type: ColumnType;
  /** SI unit, `""` for none. */
  readonly unit: string;
  readonly description: string;
}

export interface TableSpec {
  readonly name: string;
  readonly columns: readonly Column[];
}

export type Cell = number | boolean | string;
export type Row = Readonly<Record<string, Cell>>;

/** A table in memory, column by column. `bool` is 0 or 1. */
export interface Columns {
  readonly length: number;
  readonly columns: Readonly<Record<string, Float64Array | Int32Array | Uint8Array | readonly string[]>>;
}

/** Rows for one table, as a protocol yields them: either objects or whole columns. */
export type RowBatch =
  { readonly table: string; readonly rows: readonly Row[] } | { readonly table: string; readonly columns: Columns };

export type RunStatus = "running" | "done" | "failed" | "aborted" | "interrupted";

/** A quantity over repetitions. One repetition: sd 0, cv 0. None: mean NaN (null in JSON), n 0. */
export interface Metric {
  readonly mean: number;
  readonly sd: number;
  readonly cv: number;
  readonly n: number;
}
/** By name with unit, `vth_V`. */
export type Metrics = Readonly<Record<string, Metric>>;

/** Identity of a run: `run.json`. */
export interface RunInfo {
  readonly run: string;
  readonly protocol: string;
  readonly dut: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly status: RunStatus;
  /** Why it failed or was aborted, for a person. */
  readonly reason?: string;
  /** Parameters in base units, defaults filled in. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly bench: unknown;
  readonly instruments: readonly {
    label: string;
    driver: string;
    resource: string;
    identity: string;
    virtual: boolean;
  }[];
  readonly tables: readonly TableSpec[];
  readonly mainTable: string;
  readonly software: { name: string; version: string; commit: string };
  readonly seed?: number;
  readonly operator: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Run of which this is the twin. */
  readonly twinOf?: string;
  /** The file this run was made of; it was measured elsewhere. */
  readonly imported?: ImportSource;
  /** Rows expected at the end; 0: not known. */
  readonly expectedRows: number;
  /** Of a run that was gone on with: its sittings, oldest first. Left out: there was one. */
  readonly sittings?: readonly Sitting[];
  /** Process that writes it. */
  readonly pid: number;
  readonly host: string;
  /** Tells this process from a later one with the same number (boot and start time); left out where the system has none. */
  readonly processMark?: string;
}

/** A stretch of a run from one process; between two of them is a gap. */
export interface Sitting {
  readonly begin: string;
  /** Of one that was interrupted, when something was last heard of it. Left out while it goes on. */
  readonly end?: string;
  readonly status: RunStatus;
  readonly reason?: string;
  /** Units of work that were complete when it began, and when it ended. */
  readonly from: number;
  readonly completed?: number;
  /** Draws of a simulated device; left out where they were the bench file's. */
  readonly cycleSeed?: number;
  /** Rows of unfinished work that were in the tables before it began, and the folder they are in now. */
  readonly setAside?: { readonly folder: string; readonly rows: Readonly<Record<string, number>> };
  readonly software?: RunInfo["software"];
  readonly operator?: string;
  /** Of one that another followed: its instruments. Those of the last one are the run's. */
  readonly instruments?: RunInfo["instruments"];
}

/** A line of `marks.jsonl`: rows that make up completed work, all of them on the disk. */
export interface Mark {
  readonly at: string;
  /** Units of work, the protocol's own: cycles, pulses. */
  readonly completed: number;
  /** Of each table. */
  readonly rows: Readonly<Record<string, number>>;
}

/** Where an imported run came from. */
export interface ImportSource {
  /** The file's name where it was read. */
  readonly file: string;
  readonly sha256: string;
  readonly size_B: number;
  /** Its copy in the run's folder. */
  readonly copy: string;
  /** "Keithley Clarius text", "UTF-16 LE", "tab", ".". */
  readonly format: string;
  readonly encoding: string;
  readonly separator: string;
  readonly decimal: string;
  /** Name of the setup or group in the file. */
  readonly title?: string;
  /** When it was measured, as the file writes it; `startedAt` is when it was imported. */
  readonly measuredAt?: string;
}

/** A line of `events.jsonl`. */
export interface RunEvent {
  readonly at: string;
  /** `state`, `progress`, `warning`, `error`, `instrument-error`, `safe`, `guardian`, … */
  readonly event: string;
  readonly [detail: string]: unknown;
}
