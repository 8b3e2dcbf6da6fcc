import { si } from "../../units.js";
import { textTable } from "../output.js";
import type { PublishedFigure } from "./published.js";
import { percent } from "../tables.js";
import type { DemoRun } from "./characterise.js";

/** One published figure beside what was measured here. */
export interface Result {
  readonly device: string;
  readonly quantity: string;
  readonly unit: string;
  readonly measured: number;
  readonly published: number;
  readonly tolerance: number;
  readonly shownAs?: string;
  readonly deviation: number;
  readonly verdict: "met" | "NOT met" | "not measured";
  readonly source: string;
  readonly runs: readonly string[];
}

/** Every published figure beside the metric that measures it. */
export function setBeside(figures: readonly PublishedFigure[], done: readonly DemoRun[]): Result[] {
  return figures.map((figure) => {
    const run = done.find(({ step }) => step.name === figure.measurement);
    const metric = run?.metrics[figure.metric];
    const measured = metric && metric.n > 0 ? metric[figure.statistic] : Number.NaN;
    const deviation = measured - figure.published;
    return {
      device: figure.device,
      quantity: figure.quantity,
      unit: figure.unit,
      measured,
      published: figure.published,
      tolerance: figure.tolerance,
      ...(figure.shownAs === undefined ? {} : { shownAs: figure.shownAs }),
      deviation,
      verdict: Number.isNaN(measured) ? "not measured" : Math.abs(deviation) <= figure.tolerance ? "met" : "NOT met",
      source: figure.source,
      runs: run?.runs ?? [],
    };
  });
}

/** The table that `npm start` prints. */
export function resultsTable(results: readonly Result[]): string {
  const rows = results.map((result) => [
    result.device,
    result.quantity,
    shown(result, result.measured),
    result.shownAs ?? `${shown(result, result.published)} ± ${shown(result, result.tolerance)}`,
    deviation(result),
    result.verdict,
    result.source,
  ]);
  return textTable(
    ["device", "quantity", "measured here", "published", "deviation", "verdict", "source"],
    rows,
    [2, 3, 4],
  );
}

/** Against the published value; a range has no middle to deviate from, and nothing is a share of 0. */
function deviation({ deviation: difference, published, shownAs }: Result): string {
  if (!Number.isFinite(difference) || published === 0 || / to /.test(shownAs ?? "")) return "–";
  return `${difference >= 0 ? "+" : ""}${percent(difference / published)}`;
}

function shown({ unit, quantity }: Pick<Result, "unit" | "quantity">, value: number): string {
  if (!Number.isFinite(value)) return "–";
  return unit === "" && quantity.startsWith("C_v") ? percent(value) : si(value, unit);
}
