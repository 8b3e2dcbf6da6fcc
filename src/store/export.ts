import { isText, valuesIn } from "./columns.js";
import type { Column, Columns, TableSpec } from "./shapes.js";
import type { Batch } from "./table-reader.js";

/** Rows that are turned to text in one piece. */
const pieceRows = 4096;

/**
 * CSV in pieces: names with units in the first line, shortest decimals that give back the same double, truth values as
 * true and false, NaN and infinities by name. Read by pandas, Excel and LibreOffice.
 *
 * @see RFC 4180; lines end in a line feed, as most programs write them
 */
export async function* csvOf(spec: TableSpec, batches: AsyncIterable<Batch>): AsyncGenerator<string> {
  yield `${spec.columns.map(({ name }) => quoted(name)).join(",")}\n`;
  for await (const row of pieces(spec, batches, { number: shortest, text: quoted, row: (cells) => `${cells}\n` })) {
    yield row;
  }
}

/**
 * JSON in pieces: `{"run", "table", "columns": [{name, type, unit, description}], "rows": [[…], …]}`. NaN and infinities
 * are null.
 */
export async function* jsonOf(run: string, spec: TableSpec, batches: AsyncIterable<Batch>): AsyncGenerator<string> {
  yield `${JSON.stringify({ run, table: spec.name, columns: spec.columns }).slice(0, -1)},"rows":[`;
  const number = (value: number) => (Number.isFinite(value) ? shortest(value) : "null");
  let comma = "";
  for await (const rows of pieces(spec, batches, { number, text: JSON.stringify, row: (cells) => `,\n[${cells}]` })) {
    yield comma === "" ? rows.slice(1) : rows;
    comma = ",";
  }
  yield "\n]}\n";
}

interface Format {
  number(value: number): string;
  text(value: string): string;
  /** One row of cells that are joined by commas. */
  row(cells: string): string;
}

async function* pieces(spec: TableSpec, batches: AsyncIterable<Batch>, format: Format): AsyncGenerator<string> {
  for await (const { columns } of batches) {
    const cells = spec.columns.map((column) => cellText(column, columns, format));
    for (let from = 0; from < columns.length; from += pieceRows) {
      const to = Math.min(columns.length, from + pieceRows);
      let rows = "";
      for (let at = from; at < to; at += 1) rows += format.row(cells.map((cell) => cell(at)).join(","));
      yield rows;
    }
  }
}

function cellText({ name, type }: Column, columns: Columns, format: Format): (at: number) => string {
  const values = valuesIn(columns, name);
  if (isText(values)) return (at) => format.text(values[at] ?? "");
  if (type === "bool") return (at) => (values[at] === 1 ? "true" : "false");
  return (at) => format.number(values[at] ?? Number.NaN);
}

/** The shortest decimal that gives back the same double, the sign of zero too. */
function shortest(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
