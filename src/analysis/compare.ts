import type { Columns, Metric, Metrics } from "../store/shapes.js";
import { percentOf } from "../units.js";

export type ComparisonVerdict = "agrees" | "differs" | "unclear";

/** One metric of a run beside the same metric of its twin. */
export interface MetricComparison {
  readonly metric: string;
  readonly measured: Metric;
  readonly model: Metric;
  /** measured − model, in the metric's unit. */
  readonly difference: number;
  /** The difference against the model's mean; NaN where that is 0. */
  readonly relative: number;
  /** The difference in units of the joint spread of both; NaN where neither has one. */
  readonly spreads: number;
  readonly verdict: ComparisonVerdict;
  /** The verdict in words. */
  readonly because: string;
}

/** Root-mean-square difference of one column of the main table, row by row. */
export interface ColumnResidual {
  readonly column: string;
  readonly rms: number;
  readonly rows: number;
}

/** A difference within two joint standard deviations of single values is what repetition alone would give in 19 of 20 cases. */
const spreadsAllowed = 2;
/** Where neither side has a spread (one cycle), the best that can be said is how close the values lie. */
const relativeAllowed = 0.05;

/** Sets the metrics of a run beside those of its twin. */
export function compareMetrics(measured: Metrics, model: Metrics): MetricComparison[] {
  return Object.keys(measured)
    .filter((name) => name in model)
    .map((name) => compareMetric(name, measured[name] as Metric, model[name] as Metric));
}

function compareMetric(metric: string, measured: Metric, model: Metric): MetricComparison {
  const difference = measured.mean - model.mean;
  const relative = model.mean === 0 ? Number.NaN : difference / Math.abs(model.mean);
  const spread = Math.hypot(measured.sd, model.sd);
  const spreads = spread > 0 ? Math.abs(difference) / spread : Number.NaN;
  const base = { metric, measured, model, difference, relative, spreads };
  if (measured.n === 0 && model.n === 0) return { ...base, verdict: "agrees", because: "absent in both" };
  if (measured.n === 0 || model.n === 0) {
    return {
      ...base,
      verdict: "differs",
      because: measured.n === 0 ? "absent in the measurement" : "absent in the model",
    };
  }
  if (difference === 0) return { ...base, verdict: "agrees", because: "equal" };
  if (spread > 0) {
    const verdict = spreads <= spreadsAllowed ? "agrees" : "differs";
    return { ...base, verdict, because: `${spreads.toFixed(1)} spreads apart (${spreadsAllowed} allowed)` };
  }
  if (Number.isNaN(relative)) return { ...base, verdict: "unclear", because: "no spread known, and the model gives 0" };
  const verdict = Math.abs(relative) <= relativeAllowed ? "agrees" : "differs";
  return {
    ...base,
    verdict,
    because: `one value each: ${percentOf(Math.abs(relative))} apart (5 % allowed)`,
  };
}

/** Residuals of the numeric columns both tables have, over the rows both have (a shorter run is compared as far as it goes). */
export function columnResiduals(measured: Columns, model: Columns): ColumnResidual[] {
  const rows = Math.min(measured.length, model.length);
  return Object.entries(measured.columns).flatMap(([column, a]) => {
    const b = model.columns[column];
    if (!(a instanceof Float64Array) || !(b instanceof Float64Array)) return [];
    let sum = 0;
    let count = 0;
    for (let k = 0; k < rows; k++) {
      const difference = (a[k] as number) - (b[k] as number);
      if (!Number.isFinite(difference)) continue;
      sum += difference * difference;
      count++;
    }
    return [{ column, rms: count > 0 ? Math.sqrt(sum / count) : Number.NaN, rows: count }];
  });
}

/** One word over all metrics: differs when any does, agrees when all do. */
export function overallVerdict(comparisons: readonly MetricComparison[]): ComparisonVerdict {
  if (comparisons.some((comparison) => comparison.verdict === "differs")) return "differs";
  return comparisons.every((comparison) => comparison.verdict === "agrees") && comparisons.length > 0
    ? "agrees"
    : "unclear";
}
