import {
  type Figure,
  fitDistributions,
  Gathered,
  histogramOf,
  normalQuantile,
  numbersOf,
  Running,
  type Sample,
  sharesOf,
  weibullQuantile,
} from "../src/analysis/index.js";
import type { FitMetrics } from "../src/analysis/compare.js";
import type { Folding } from "../src/engine/protocol.js";
import type { Columns, Metric, Metrics } from "../src/store/shapes.js";
import { type RuleMet, type StopPlan, StopRules } from "./endurance-rules.js";
import { DegradationView, ThinnedCycles } from "./endurance-view.js";

/**
 * Metrics and figures over all cycles, however many, in some megabytes. `rOff_ohm` and `ratio` hold bounds where the off current was at
 * the floor (`offAtFloor` says how often: with any, the true means are larger); `yield` is the share of cycles that switched.
 *
 * Means and spreads are those of all rows. Distributions (fits, histogram, probability plots) are of all rows too: up to 20 000 value by
 * value, beyond in bins of a thousandth of a decade, which leaves a fit's R² and parameters where they are to three digits.
 */
export class EnduranceFolding implements Folding {
  private readonly on = new Running();
  private readonly off = new Running();
  private readonly ratio = new Running();
  private readonly switched = new Running();
  private readonly atFloor = new Running();
  private readonly gathered = { rOn: new Gathered(), rOff: new Gathered(), ratio: new Gathered() };
  private readonly thinned = new ThinnedCycles();
  private readonly view = new DegradationView();

  private readonly rules: StopRules;

  /**
   * @param table rows of another one change nothing
   * @param plan of a run from before there were stop rules, and of an import, it has none
   */
  constructor(
    private readonly table: string,
    { stop_failed = 0, stop_ratio = 0, stop_drift = 0 }: Partial<StopPlan> = {},
  ) {
    this.rules = new StopRules({ stop_failed, stop_ratio, stop_drift });
  }

  take(table: string, rows: Columns): void {
    if (table !== this.table) return;
    const [on_ohm, off_ohm] = [numbersOf(rows, "rOn_ohm"), numbersOf(rows, "rOff_ohm")];
    const [switched, atFloor] = [numbersOf(rows, "switched"), numbersOf(rows, "off_at_floor")];
    const cycle = numbersOf(rows, "cycle");
    for (let k = 0; k < rows.length; k++) {
      const [on, off] = [on_ohm[k] ?? Number.NaN, off_ohm[k] ?? Number.NaN];
      this.on.add(on);
      this.off.add(off);
      this.ratio.add(off / on);
      this.switched.add(switched[k] === 1 ? 1 : 0);
      this.atFloor.add(atFloor[k] === 1 ? 1 : 0);
      this.gathered.rOn.add(on);
      this.gathered.rOff.add(off);
      this.gathered.ratio.add(off / on);
      this.thinned.add(cycle[k] ?? Number.NaN, on, off);
      this.view.add(cycle[k] ?? Number.NaN, on, off);
      this.rules.see(cycle[k] ?? Number.NaN, on, off, switched[k] === 1);
    }
  }

  metrics(): Metrics {
    return {
      rOn_ohm: this.on.metric,
      rOff_ohm: this.off.metric,
      ratio: this.ratio.metric,
      yield: this.switched.metric,
      offAtFloor: this.atFloor.metric,
      ...stoppedBy(this.rules.met, this.on.metric.n),
      ...this.fitted("rOn", this.gathered.rOn),
      ...this.fitted("rOff", this.gathered.rOff),
      ...this.fitted("ratio", this.gathered.ratio),
    };
  }

  figures(): readonly Figure[] {
    const { rOn, rOff, ratio } = this.gathered;
    return [
      this.thinned.figure(),
      ratioFigure(ratio.sample),
      this.view.figure(),
      probabilityFigure("weibull", "Weibull plot of both resistances", "ln(−ln(1 − F))", weibullQuantile, rOn, rOff),
      probabilityFigure(
        "probability",
        "Cumulative probability of both resistances",
        "normal quantile",
        normalQuantile,
        rOn,
        rOff,
      ),
    ];
  }

