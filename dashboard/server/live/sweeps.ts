import type { Column, Columns } from "../../../src/store/shapes.js";
import type { Panel, Sweep } from "../wire.js";
import { axisOf, numbersOf } from "./columns.js";
import { Curve, cell } from "./curve.js";
import type { LivePanel } from "./live-panel.js";

/** Enough for a curve 1200 pixels wide. */
const currentBuckets = 256;
const olderBuckets = 128;
/** Older curves laid under the present one. */
const keep = 24;

/** Curves through one sweep or pulse each, the newest whole and those before it thinned. */
export class Sweeps implements LivePanel {
  private readonly curve = new Curve(currentBuckets);
  private readonly small = new Curve(olderBuckets);
  private cycle = NaN;
  private origin = 0;
  private readonly older: { cycle: number; x: number[]; y: number[] }[] = [];
  finished = 0;

  constructor(
    readonly table: string,
    private readonly title: string,
    private readonly counter: Column,
    private readonly xColumn: Column,
    private readonly yColumn: Column,
    /** x counts from the first point of each curve: pulses of a train over each other. */
    private readonly fromZero = false,
  ) {}

  take(rows: Columns): void {
    const cycle = numbersOf(rows, this.counter);
    const x = numbersOf(rows, this.xColumn);
    const y = numbersOf(rows, this.yColumn);
    for (let row = 0; row < rows.length; row++) {
      if (cycle[row] !== this.cycle) {
        this.next(cycle[row] ?? NaN);
        this.origin = this.fromZero ? (x[row] ?? NaN) : 0;
      }
      this.curve.push((x[row] ?? NaN) - this.origin, y[row] ?? NaN);
    }
  }

  private next(cycle: number): void {
    if (this.curve.length > 0) {
      this.older.push({ cycle: this.cycle, ...this.finishedPoints() });
      if (this.older.length > keep) this.older.shift();
      this.finished++;
      this.curve.clear();
    }
    this.cycle = cycle;
  }

  private finishedPoints(): { x: number[]; y: number[] } {
    const points = this.curve.points();
    if (points.x.length <= 4 * olderBuckets) return points;
    this.small.clear();
    for (let i = 0; i < points.x.length; i++) this.small.push(points.x[i] ?? NaN, points.y[i] ?? NaN);
    return this.small.points();
  }

  show(since: number): Panel {
    const fresh = Math.min(this.older.length, this.finished - since);
    return {
      kind: "sweeps",
      name: this.table,
      title: this.title,
      x: axisOf(this.xColumn),
      y: axisOf(this.yColumn),
      of: this.counter.name,
      current: this.curve.length === 0 ? null : sweep({ cycle: this.cycle, ...this.curve.points() }),
      finished: fresh > 0 ? this.older.slice(-fresh).map(sweep) : [],
      keep,
    };
  }
}

function sweep({ cycle, x, y }: { cycle: number; x: number[]; y: number[] }): Sweep {
  return { cycle, x: x.map(cell), y: y.map(cell) };
}
