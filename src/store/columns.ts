import type { ColumnArray } from "./arrow-codec.js";
import type { Columns, TableSpec } from "./shapes.js";

type Values = Columns["columns"][string];

/** Joins batches of one table, in order. One batch is given back as it is; none gives columns of length 0. */
export function joinColumns(spec: TableSpec, parts: readonly Columns[]): Columns {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const columns: Record<string, ColumnArray> = {};
  for (const { name, type } of spec.columns) {
    const values = parts.map((part) => valuesIn(part, name));
    if (type === "utf8") columns[name] = values.flatMap((part) => Array.from(part as readonly string[]));
    else columns[name] = joinNumbers(type, values, length);
  }
  return { length, columns };
}

function joinNumbers(type: "f64" | "i32" | "bool", parts: readonly Values[], length: number): ColumnArray {
  const whole = { f64: Float64Array, i32: Int32Array, bool: Uint8Array };
  const joined = new whole[type](length);
  let at = 0;
  for (const part of parts) {
    joined.set(part as Float64Array, at);
    at += part.length;
  }
  return joined;
}

/** Rows `from` to `to` (exclusive); the arrays share memory with `columns`. */
export function sliceColumns({ columns }: Columns, from: number, to: number): Columns {
  const cut = (values: Values) => (isText(values) ? values.slice(from, to) : values.subarray(from, to));
  return {
    length: to - from,
    columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, cut(values)])),
  };
}

/** The values of a column that is known to be there. */
export function valuesIn({ columns }: Columns, name: string): Values {
  const values = columns[name];
  if (values === undefined) throw new TypeError(`there is no column ${name}`);
  return values;
}

export function isText(values: Values): values is readonly string[] {
  return Array.isArray(values);
}
