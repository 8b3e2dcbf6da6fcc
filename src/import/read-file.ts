import { MemrigError } from "../errors.js";
import { findBlocks } from "./blocks.js";
import { tablesOf } from "./block-tables.js";
import { cutIntoCells } from "./cells.js";
import { isReferenceName } from "./column-name.js";
import { easyExpertTables, isEasyExpert } from "./easyexpert.js";
import type { DecimalMark } from "./numbers.js";
import type { SourceFile, SourceTable } from "./source-table.js";
import { decodeText } from "./text.js";
import { withoutTornLine } from "./torn-line.js";

/**
 * Reads a file of measurements: its encoding, separator, decimal mark, tables, names and units.
 *
 * @param bytes the file
 * @param decimal the decimal mark, where the file leaves it open
 * @throws MemrigError `invalid-request`: what was understood, what is missing, and what to write
 */
export function readSourceFile(bytes: Uint8Array, decimal?: DecimalMark): SourceFile {
  const decoded = decodeText(bytes);
  const { text, torn } = withoutTornLine(decoded.text);
  const { encoding } = decoded;
  const assumed = [...decoded.assumed, ...torn];
  const cells = cutIntoCells(text, decimal);
  const notes = [...assumed, ...cells.assumed];
  const common = { encoding, separator: cells.separator, decimal: cells.mark };
  if (isEasyExpert(cells)) {
    return { ...common, format: "Keysight EasyEXPERT", tables: easyExpertTables(cells), notes };
  }
  const tables: SourceTable[] = [];
  for (const block of findBlocks(cells)) {
    const read = tablesOf(block, cells);
    tables.push(...read.tables);
    notes.push(...read.notes);
  }
  if (tables.length === 0) {
    throw new MemrigError(
      "invalid-request",
      `It was read as ${encoding} with ${cells.separator} between cells, but no table of numbers was found in its ${cells.rows.length} lines.`,
    );
  }
  const format = tables.some(isClarius) ? "Keithley Clarius text" : "delimited text";
  return { ...common, format, tables: format === "delimited text" ? tables : tables.map(inBaseUnits), notes };
}

/** Clarius names a voltage AV and a current AI after the terminal, and keeps what its formulas gave beside the data. */
function isClarius({ columns, reference }: SourceTable): boolean {
  const has = (pattern: RegExp) => columns.some(({ name }) => pattern.test(name));
  const ofTerminals =
    has(/^(A|B|C|D|Anode|Cathode|Drain|Gate|Source)V$/) && has(/^(A|B|C|D|Anode|Cathode|Drain|Gate|Source)I$/);
  return ofTerminals || Object.keys(reference).some(isReferenceName);
}

/** Clarius writes volts, amperes and seconds. */
function inBaseUnits(table: SourceTable): SourceTable {
  return {
    ...table,
    columns: table.columns.map((column) => (column.unit === "" ? { ...column, unitFrom: "format" as const } : column)),
  };
}
