import type { Columns, Metric, Metrics } from "../store/shapes.js";
import { percentOf } from "../units.js";

export type ComparisonVerdict = "agrees" | "differs" | "unclear";

/** A fit among the metrics of a protocol. */
export interface FitMetrics {
  /** The metric with its R². */
  readonly r2: string;
  /** What else says how well it fits; like R² itself no property of the device, and never judged. */
  readonly quality?: readonly string[];
  /** What the fit gives. */
  readonly of: readonly string[];
}

/** A law that explains less than this of what was read, in the run or in the model, describes noise: what it gives is not judged. */
const leastR2 = 0.8;

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
  /** `not judged`: it says how well a law fits, or comes from one that does not. */
  readonly verdict: ComparisonVerdict | "not judged";
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

/** Sets the metrics of a run beside those of its twin. @param fits those of them that are of a fit */
export function compareMetrics(
  measured: Metrics,
  model: Metrics,
  fits: readonly FitMetrics[] = [],
): MetricComparison[] {
  return Object.keys(measured)
    .filter((name) => name in model)
    .map((name) => {
      const compared = compareMetric(name, measured[name] as Metric, model[name] as Metric);
      const because = whyNotJudged(name, measured, model, fits);
      return because === undefined ? compared : { ...compared, verdict: "not judged", because };
    });
}

function whyNotJudged(
  name: string,
  measured: Metrics,
  model: Metrics,
  fits: readonly FitMetrics[],
): string | undefined {
  if (fits.some(({ r2, quality = [] }) => name === r2 || quality.includes(name))) return "how well a law fits";
  const fit = fits.find(({ of }) => of.includes(name));
  if (!fit) return undefined;
  const [ours, theirs] = [measured[fit.r2]?.mean ?? Number.NaN, model[fit.r2]?.mean ?? Number.NaN];
  // Where there is no fit at all the value is absent, and that is judged.
  if (!(ours < leastR2 || theirs < leastR2)) return undefined;
  return `its fit describes noise: R² ${ours.toFixed(2)} measured, ${theirs.toFixed(2)} in the model (${leastR2} needed)`;
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
  const judged = comparisons.filter(({ verdict }) => verdict !== "not judged");
  return judged.every(({ verdict }) => verdict === "agrees") && judged.length > 0 ? "agrees" : "unclear";
}
