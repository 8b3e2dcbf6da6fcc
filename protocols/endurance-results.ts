import { type Figure, histogramOf, metricOf, numbersOf, shareOf } from "../src/analysis/index.js";
import type { Columns, Metrics } from "../src/store/shapes.js";

/**
 * Metrics over all cycles. `rOff_ohm` and `ratio` hold bounds where the off current was at the floor (`offAtFloor` says how often: with any,
 * the true means are larger); `yield` is the share of cycles that switched.
 */
export function enduranceMetrics(cycles: Columns | undefined): Metrics {
  const [on_ohm, off_ohm] = [numbersOf(cycles, "rOn_ohm"), numbersOf(cycles, "rOff_ohm")];
  const ratio = Float64Array.from(off_ohm, (ohm, k) => ohm / (on_ohm[k] ?? Number.NaN));
  return {
    rOn_ohm: metricOf(on_ohm),
    rOff_ohm: metricOf(off_ohm),
    ratio: metricOf(ratio),
    yield: shareOf(Array.from(numbersOf(cycles, "switched"), (yes) => yes === 1)),
    offAtFloor: shareOf(Array.from(numbersOf(cycles, "off_at_floor"), (yes) => yes === 1)),
  };
}

/** Both resistances against the cycle, and how often which ratio came. */
export function enduranceFigures(cycles: Columns | undefined): readonly Figure[] {
  const [cycle, on_ohm, off_ohm] = [
    numbersOf(cycles, "cycle"),
    numbersOf(cycles, "rOn_ohm"),
    numbersOf(cycles, "rOff_ohm"),
  ];
  const { centres, counts } = histogramOf(Float64Array.from(off_ohm, (ohm, k) => ohm / (on_ohm[k] ?? Number.NaN)));
  return [
    {
      name: "endurance",
      title: "Resistance of both states, cycle by cycle",
      x: { label: "Cycle", unit: "", scale: "linear" },
      y: { label: "Resistance", unit: "ohm", scale: "log" },
      series: [
        { name: "R_off", x: cycle, y: off_ohm, style: "points" },
        { name: "R_on", x: cycle, y: on_ohm, style: "points" },
      ],
    },
    {
      name: "ratio",
      title: "R_off/R_on over all cycles",
      x: { label: "R_off/R_on", unit: "", scale: "linear" },
      y: { label: "Cycles", unit: "", scale: "linear" },
      series: [{ name: "R_off/R_on", x: centres, y: counts, style: "bars" }],
    },
  ];
}
