import { type Figure, metricOf, numbersOf, type Series } from "../src/analysis/index.js";
import type { Columns, Metric, Metrics } from "../src/store/shapes.js";
import { si } from "../src/units.js";
import { type ComplianceSeriesPlan, sweepAt } from "./compliance-series-plan.js";
import { ivFigures, ivMetrics } from "./iv-sweep-results.js";

interface AtLimit {
  readonly compliance_A: number;
  readonly points: Columns;
}

/** Rows of each limit as a table of their own, in the order of the plan; limits that were not reached yet are left out. */
function byLimit(points: Columns | undefined, plan: ComplianceSeriesPlan): AtLimit[] {
  const limits = numbersOf(points, "asked_A");
  return plan.compliances.flatMap((compliance_A) => {
    const rows = Uint32Array.from(limits.keys()).filter((k) => limits[k] === compliance_A);
    return points === undefined || rows.length === 0 ? [] : [{ compliance_A, points: picked(points, rows) }];
  });
}

function picked({ columns }: Columns, rows: Uint32Array): Columns {
  const cells = (column: Columns["columns"][string]): Columns["columns"][string] => {
    if (column instanceof Float64Array) return Float64Array.from(rows, (k) => column[k] ?? Number.NaN);
    if (column instanceof Int32Array) return Int32Array.from(rows, (k) => column[k] ?? 0);
    if (column instanceof Uint8Array) return Uint8Array.from(rows, (k) => column[k] ?? 0);
    return Array.from(rows, (k) => column[k] ?? "");
  };
  return {
    length: rows.length,
    columns: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, cells(column)])),
  };
}

/** What is told of each limit; a metric's unit is what follows its last underscore, so the limit goes before it. */
const told = [
  ["vth", "_V"],
  ["vhold", "_V"],
  ["rOn", "_ohm"],
  ["rOff", "_ohm"],
  ["ratio", ""],
  ["pSet", "_W"],
  ["hysteresis", "_W"],
] as const;

/**
 * Of each limit what `iv-sweep` tells, named `vth_at_100nA_V`; over all limits V_th and V_hold of all sweeps, and `vthShift_V` and
 * `vholdShift_V`, the largest less the smallest mean of a limit: how much the limit matters. Its n is the number of limits.
 */
export function complianceMetrics(points: Columns | undefined, plan: ComplianceSeriesPlan): Metrics {
  const all = byLimit(points, plan).map(({ compliance_A, points: own }) => ({
    compliance_A,
    metrics: ivMetrics(own, sweepAt(plan, compliance_A)),
  }));
  const each = (name: string) => all.flatMap(({ metrics }) => metrics[name] ?? []);
  return {
    vthShift_V: shift(each("vth_V")),
    vholdShift_V: shift(each("vhold_V")),
    ...Object.fromEntries(
      all.flatMap(({ compliance_A, metrics }) =>
        told.flatMap(([name, unit]) => {
          const metric = metrics[`${name}${unit}`];
          return metric === undefined ? [] : [[`${name}_at_${limitName(compliance_A)}${unit}`, metric]];
        }),
      ),
    ),
  };
}

/** "100nA", "10uA": letters every database and file name takes. */
function limitName(compliance_A: number): string {
  return si(compliance_A, "A").replace(" ", "").replace("µ", "u");
}

function shift(metrics: readonly Metric[]): Metric {
  const means = metrics.map(({ mean }) => mean).filter(Number.isFinite);
  const span = means.length === 0 ? Number.NaN : Math.max(...means) - Math.min(...means);
  return { ...metricOf([span]), n: means.length };
}

/** The curves of all limits in one figure, logarithmic and linear, and V_th and V_hold against the limit. */
export function complianceFigures(points: Columns | undefined, plan: ComplianceSeriesPlan): readonly Figure[] {
  const limits = byLimit(points, plan);
  const together = (name: string, title: string): Figure[] => {
    const figures = limits.flatMap(({ compliance_A, points: own }) => {
      const figure = ivFigures(own, sweepAt(plan, compliance_A)).find((one) => one.name === name);
      const [curve] = figure?.series ?? [];
      return figure && curve ? [{ figure, series: { ...curve, name: si(compliance_A, "A") } }] : [];
    });
    const [first] = figures;
    return first ? [{ ...first.figure, title, series: figures.map(({ series }) => series) }] : [];
  };
  return [
    ...together("iv-log", "Current against voltage at each limit"),
    ...together("iv", "Current against voltage at each limit, linear"),
    ...thresholds(limits, plan),
  ];
}

function thresholds(limits: readonly AtLimit[], plan: ComplianceSeriesPlan): Figure[] {
  const all = limits.map(({ compliance_A, points }) => ivMetrics(points, sweepAt(plan, compliance_A)));
  const x = limits.map(({ compliance_A }) => compliance_A);
  const series = (name: string, metric: string): Series => ({
    name,
    x,
    y: all.map((metrics) => metrics[metric]?.mean ?? Number.NaN),
    style: "points",
  });
  if (limits.length < 2) return [];
  return [
    {
      name: "thresholds",
      title: "Threshold and hold voltage against the current limit",
      x: { label: "Compliance", unit: "A", scale: "log" },
      y: { label: "Voltage", unit: "V", scale: "linear" },
      series: [series("V_th", "vth_V"), series("V_hold", "vhold_V")],
    },
  ];
}
