import type { IPoint } from "influx";
import { isText, valuesIn } from "../columns.js";
import type { Column, Columns, RunInfo, TableSpec } from "../shapes.js";

/** The column that places a row in time: seconds since the run began. */
const timeColumn = "time_s";

/** Without such a column rows stand a microsecond apart, so that a graph shows them in their order. */
const rowSpacing_ns = 1000n;

/** Beyond a century a time is taken for a fault: the database ends in the year 2262. */
const longest_s = 3.2e9;

/** The stamp of a row, so that the next one can be made: all that has to be remembered between two batches. */
export interface StampState {
  /** Number of the next row. */
  row: number;
  /** Stamp of the row before it, nanoseconds since 1970. */
  last_ns: bigint;
}

/** What the rows became. */
export interface Encoded {
  readonly points: IPoint[];
  /** Cells that InfluxDB has no way to keep: NaN and infinities. */
  readonly skippedCells: number;
  /** Rows of nothing but such cells: there is no point to write. */
  readonly emptyRows: number;
}

/** Turns the rows of one table into points, always the same ones: tags, fields and stamps follow from the table alone. */
export class PointEncoder {
  readonly #measurement: string;
  readonly #tags: Record<string, string>;
  readonly #start_ns: bigint;
  readonly #columns: readonly Column[];
  readonly #timed: boolean;

  constructor(info: RunInfo, spec: TableSpec) {
    this.#measurement = spec.name.replace(/[\r\n]/g, " ");
    this.#tags = tagsOf({ run: info.run, protocol: info.protocol, dut: info.dut });
    this.#start_ns = BigInt(Date.parse(info.startedAt)) * 1_000_000n;
    this.#columns = spec.columns;
    this.#timed = spec.columns.some(({ name, type }) => name === timeColumn && type === "f64");
  }

  /** Rows `from` to `to` (exclusive). Stamps rise strictly, so no two points of a table are ever one; moves `state` on. */
  encode(columns: Columns, from: number, to: number, state: StampState): Encoded {
    const cells = this.#columns.map(({ name, type }) => ({ name, fieldAt: fieldReader(type, columns, name) }));
    const time = this.#timed ? valuesIn(columns, timeColumn) : undefined;
    const points: IPoint[] = [];
    let skippedCells = 0;
    for (let at = from; at < to; at += 1) {
      const timestamp = this.#stamp(state, time === undefined ? undefined : Number(time[at]));
      const fields: Record<string, unknown> = {};
      let kept = 0;
      for (const { name, fieldAt } of cells) {
        const field = fieldAt(at);
        if (field === undefined) continue;
        fields[name] = field;
        kept += 1;
      }
      skippedCells += cells.length - kept;
      if (kept > 0) points.push({ measurement: this.#measurement, tags: this.#tags, fields, timestamp });
    }
    return { points, skippedCells, emptyRows: to - from - points.length };
  }

  #stamp(state: StampState, time_s: number | undefined): string {
    const usable = time_s !== undefined && time_s >= 0 && time_s < longest_s;
    const offset_ns = usable ? BigInt(Math.round(time_s * 1e9)) : BigInt(state.row) * rowSpacing_ns;
    const wanted_ns = time_s === undefined || usable ? this.#start_ns + offset_ns : state.last_ns + 1n;
    state.last_ns = wanted_ns > state.last_ns ? wanted_ns : state.last_ns + 1n;
    state.row += 1;
    return state.last_ns.toString();
  }
}

/** Few and of few values: each combination is a series that the database keeps in memory. */
function tagsOf(tags: Record<string, string>): Record<string, string> {
  // A line break ends a point, and a backslash at the end swallows the comma behind it: neither can be escaped.
  const safe = Object.entries(tags).map(([name, value]) => [name, value.replace(/[\r\n]/g, " ").replace(/\\+$/, "")]);
  return Object.fromEntries(safe.filter(([, value]) => value !== "")) as Record<string, string>;
}

/** A field as it stands in the line; the client writes what `toString` gives. */
class Literal {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

function fieldReader(
  type: Column["type"],
  columns: Columns,
  name: string,
): (at: number) => number | boolean | Literal | undefined {
  const values = valuesIn(columns, name);
  // The client's own quoting doubles the backslash of \' ; here only what the protocol asks for is escaped.
  if (isText(values)) return (at) => new Literal(`"${(values[at] ?? "").replace(/["\\]/g, "\\$&")}"`);
  if (type === "bool") return (at) => values[at] === 1;
  if (type === "i32") return (at) => new Literal(`${values[at]}i`);
  return (at) => {
    const value = values[at];
    return Number.isFinite(value) ? value : undefined;
  };
}
