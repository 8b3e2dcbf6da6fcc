import type { SweepSmu } from "../src/capabilities/index.js";
import type { Protocol, RunContext } from "../src/engine/protocol.js";
import type { Row, RowBatch } from "../src/store/shapes.js";
import { complianceSeriesParameters, type ComplianceSeriesPlan, sweepAt } from "./compliance-series-plan.js";
import { complianceFigures, complianceMetrics } from "./compliance-series-results.js";
import { ivSweep, points } from "./iv-sweep.js";

/** The same sweeps at one limit after another, the output off between. */
async function* sweepAtEachLimit(
  smu: SweepSmu,
  plan: ComplianceSeriesPlan,
  context: RunContext,
): AsyncGenerator<RowBatch, void, undefined> {
  const { duration_s } = ivSweep.cost(sweepAt(plan, plan.compliances[0] ?? Number.NaN));
  for (let done = context.completed; done < plan.compliances.length; done++) {
    const sweep = sweepAt(plan, plan.compliances[done] ?? Number.NaN);
    // The instrument's clock and the count of sweeps begin anew with each limit.
    const inSeries = (row: Row): Row => ({
      ...row,
      cycle: done * plan.cycles + Number(row["cycle"]),
      time_s: done * duration_s + Number(row["time_s"]),
    });
    for await (const batch of ivSweep.run(smu, sweep, unmarked(context))) {
      if ("rows" in batch) yield { ...batch, rows: batch.rows.map(inSeries) };
    }
    await context.between(done + 1);
  }
}

/** For the sweeps of one limit, which are one unit of work of this protocol: their own marks do not count. */
function unmarked(context: RunContext): RunContext {
  return { ...context, completed: 0, between: () => Promise.resolve() };
}

/** Current against voltage at a series of current limits. */
export const complianceSeries: Protocol<ComplianceSeriesPlan, "sweep-smu"> = {
  name: "compliance-series",
  title: "Voltage sweeps at a series of current limits: what the compliance changes",
  description:
    "Runs the sweeps of iv-sweep at each limit in turn, small ones first as they are given, with the output off between. The larger the limit, the more " +
    "the device is written: a memory cell does not come back from a large one. There is no sweep without a limit; one that the device does not reach comes to the same.",
  source: "Wang et al. 2025, Fig. 2e (Pt/Ag/ZnO/Pt: 100 nA to 100 µA)",
  parameters: complianceSeriesParameters,
  needs: "sweep-smu",
  tables: [points],
  mainTable: points.name,
  cost(plan) {
    const all = plan.compliances.map((compliance) => ivSweep.cost(sweepAt(plan, compliance)));
    return {
      rows: all.reduce((sum, { rows }) => sum + rows, 0),
      duration_s: all.reduce((sum, { duration_s }) => sum + duration_s, 0),
    };
  },
  extremes: (plan) => ivSweep.extremes(sweepAt(plan, Math.max(...plan.compliances))),
  run: sweepAtEachLimit,
  analyse: (tables, plan) => complianceMetrics(tables[points.name], plan),
  figures: (tables, plan) => complianceFigures(tables[points.name], plan),
};
