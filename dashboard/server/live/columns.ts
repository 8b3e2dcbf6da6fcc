import type { Axis } from "../../../src/analysis/figure.js";
import type { Column, Columns } from "../../../src/store/shapes.js";

const quantities: Readonly<Record<string, string>> = { V: "Voltage", A: "Current", s: "Time", ohm: "Resistance" };

/** The values of a column; none where it is text or missing. */
export function numbersOf(rows: Columns, column: Column): ArrayLike<number> {
  const values = rows.columns[column.name];
  return values === undefined || Array.isArray(values) ? [] : (values as ArrayLike<number>);
}

/** The linear axis of a column. */
export function axisOf(column: Column): Axis {
  const name = column.name.charAt(0).toUpperCase() + column.name.slice(1);
  const label = column.name === "asked_V" ? "Programmed voltage" : (quantities[column.unit] ?? name);
  return { label, unit: column.unit, scale: "linear" };
}
