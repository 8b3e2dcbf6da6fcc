import { MemrigError } from "../errors.js";
import type { Block } from "./blocks.js";
import type { Cells } from "./cells.js";
import { isReferenceName, splitName } from "./column-name.js";
import { inBase, readNumber, unitNamed } from "./numbers.js";
import type { SourceColumn, SourceTable } from "./source-table.js";

/** Tables of a block, one a group of columns, and what was left out. */
export function tablesOf(block: Block, cells: Cells): { tables: SourceTable[]; notes: string[] } {
  refuseCutNumbers(block, cells);
  const tables: SourceTable[] = [];
  const empty: string[] = [];
  for (const { name, from, to } of groupsOf(block, cells)) {
    const columns: SourceColumn[] = [];
    const reference: Record<string, number> = {};
    for (let at = from; at < to; at++) {
      const column = columnOf(block, cells, at);
      const only = onlyValue(column);
      if (only === undefined) columns.push(column);
      else reference[column.name] = only;
    }
    const length = columns.reduce((most, { values }) => Math.max(most, lastNumber(values) + 1), 0);
    if (length === 0) empty.push(name);
    else {
      tables.push({
        title: name,
        columns: columns.map((column) => ({ ...column, values: column.values.subarray(0, length) })),
        length,
        line: block.from + 1,
        facts: {},
        reference,
      });
    }
  }
  const which = empty.filter((name) => name !== "").join(", ");
  return {
    tables,
    notes:
      empty.length === 0
        ? []
        : [`${empty.length} empty group${empty.length === 1 ? "" : "s"} left out${which === "" ? "" : `: ${which}`}`],
  };
}

/** Decimal commas in a file whose cells are parted by commas too: every number falls into two, and both halves look like numbers. */
function refuseCutNumbers({ names, from, to }: Block, { rows, separator }: Cells): void {
  const named = names.filter((name) => name !== "").length;
  let numbers = 0;
  for (const row of rows.slice(from, to)) numbers = Math.max(numbers, row.filter((cell) => cell !== "").length);
  if (separator !== "comma" || named === 0 || numbers < 1.5 * named) return;
  throw new MemrigError(
    "invalid-request",
    `Line ${from + 1} has ${numbers} numbers under ${named} names (${names.join(", ")}): the comma seems to part the columns and to mark the decimals too, so the numbers can not be told apart. ` +
      "Save the file with semicolons or tabs between the columns, or with decimal points.",
    { names: named, numbers },
  );
}

interface Group {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Columns that belong together: under one group name, or from where the names begin anew. */
function groupsOf(block: Block, { rows }: Cells): Group[] {
  let width = block.names.length;
  for (const row of rows.slice(block.from, block.to)) width = Math.max(width, row.length);
  const starts: number[] = [];
  const seen = new Set<string>();
  for (let at = 0; at < width; at++) {
    const [name, group] = [block.names[at] ?? "", block.groups[at] ?? ""];
    const anew = name !== "" && (seen.has(name) || group !== (block.groups[at - 1] ?? group));
    if (at === 0 || anew) {
      starts.push(at);
      seen.clear();
    }
    if (name !== "") seen.add(name);
  }
  return starts.map((from, k) => ({ name: block.groups[from] ?? "", from, to: starts[k + 1] ?? width }));
}

function columnOf(block: Block, { rows, mark }: Cells, at: number): SourceColumn {
  const heading = block.names[at] ?? "";
  const { name, unit } = splitName(heading);
  const values = new Float64Array(block.to - block.from).fill(Number.NaN);
  let [common, mixed] = ["", false];
  const units: string[] = [];
  for (let row = block.from; row < block.to; row++) {
    const read = readNumber(rows[row]?.[at] ?? "", mark);
    if (read === undefined) continue;
    values[row - block.from] = read.value;
    if (read.unit === undefined) continue;
    units[row - block.from] = read.unit;
    mixed ||= common !== "" && common !== read.unit;
    common = read.unit;
  }
  const known = { label: heading === "" ? `${at + 1}` : heading, name: name === "" ? `${at + 1}` : name };
  if (mixed) {
    for (const [row, one] of units.entries()) {
      const read = one === undefined ? undefined : unitNamed(one);
      if (read) values[row] = inBase(values[row] ?? Number.NaN, read);
    }
    return { ...known, unit: unitNamed(common)?.base ?? "", unitFrom: "cells", values };
  }
  if (common !== "") return { ...known, unit: common, unitFrom: "cells", values };
  const below = block.units[at] ?? "";
  if (below !== "" && unit === "") return { ...known, unit: below, unitFrom: "unit row", values };
  return { ...known, unit, unitFrom: unit === "" ? "" : "name", values };
}

/** Rows a table must have before a lone number at its top is taken for a result beside the data. */
const fewestRows = 3;

/** The value of a column that holds one: only in its first row, or (by its name) the same in all rows. */
function onlyValue({ name, values }: SourceColumn): number | undefined {
  const first = values[0] ?? Number.NaN;
  if (values.length < fewestRows || Number.isNaN(first)) return undefined;
  const rest = values.subarray(1);
  if (rest.every(Number.isNaN)) return first;
  return isReferenceName(name) && rest.every((value) => value === first || Number.isNaN(value)) ? first : undefined;
}

function lastNumber(values: Float64Array): number {
  return values.findLastIndex((value) => !Number.isNaN(value));
}
