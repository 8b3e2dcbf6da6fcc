import type { Cell, Columns, Metrics } from "../store/shapes.js";
import { si } from "../unit-text.js";
import { textTable } from "./output.js";

/** Metrics for a person: mean, spread and number of each. */
export function metricsTable(metrics: Metrics): string {
  if (Object.keys(metrics).length === 0) return "No metrics.";
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

/** A table as one JSON array of rows, in pieces. Truth values come back as such; NaN and infinities are null. */
export async function* jsonRows(blocks: AsyncIterable<Columns>): AsyncGenerator<string> {
  let before = "[";
  for await (const { length, columns } of blocks) {
    const entries = Object.entries(columns);
    for (let from = 0; from < length; from += jsonRowsAtOnce) {
      let text = "";
      for (let k = from; k < Math.min(length, from + jsonRowsAtOnce); k += 1) {
        const row = Object.fromEntries(entries.map(([name, values]): [string, Cell] => [name, cell(values, k)]));
        text += `${before}\n  ${JSON.stringify(row)}`;
        before = ",";
      }
      yield text;
    }
  }
  yield before === "[" ? "[]\n" : "\n]\n";
}

const jsonRowsAtOnce = 1024;

function cell(values: Columns["columns"][string], k: number): Cell {
  const value = values[k] as number | string;
  return values instanceof Uint8Array ? value === 1 : value;
}
