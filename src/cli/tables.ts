import { distributionsApart, fitText, type QuantityFits } from "../distribution-metrics.js";
import type { Cell, Columns, Metrics } from "../store/shapes.js";
import { si } from "../unit-text.js";
import { textTable } from "./output.js";

/** Metrics for a person: mean, spread and number of each; the fits of distributions, where there are any, in a table of their own. */
export function metricsTable(metrics: Metrics): string {
  if (Object.keys(metrics).length === 0) return "No metrics.";
  const { others, distributions } = distributionsApart(metrics);
  const rows = Object.entries(others).map(([name, metric]) => {
    const { quantity, unit } = nameAndUnit(name);
    if (metric.n === 0) return [quantity, "–", "–", "–", "0"];
    return [quantity, si(metric.mean, unit), si(metric.sd, unit), percent(metric.cv), String(metric.n)];
  });
  const table = textTable(["metric", "mean", "sd", "C_v", "n"], rows, [1, 2, 3, 4]);
  return distributions.length === 0 ? table : `${table}\n\n${fitsTable(distributions)}`;
}

/** One line a quantity: R² in the probability plot, the distance of Kolmogorov and Smirnov, and the shape, for each distribution. */
function fitsTable(distributions: readonly QuantityFits[]): string {
  const names = distributions[0]?.fits.map(({ name }) => name) ?? [];
  const rows = distributions.map(({ quantity, nearest, fits }) => {
    const of = (name: string) => fits.find((fit) => fit.name === name);
    const cells = names.map((name) =>
      [of(name)?.r2, of(name)?.ks, of(name)?.shape].map((x) => fitText(x ?? Number.NaN)),
    );
    return [quantity, nearest, ...cells.flat()];
  });
  const heads = names.flatMap((name) => [`${name} R²`, "KS", "shape"]);
  const table = [["distribution", "nearest", ...heads], ...rows];
  const seen = table[0]?.map((_, k) => k < 2 || rows.some((row) => row[k] !== "–")) ?? []; // a Gaussian has no shape
  const [head = [], ...lines] = table.map((row) => row.filter((_, k) => seen[k]));
  return textTable(
    head,
    lines,
    Array.from({ length: head.length - 2 }, (_, k) => k + 2),
  );
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
