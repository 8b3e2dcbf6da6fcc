import type { Column, Columns } from "../../../src/store/shapes.js";
import type { CurveData, Panel } from "../wire.js";
import { axisOf, numbersOf } from "./columns.js";
import { Curve, cell } from "./curve.js";
import type { LivePanel } from "./live-panel.js";

/** Enough for a curve 1200 pixels wide. */
const buckets = 256;

/** Values of every cycle against its number. */
export class Trend implements LivePanel {
  private readonly curves: readonly Curve[];
  readonly finished = 0;

  constructor(
    readonly table: string,
    private readonly quantity: string,
    private readonly counter: Column,
    private readonly values: readonly Column[],
  ) {
    this.curves = values.map(() => new Curve(buckets));
  }

  take(rows: Columns): void {
    const cycle = numbersOf(rows, this.counter);
    this.values.forEach((column, i) => {
      const y = numbersOf(rows, column);
      for (let row = 0; row < rows.length; row++) this.curves[i]?.push(cycle[row] ?? NaN, y[row] ?? NaN);
    });
  }

  show(): Panel {
    return {
      kind: "trend",
      name: this.table,
      title: `${this.quantity} of every ${this.counter.name}`,
      x: { label: axisOf(this.counter).label, unit: "", scale: "linear" },
      y: { label: this.quantity, unit: this.values[0]?.unit ?? "", scale: "log" },
      series: this.values.map((column, i) => this.series(column, this.curves[i])),
    };
  }

  private series(column: Column, curve: Curve | undefined): CurveData {
    const { x, y } = curve?.points() ?? { x: [], y: [] };
    return { name: column.name, style: "points", x: x.map(cell), y: y.map(cell) };
  }
}
