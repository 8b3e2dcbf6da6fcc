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
  /** Line protocol, one point each. */
  readonly lines: string[];
  /** Cells that InfluxDB has no way to keep: NaN and infinities. */
  readonly skippedCells: number;
  /** Rows of nothing but such cells: there is no point to write. */
  readonly emptyRows: number;
}

/**
 * Turns the rows of one table into lines of InfluxDB's protocol, always the same ones: tags, fields and stamps follow from the
 * table alone. The client would escape and sort every name again for every point, four times the work of all the rest; here
 * the names are escaped once.
 *
 * @see InfluxDB 1.6, line protocol reference
 */
export class LineEncoder {
  readonly #series: string;
  readonly #start_ns: bigint;
  readonly #columns: readonly (Column & { readonly next: string })[];
  readonly #timed: boolean;

  constructor(info: RunInfo, spec: TableSpec) {
    this.#series = seriesOf(spec.name, { run: info.run, protocol: info.protocol, dut: info.dut });
    this.#start_ns = BigInt(Date.parse(info.startedAt)) * 1_000_000n;
    this.#columns = spec.columns.map((column) => ({ ...column, next: `,${escapedName(column.name)}=` }));
    this.#timed = spec.columns.some(({ name, type }) => name === timeColumn && type === "f64");
  }

  /** Rows `from` to `to` (exclusive). Stamps rise strictly, so no two points of a table are ever one; moves `state` on. */
  encode(columns: Columns, from: number, to: number, state: StampState): Encoded {
    const cells = this.#readers(columns);
    const time = this.#timed ? valuesIn(columns, timeColumn) : undefined;
    const lines: string[] = [];
    let skippedCells = 0;
    for (let at = from; at < to; at += 1) {
      const stamp = this.#stamp(state, time === undefined ? undefined : Number(time[at]));
      let fields = "";
      for (const { next, textAt } of cells) {
        const text = textAt(at);
        if (text === undefined) skippedCells += 1;
        else fields += next + text;
      }
      if (fields !== "") lines.push(`${this.#series} ${fields.slice(1)} ${stamp}`);
    }
    return { lines, skippedCells, emptyRows: to - from - lines.length };
  }

  /** One row's values as they would be sent, to tell whether it is still the same row. */
  valuesAt(columns: Columns, at: number): string {
    return this.#readers(columns)
      .map(({ next, textAt }) => next + (textAt(at) ?? "none"))
      .join("");
  }

  #readers(columns: Columns): readonly CellReader[] {
    return this.#columns.map((column) => ({ next: column.next, textAt: fieldReader(column, columns) }));
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

interface CellReader {
  /** What stands before the value: `,current_A=`. */
  readonly next: string;
  /** Undefined where the database has no way to keep the value. */
  textAt(at: number): string | undefined;
}

/** Measurement and tags. The tags are few and of few values: each combination is a series that the database keeps in memory. */
function seriesOf(measurement: string, tags: Readonly<Record<string, string>>): string {
  const parts = Object.entries(tags).map(([name, value]) => {
    // A line break ends a point, and a backslash at the end swallows the comma behind it: neither can be escaped.
    const safe = value.replace(/[\r\n]/g, " ").replace(/\\+$/, "");
    return safe === "" ? "" : `,${escapedName(name)}=${escapedName(safe)}`;
  });
  return measurement.replace(/[\r\n]/g, " ").replace(/[, ]/g, "\\$&") + parts.join("");
}

/** @see InfluxDB 1.6, line protocol: special characters in tag keys, tag values and field keys */
function escapedName(name: string): string {
  return name.replace(/[,= ]/g, "\\$&");
}

function fieldReader({ name, type }: Column, columns: Columns): (at: number) => string | undefined {
  const values = valuesIn(columns, name);
  if (isText(values)) return (at) => `"${(values[at] ?? "").replace(/["\\]/g, "\\$&")}"`;
  if (type === "bool") return (at) => (values[at] === 1 ? "T" : "F");
  if (type === "i32") return (at) => `${values[at]}i`;
  return (at) => (Number.isFinite(values[at]) ? String(values[at]) : undefined);
}
