import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  columnResiduals,
  compareMetrics,
  overallVerdict,
  type ColumnResidual,
  type ComparisonVerdict,
  type MetricComparison,
} from "../analysis/compare.js";
import { twinConfig } from "../bench/index.js";
import type { RunOutcome } from "../engine/index.js";
import { openRun } from "../store/index.js";
import { percentOf, si } from "../units.js";
import { measure, type Measurement } from "./measure.js";
import { textTable } from "./output.js";
import { nameAndUnit } from "./tables.js";

/** A run set beside the same protocol on the model. */
export interface TwinReport {
  /** Run of the twin, kept in the same store. */
  readonly run: string;
  readonly model: string;
  readonly verdict: ComparisonVerdict;
  readonly metrics: readonly MetricComparison[];
  /** Row by row, root mean square of measured − model, columns of the main table. */
  readonly residuals: readonly ColumnResidual[];
}

/**
 * Runs the protocol again on the virtual double of the bench, the model in place of the device, and compares. The report
 * is kept as `twin.json` in the run's folder; the twin is a run of its own in the same store.
 */
export async function runTwin(request: Measurement, measured: RunOutcome): Promise<TwinReport> {
  const config = twinConfig(request.config, request.site);
  const { site: _alone, ...rest } = request; // its one device is always connected
  const plan = (request.protocol.asMeasured?.(request.plan, measured.metrics) ?? request.plan) as object;
  const twin = await measure({ ...rest, plan, config, twinOf: measured.run });
  const [ours, theirs] = await Promise.all([openRun(config.store, measured.run), openRun(config.store, twin.run)]);
  const { mainTable } = request.protocol;
  const metrics = compareMetrics(measured.metrics, twin.metrics, request.protocol.fits);
  const report: TwinReport = {
    run: twin.run,
    model: config.dut.model,
    verdict: overallVerdict(metrics),
    metrics,
    residuals: columnResiduals(await ours.table(mainTable), await theirs.table(mainTable)),
  };
  await writeFile(join(measured.folder, "twin.json"), `${JSON.stringify(report, undefined, 2)}\n`);
  return report;
}

/** The comparison for a person. */
export function twinText(report: TwinReport): string {
  const value = (name: string, number: number) => (Number.isFinite(number) ? si(number, nameAndUnit(name).unit) : "–");
  const rows = report.metrics.map(({ metric, measured, model, relative, verdict, because }) => [
    nameAndUnit(metric).quantity,
    `${value(metric, measured.mean)} ± ${value(metric, measured.sd)}`,
    `${value(metric, model.mean)} ± ${value(metric, model.sd)}`,
    Number.isFinite(relative) ? `${relative > 0 ? "+" : ""}${percentOf(relative)}` : "–",
    verdict,
    because,
  ]);
  const sentence = {
    agrees: `The run agrees with ${report.model} in every metric that can be judged.`,
    differs: `The run differs from ${report.model} in: ${report.metrics
      .filter(({ verdict }) => verdict === "differs")
      .map(({ metric }) => nameAndUnit(metric).quantity)
      .join(", ")}.`,
    unclear: `The run can not be told from ${report.model}, nor can it be said to agree: spreads are not known.`,
  }[report.verdict];
  return [
    `Twin ${report.run}`,
    textTable(["metric", "measured ± sd", "model ± sd", "deviation", "verdict", "why"], rows, [1, 2, 3]),
    sentence,
  ].join("\n");
}
