import { MemrigError } from "../errors.js";
import type { ColumnArray } from "./arrow-codec.js";
import { isText } from "./columns.js";
import type { Cell, Column, Columns, Row, TableSpec } from "./shapes.js";

/** Rows of one record batch at most; a reader that holds one in memory stays small. */
export const batchRows = 65_536;

/** Rows of one table between two batches: typed arrays that grow to `batchRows` and are used again. */
export class RowBuffer {
  #arrays: ColumnArray[];
  #capacity = 256;
  #length = 0;

  constructor(readonly spec: TableSpec) {
    this.#arrays = spec.columns.map((column) => arrayOf(column, this.#capacity));
  }

  get length(): number {
    return this.#length;
  }

  get arrays(): readonly ColumnArray[] {
    return this.#arrays;
  }

  clear(): void {
    this.#length = 0;
  }

  /**
   * Takes one row.
   *
   * @throws MemrigError `invalid-request`: a column is missing, unknown or of another type; the row is not taken
   */
  push(row: Row): void {
    this.#makeRoom(1);
    const { columns } = this.spec;
    for (const [i, column] of columns.entries()) this.#put(i, column, row[column.name]);
    for (const name in row) {
      if (!columns.some((column) => column.name === name)) throw this.#refused(name, "is not a column of the table");
    }
    this.#length += 1;
  }

  /**
   * Takes rows `from` to `to` (exclusive) of whole columns; `to - from` at most what is free up to `batchRows`.
   *
   * @throws MemrigError `invalid-request`: a column is missing, too short or of another type; none of the rows is taken
   */
  pushColumns(source: Columns, from: number, to: number): void {
    this.#makeRoom(to - from);
    for (const [i, column] of this.spec.columns.entries()) {
      const values = source.columns[column.name];
      const target = this.#arrays[i];
      if (values === undefined) throw this.#refused(column.name, "is missing");
      if (values.length < source.length)
        throw this.#refused(column.name, `has ${values.length} of ${source.length} rows`);
      if (target instanceof Float64Array && !isText(values)) {
        target.set(values.subarray(from, to), this.#length);
      } else {
        for (let at = from; at < to; at += 1)
          this.#put(i, column, cellOf(column, values[at]), this.#length + at - from);
      }
    }
    for (const name in source.columns) {
      if (!this.spec.columns.some((column) => column.name === name)) {
        throw this.#refused(name, "is not a column of the table");
      }
    }
    this.#length += to - from;
  }

  #put(index: number, column: Column, cell: Cell | undefined, at = this.#length): void {
    const array = this.#arrays[index];
    if (array instanceof Float64Array && typeof cell === "number") array[at] = cell;
    else if (array instanceof Int32Array && typeof cell === "number" && (cell | 0) === cell) array[at] = cell;
    else if (array instanceof Uint8Array && typeof cell === "boolean") array[at] = cell ? 1 : 0;
    else if (Array.isArray(array) && typeof cell === "string") array[at] = cell;
    else throw this.#refused(column.name, cell === undefined ? "is missing" : `was given as ${shown(cell)}`, column);
  }

  #makeRoom(rows: number): void {
    const wanted = this.#length + rows;
    if (wanted <= this.#capacity) return;
    this.#capacity = Math.min(Math.max(wanted, 4 * this.#capacity), Math.max(batchRows, wanted));
    this.#arrays = this.spec.columns.map((column, i) => {
      const old = this.#arrays[i];
      const larger = arrayOf(column, this.#capacity);
      if (Array.isArray(old) || Array.isArray(larger) || old === undefined) return old ?? larger;
      larger.set(old);
      return larger;
    });
  }

  #refused(column: string, what: string, expected?: Column): MemrigError {
    const type = expected === undefined ? "" : `; it takes ${takes[expected.type]}`;
    return new MemrigError(
      "invalid-request",
      `Table ${this.spec.name}: ${column} ${what}${type}. The row was not kept; the rows before it are. ` +
        `The columns are ${this.spec.columns.map(({ name }) => name).join(", ")}.`,
      { table: this.spec.name, column },
    );
  }
}

const takes = {
  f64: "a number",
  i32: "a whole number of at most 31 bits and a sign",
  bool: "true or false",
  utf8: "text",
} as const;

function arrayOf(column: Column, length: number): ColumnArray {
  switch (column.type) {
    case "f64":
      return new Float64Array(length);
    case "i32":
      return new Int32Array(length);
    case "bool":
      return new Uint8Array(length);
    case "utf8":
      return [];
  }
}

/** In whole columns a truth value is 0 or 1. */
function cellOf(column: Column, value: number | string | undefined): Cell | undefined {
  return column.type === "bool" && (value === 0 || value === 1) ? value === 1 : value;
}

function shown(cell: Cell): string {
  return typeof cell === "string" ? `the text "${cell.slice(0, 40)}"` : String(cell);
}
