import type { Axis } from "../../../src/analysis/figure.js";
import type { Column, Columns, RunInfo } from "../../../src/store/shapes.js";
import type { CurveData, Panel, Sweep } from "../wire.js";
import { Curve, cell } from "./curve.js";

/** Takes rows as they come and shows them at any moment, in memory that does not grow with the run. */
export interface LivePanel {
  readonly table: string;
  take(rows: Columns): void;
  /** What to show now. `since`: number of finished curves the page has already. */
  show(since: number): Panel;
  /** Curves finished so far. */
  readonly finished: number;
}

/** Enough for a curve 1200 pixels wide. */
const currentBuckets = 256;
const olderBuckets = 64;
/** Older curves laid under the present one. */
const keep = 24;

/** The panels that a run's tables give: curves of current, and resistances against the cycle number. */
export function panelsFor({ tables, parameters }: Pick<RunInfo, "tables" | "parameters">): LivePanel[] {
  return tables.flatMap((table): LivePanel[] => {
    const counter = table.columns.find(
      ({ name, type }) => type === "i32" && /^(cycle|pulse|sweep|segment)$/.test(name),
    );
    if (counter === undefined) return [];
    const column = (name: string): Column | undefined =>
      table.columns.find((candidate) => candidate.name === name && candidate.type === "f64");
    const ohms = table.columns.filter(({ unit, type }) => unit === "ohm" && type === "f64");
    if (ohms.length > 0) return [new Trend(table.name, counter, ohms)];
    const current = column("current_A");
    if (current === undefined) return [];
    const time = counter.name === "pulse" ? column("time_s") : undefined;
    if (time !== undefined) return [new Sweeps(table.name, "Current of each pulse", counter, time, current)];
    // Under a forced voltage the level asked for: in compliance the measured one falls back and hides the branch.
    const asked = parameters["drive"] === "voltage" ? column("asked_V") : undefined;
    const voltage = asked ?? column("voltage_V");
    if (voltage === undefined) return [];
    return [new Sweeps(table.name, "Current against voltage", counter, voltage, current)];
  });
}

function numbers(rows: Columns, column: Column): ArrayLike<number> {
  const values = rows.columns[column.name];
  return values === undefined || Array.isArray(values) ? [] : (values as ArrayLike<number>);
}

function axis(column: Column, scale: Axis["scale"] = "linear"): Axis {
  const quantities: Readonly<Record<string, string>> = { V: "Voltage", A: "Current", s: "Time", ohm: "Resistance" };
  if (column.name === "asked_V") return { label: "Programmed voltage", unit: "V", scale };
  const name = column.name.charAt(0).toUpperCase() + column.name.slice(1);
  return { label: quantities[column.unit] ?? name, unit: column.unit, scale };
}

class Sweeps implements LivePanel {
  private curve = new Curve(currentBuckets);
  private cycle = NaN;
  private readonly older: Sweep[] = [];
  finished = 0;

  constructor(
    readonly table: string,
    private readonly title: string,
    private readonly counter: Column,
    private readonly xColumn: Column,
    private readonly yColumn: Column,
  ) {}

  take(rows: Columns): void {
    const cycle = numbers(rows, this.counter);
    const x = numbers(rows, this.xColumn);
    const y = numbers(rows, this.yColumn);
    for (let row = 0; row < rows.length; row++) {
      if (cycle[row] !== this.cycle) this.next(cycle[row] ?? NaN);
      this.curve.push(x[row] ?? NaN, y[row] ?? NaN);
    }
  }

  private next(cycle: number): void {
    if (this.curve.length > 0) {
      const { x, y } = this.curve.points();
      const small = new Curve(olderBuckets);
      for (let i = 0; i < x.length; i++) small.push(x[i] ?? NaN, y[i] ?? NaN);
      this.older.push(sweep(this.cycle, small));
      if (this.older.length > keep) this.older.shift();
      this.finished++;
      this.curve = new Curve(currentBuckets);
    }
    this.cycle = cycle;
  }

  show(since: number): Panel {
    const fresh = Math.min(this.older.length, this.finished - since);
    return {
      kind: "sweeps",
      name: this.table,
      title: this.title,
      x: axis(this.xColumn),
      y: axis(this.yColumn),
      of: this.counter.name,
      current: this.curve.length === 0 ? null : sweep(this.cycle, this.curve),
      finished: fresh > 0 ? this.older.slice(-fresh) : [],
      keep,
    };
  }
}

function sweep(cycle: number, curve: Curve): Sweep {
  const { x, y } = curve.points();
  return { cycle, x: x.map(cell), y: y.map(cell) };
}

class Trend implements LivePanel {
  private readonly curves: readonly Curve[];
  readonly finished = 0;

  constructor(
    readonly table: string,
    private readonly counter: Column,
    private readonly values: readonly Column[],
  ) {
    this.curves = values.map(() => new Curve(currentBuckets));
  }

  take(rows: Columns): void {
    const cycle = numbers(rows, this.counter);
    this.values.forEach((column, i) => {
      const y = numbers(rows, column);
      for (let row = 0; row < rows.length; row++) this.curves[i]?.push(cycle[row] ?? NaN, y[row] ?? NaN);
    });
  }

  show(): Panel {
    const first = this.values[0];
    const name = this.counter.name.charAt(0).toUpperCase() + this.counter.name.slice(1);
    return {
      kind: "trend",
      name: this.table,
      title: `Resistance against ${this.counter.name}`,
      x: { label: name, unit: "", scale: "linear" },
      y: { label: "Resistance", unit: first?.unit ?? "", scale: "log" },
      series: this.values.map((column, i) => this.series(column, this.curves[i])),
    };
  }

  private series(column: Column, curve: Curve | undefined): CurveData {
    const { x, y } = curve?.points() ?? { x: [], y: [] };
    return { name: column.name, style: "points", x: x.map(cell), y: y.map(cell) };
  }
}
