import { type Figure, metricOf, numbersOf, shareOf } from "../src/analysis/index.js";
import type { Columns, Metrics } from "../src/store/shapes.js";

/**
 * The forming pulse: its level and width, peak current, charge and energy, and the resistances before and after. `total_J` is what all
 * pulses put in. A device that is not formed has no forming pulse: NaN, n 0.
 */
export function formingMetrics(steps: Columns | undefined): Metrics {
  const column = (name: string) => Array.from<number>(numbersOf(steps, name));
  const step = column("step");
  const formed = column("formed").findIndex((yes) => yes === 1);
  const at = (name: string, row: number) => metricOf([column(name)[row] ?? Number.NaN]);
  const pulse = column("amplitude_V")[formed] === 0 ? -1 : formed;
  return {
    formed: shareOf(step.length > 0 ? [formed >= 0] : []),
    vForm_V: at("amplitude_V", pulse),
    width_s: at("width_s", pulse),
    peak_A: at("peak_A", pulse),
    charge_C: at("charge_C", pulse),
    energy_J: at("energy_J", pulse),
    rBefore_ohm: at("rRead_ohm", 0),
    rAfter_ohm: at("rRead_ohm", formed),
    total_J: at("total_J", step.length - 1),
    pulses: metricOf([step.at(-1) ?? Number.NaN]),
  };
}

/** Resistance after every pulse against its level, and peak current and energy of every pulse. */
export function formingFigures(steps: Columns | undefined): readonly Figure[] {
  const [step, level] = [numbersOf(steps, "step"), numbersOf(steps, "amplitude_V")];
  const against = (name: string) => ({
    x: step,
    y: Float64Array.from(numbersOf(steps, name), Math.abs),
    style: "points" as const,
  });
  const x = { label: "Step", unit: "", scale: "linear" } as const;
  return [
    {
      name: "forming",
      title: "Resistance after every forming pulse",
      x: { label: "Level", unit: "V", scale: "linear" },
      y: { label: "Resistance", unit: "ohm", scale: "log" },
      series: [{ name: "read", x: level, y: numbersOf(steps, "rRead_ohm"), style: "points" }],
    },
    {
      name: "forming-current",
      title: "Peak current of every pulse",
      x,
      y: { label: "Current", unit: "A", scale: "log" },
      series: [{ name: "peak", ...against("peak_A") }],
    },
    {
      name: "forming-energy",
      title: "Energy of every pulse",
      x,
      y: { label: "Energy", unit: "J", scale: "log" },
      series: [{ name: "energy", ...against("energy_J") }],
    },
  ];
}
