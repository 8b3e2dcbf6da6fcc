import { MemrigError } from "../errors.js";
import type { Columns } from "../store/shapes.js";

const none = new Float64Array(0);

/**
 * A column of numbers of a table; empty where the run has not written that table yet.
 *
 * @throws MemrigError `invalid-request`: the table is there but has no such column of numbers
 */
export function numbersOf(table: Columns | undefined, name: string): Float64Array | Int32Array | Uint8Array {
  if (table === undefined || table.length === 0) return none;
  const column = table.columns[name];
  if (column instanceof Float64Array || column instanceof Int32Array || column instanceof Uint8Array) return column;
  const there = Object.keys(table.columns).join(", ");
  throw new MemrigError(
    "invalid-request",
    `The table has no column of numbers "${name}"; it has ${there}. This analysis can not be made from it.`,
    { name, columns: Object.keys(table.columns) },
  );
}

/** Rows of one cycle or pulse: from `from` up to, not including, `to`. */
export interface Span {
  readonly key: number;
  readonly from: number;
  readonly to: number;
}

/** Cuts a table into runs of equal neighbouring values of a column: the cycles of a sweep, the pulses of a train. */
export function spansOf(keys: ArrayLike<number>): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (let k = 1; k <= keys.length; k++) {
    if (k < keys.length && keys[k] === keys[from]) continue;
    spans.push({ key: keys[from] as number, from, to: k });
    from = k;
  }
  return spans;
}
