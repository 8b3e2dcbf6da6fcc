import { type Figure, histogramOnGrid, metricOf, numbersOf, shareOf } from "../src/analysis/index.js";
import type { Columns, Metrics } from "../src/store/shapes.js";

/** Thresholds of both signs, how often one was found, and peak current, charge (magnitudes) and energy of the pulses that moved the state. */
export function thresholdMetrics(thresholds: Columns | undefined): Metrics {
  const column = (name: string) => Array.from<number>(numbersOf(thresholds, name));
  const [sign, found] = [column("sign"), column("found").map((yes) => yes === 1)];
  const of = (name: string, way: number) => metricOf(column(name).filter((_, k) => found[k] && sign[k] === way));
  const all = (name: string) =>
    metricOf(
      column(name)
        .filter((_, k) => found[k])
        .map(Math.abs),
    );
  const share = (way: number) => shareOf(found.filter((_, k) => sign[k] === way));
  return {
    vPositive_V: of("threshold_V", 1),
    vNegative_V: of("threshold_V", -1),
    foundPositive: share(1),
    foundNegative: share(-1),
    peak_A: all("peak_A"),
    charge_C: all("charge_C"),
    energy_J: all("energy_J"),
  };
}

/** How often which threshold came, and the resistance along all climbs. */
export function thresholdFigures(
  thresholds: Columns | undefined,
  steps: Columns | undefined,
  step_V: number,
): readonly Figure[] {
  const sign = numbersOf(thresholds, "sign");
  const threshold = Array.from<number>(numbersOf(thresholds, "threshold_V"));
  const bars = (name: string, way: number) => {
    const { centres, counts } = histogramOnGrid(
      threshold.filter((_, k) => sign[k] === way),
      step_V,
    );
    return { name, x: centres, y: counts, style: "bars" as const };
  };
  return [
    {
      name: "thresholds",
      title: "Switching thresholds",
      x: { label: "Threshold", unit: "V", scale: "linear" },
      y: { label: "Climbs", unit: "", scale: "linear" },
      series: [bars("positive", 1), bars("negative", -1)],
    },
    {
      name: "climbs",
      title: "Resistance after every pulse",
      x: { label: "Level", unit: "V", scale: "linear" },
      y: { label: "Resistance", unit: "ohm", scale: "log" },
      series: [{ name: "read", x: numbersOf(steps, "amplitude_V"), y: numbersOf(steps, "rRead_ohm"), style: "points" }],
    },
  ];
}