  private fitted(name: string, gathered: Gathered): Metrics {
    const metrics: Record<string, Metric> = {};
    for (const fit of fitDistributions(gathered.sample)) {
      const say = (what: string, value: number) => (metrics[`${name}_${fit.name}_${what}`] = single(value, gathered.n));
      say("r2", fit.r2);
      say("ks", fit.ks);
      if (fit.name !== "gaussian") say("shape", fit.shape); // the Gaussian's are the mean and the spread above
    }
    return metrics;
  }
}

/** The distributions of the three metrics; the Gaussian's numbers are the mean and the spread. */
export const enduranceFits: readonly FitMetrics[] = ["rOn", "rOff", "ratio"].flatMap((name) =>
  ["gaussian", "lognormal", "weibull"].map((law) => ({
    r2: `${name}_${law}_r2`,
    quality: [`${name}_${law}_ks`],
    of: [`${name}_${law}_shape`],
  })),
);

/** `stopFailed_cycle`, `stopRatio_cycle`, `stopDrift_cycle`: the cycle that met the rule; `beyondStop`: how many came behind it. Of none: nothing. */
function stoppedBy(met: RuleMet | undefined, n: number): Metrics {
  if (!met) return {};
  const names = { failed: "stopFailed_cycle", ratio: "stopRatio_cycle", drift: "stopDrift_cycle" } as const;
  return { [names[met.rule]]: single(met.cycle, n), beyondStop: single(met.beyond, n) };
}

/** A number that n cycles gave together. */
function single(value: number, n: number): Metric {
  return { mean: value, sd: 0, cv: 0, n };
}

/** The analysis of rows that are all in memory. */
export function foldedAtOnce(table: string, cycles: Columns | undefined, plan: Partial<StopPlan>): EnduranceFolding {
  const folding = new EnduranceFolding(table, plan);
  if (cycles) folding.take(table, cycles);
  return folding;
}

const mostBars = 200;

/** How often which ratio came; bins merged so that they can be seen. */
function ratioFigure({ values, counts, n }: Sample): Figure {
  const single = values.length === n;
  const { centres, counts: bars } = single ? histogramOf(values) : merged(values, counts);
  return {
    name: "ratio",
    title: "R_off/R_on over all cycles",
    x: { label: "R_off/R_on", unit: "", scale: "linear" },
    y: { label: "Cycles", unit: "", scale: "linear" },
    series: [{ name: "R_off/R_on", x: centres, y: bars, style: "bars" }],
  };
}

function merged(values: Float64Array, counts: Float64Array): { centres: Float64Array; counts: Float64Array } {
  const [low, high] = [values[0] ?? 0, values.at(-1) ?? 0];
  const bars = Math.max(1, Math.min(mostBars, Math.floor(values.length / 4)));
  const width = (high - low) / bars || 1;
  const sums = new Float64Array(bars);
  values.forEach((value, k) => {
    const bar = Math.min(bars - 1, Math.floor((value - low) / width));
    sums[bar] = (sums[bar] ?? 0) + (counts[k] ?? 0);
  });
  return { centres: sums.map((_, bar) => low + (bar + 0.5) * width), counts: sums };
}

/** Points of a curve in a probability plot, at most. */
const mostPoints = 500;

/** The cumulative probability on an axis where the distribution would be a straight line; the fit's R² is of this line. */
function probabilityFigure(
  name: string,
  title: string,
  label: string,
  quantile: (share: number) => number,
  on: Gathered,
  off: Gathered,
): Figure {
  const curve = (series: string, { sample }: Gathered) => {
    const shares = sharesOf(sample);
    const step = Math.max(1, Math.ceil(shares.length / mostPoints));
    const chosen = (_: number, k: number) => k % step === 0 || k === shares.length - 1;
    return {
      name: series,
      x: sample.values.filter(chosen),
      y: shares.filter(chosen).map(quantile),
      style: "points" as const,
    };
  };
  return {
    name,
    title,
    x: { label: "Resistance", unit: "ohm", scale: "log" },
    y: { label, unit: "", scale: "linear" },
    series: [curve("R_on", on), curve("R_off", off)],
  };
}
