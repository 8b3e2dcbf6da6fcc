import type { Cell, Columns, Metrics, Row } from "../store/shapes.js";
import { si } from "../units.js";
import { textTable } from "./output.js";

/** Metrics for a person: mean, spread and number of each. */
export function metricsTable(metrics: Metrics): string {
  const rows = Object.entries(metrics).map(([name, metric]) => {
    const { quantity, unit } = nameAndUnit(name);
    if (metric.n === 0) return [quantity, "–", "–", "–", "0"];
    return [quantity, si(metric.mean, unit), si(metric.sd, unit), percent(metric.cv), String(metric.n)];
  });
  return textTable(["metric", "mean", "sd", "C_v", "n"], rows, [1, 2, 3, 4]);
}

/** "2.25 %"; a dash where there is none. */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${Number((100 * share).toPrecision(3))} %` : "–";
}

const units = new Set(["V", "A", "W", "J", "s", "Hz", "ohm", "S", "F", "K", "C", "eV"]);

/** `vth_V` → vth, V; `slope_V_per_decade` → slope, V/decade. */
export function nameAndUnit(name: string): { quantity: string; unit: string } {
  const perDecade = /^(.+)_([A-Za-z]+)_per_decade$/.exec(name);
  if (perDecade) return { quantity: perDecade[1] ?? name, unit: `${perDecade[2] ?? ""}/decade` };
  const at = name.lastIndexOf("_");
  const unit = name.slice(at + 1);
  return at > 0 && units.has(unit) ? { quantity: name.slice(0, at), unit } : { quantity: name, unit: "" };
}

/** A table as JSON rows. Truth values come back as such. */
export function columnsToRows(table: Columns): Row[] {
  const columns = Object.entries(table.columns);
  return Array.from({ length: table.length }, (_, k) =>
    Object.fromEntries(columns.map(([name, values]): [string, Cell] => [name, cell(values, k)])),
  );
}

function cell(values: Columns["columns"][string], k: number): Cell {
  const value = values[k] as number | string;
  return values instanceof Uint8Array ? value === 1 : value;
}
