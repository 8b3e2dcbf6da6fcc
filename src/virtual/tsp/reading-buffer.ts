import { TspError } from "./errors.js";
import { choiceAttribute, numberAttribute, TspObject } from "./objects.js";
import type { Attribute, Members } from "./objects.js";
import type { LuaObject, LuaValue } from "./values.js";

/** One stored reading. */
export interface StoredReading {
  readonly value: number;
  /** What was programmed when it was taken. */
  readonly source: number;
  /** Begin of its aperture, seconds of lab time. */
  readonly at_s: number;
  readonly status: number;
}

/** A column of a reading buffer: what `printbuffer` takes. */
export class Column implements LuaObject {
  constructor(
    readonly path: string,
    private readonly rows: () => readonly StoredReading[],
    private readonly of: (row: StoredReading) => number,
  ) {}

  get length(): number {
    return this.rows().length;
  }

  get(key: string | number): LuaValue {
    const row = typeof key === "number" ? this.rows()[key - 1] : undefined;
    return row && this.of(row);
  }

  set(): void {
    throw new TspError(1100);
  }
}

/** A reading buffer: `smua.nvbuffer1`, or one a script made. */
export class TspReadingBuffer extends TspObject {
  readonly readings: Column;
  private readonly rows: StoredReading[];
  private readonly settings: Record<BufferSetting, number>;

  /** @param epoch_s seconds since 1970 at the begin of lab time */
  constructor(path: string, capacity: number, epoch_s: number) {
    const rows: StoredReading[] = [];
    const settings = {
      appendmode: 0,
      cachemode: 1,
      collecttimestamps: 0,
      collectsourcevalues: 0,
      fillmode: 0,
      fillcount: 0,
      timestampresolution: 1e-6,
    };
    const column = (name: string, of: (row: StoredReading) => number) => new Column(`${path}.${name}`, () => rows, of);
    const readings = column("readings", ({ value }) => value);
    const begin_s = () => rows[0]?.at_s ?? 0;
    const times = column("timestamps", ({ at_s }) => toResolution(at_s - begin_s(), settings.timestampresolution));
    const sources = column("sourcevalues", ({ source }) => source);
    const clear = () => {
      rows.length = 0;
      return undefined;
    };
    super(
      path,
      {
        n: { read: () => rows.length },
        capacity: { read: () => capacity },
        next: { read: () => rows.length + 1 },
        basetimestamp: { read: () => (rows.length === 0 ? 0 : toResolution(epoch_s + begin_s(), 1e-6)) },
        readings,
        timestamps: { read: () => (settings.collecttimestamps === 1 ? times : undefined) },
        sourcevalues: { read: () => (settings.collectsourcevalues === 1 ? sources : undefined) },
        statuses: column("statuses", ({ status }) => status),
        clear,
        clearcache: () => undefined,
        ...settingMembers(settings, rows),
      },
      (index) => readings.get(index),
    );
    this.rows = rows;
    this.settings = settings;
    this.readings = readings;
    this.capacity = capacity;
  }

  readonly capacity: number;

  /** A measurement begins that stores here: what is in it goes, unless it is to be appended to. */
  begin(): void {
    if (this.settings.appendmode === 0) this.rows.length = 0;
  }

  /** Where it is full the reading is lost. */
  append(reading: StoredReading): void {
    if (this.rows.length < this.capacity) this.rows.push(reading);
  }
}

type BufferSetting =
  | "appendmode"
  | "cachemode"
  | "collecttimestamps"
  | "collectsourcevalues"
  | "fillmode"
  | "fillcount"
  | "timestampresolution";

function settingMembers(settings: Record<BufferSetting, number>, rows: readonly unknown[]): Members {
  const whenEmpty = (attribute: Attribute): Attribute => ({
    read: attribute.read,
    write: (value) => {
      if (rows.length > 0 && value !== attribute.read()) throw new TspError(5032);
      attribute.write?.(value);
    },
  });
  return {
    appendmode: choiceAttribute(settings, "appendmode", [0, 1]),
    cachemode: choiceAttribute(settings, "cachemode", [0, 1]),
    collecttimestamps: whenEmpty(choiceAttribute(settings, "collecttimestamps", [0, 1])),
    collectsourcevalues: whenEmpty(choiceAttribute(settings, "collectsourcevalues", [0, 1])),
    fillmode: choiceAttribute(settings, "fillmode", [0, 1]),
    fillcount: numberAttribute(settings, "fillcount", { min: 0 }),
    timestampresolution: whenEmpty(numberAttribute(settings, "timestampresolution", { min: 1e-6 })),
  };
}

function toResolution(time_s: number, step_s: number): number {
  return Number((Math.round(time_s / step_s) * step_s).toPrecision(16));
}
