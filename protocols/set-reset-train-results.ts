import {
  asymmetryOf,
  type Figure,
  metricOf,
  nonlinearityOf,
  numbersOf,
  shareOf,
  spansOf,
} from "../src/analysis/index.js";
import type { Columns, Metrics } from "../src/store/shapes.js";

interface Curve {
  readonly train: number;
  /** Before the first set pulse and after each, S. */
  readonly up: readonly number[];
  /** Before the first reset pulse and after each, S. */
  readonly down: readonly number[];
}

function curvesOf(pulses: Columns | undefined): Curve[] {
  const [g, phase] = [Array.from<number>(numbersOf(pulses, "g_S")), numbersOf(pulses, "phase")];
  return spansOf(numbersOf(pulses, "train")).map(({ key, from, to }) => {
    const rows = Array.from({ length: to - from }, (_, k) => from + k);
    const up = rows.filter((k) => (phase[k] as number) >= 0).map((k) => g[k] as number);
    const down = rows.filter((k) => phase[k] === -1).map((k) => g[k] as number);
    return { train: key, up, down: down.length > 0 ? [up.at(-1) as number, ...down] : [] };
  });
}

/**
 * Over the trains: lowest and highest conductance and their ratio, nonlinearity of both ways, asymmetry; `monotone` is the share of pulses that
 * moved the conductance the way they should. Over the pulses: energy, charge and peak current of set and of reset.
 */
export function trainCurveMetrics(pulses: Columns | undefined): Metrics {
  const curves = curvesOf(pulses);
  const all = curves.map(({ up, down }) => [...up, ...down]);
  const steps = (curve: readonly number[], way: 1 | -1) =>
    curve.slice(1).map((g, k) => way * (g - (curve[k] as number)) > 0);
  const phase = numbersOf(pulses, "phase");
  const during = (name: string, way: 1 | -1) =>
    metricOf(Array.from<number>(numbersOf(pulses, name)).filter((_, k) => phase[k] === way));
  return {
    gMin_S: metricOf(all.map((curve) => Math.min(...curve))),
    gMax_S: metricOf(all.map((curve) => Math.max(...curve))),
    ratio: metricOf(all.map((curve) => Math.max(...curve) / Math.min(...curve))),
    nonlinearitySet: metricOf(curves.map(({ up }) => nonlinearityOf(up))),
    nonlinearityReset: metricOf(curves.map(({ down }) => nonlinearityOf(down))),
    asymmetry: metricOf(curves.map(({ up, down }) => asymmetryOf(up, down))),
    monotone: shareOf(curves.flatMap(({ up, down }) => [...steps(up, 1), ...steps(down, -1)])),
    energySet_J: during("energy_J", 1),
    energyReset_J: during("energy_J", -1),
    chargeSet_C: during("charge_C", 1),
    chargeReset_C: during("charge_C", -1),
    peakSet_A: during("peak_A", 1),
    peakReset_A: during("peak_A", -1),
  };
}

/** Conductance over the pulses of all trains, the trains over each other, and the energy of every pulse. */
export function trainCurveFigures(pulses: Columns | undefined): readonly Figure[] {
  const g_S = numbersOf(pulses, "g_S");
  const phase = numbersOf(pulses, "phase");
  const number = Float64Array.from(g_S, (_, k) => k);
  const conductance = { label: "Conductance", unit: "S", scale: "linear" } as const;
  const shown = spansOf(numbersOf(pulses, "train")).slice(0, 7); // as many as there are colours
  const during = (way: 1 | -1) => {
    const rows = Array.from(number).filter((k) => phase[k] === way);
    return {
      x: rows,
      y: rows.map((k) => Math.abs(numbersOf(pulses, "energy_J")[k] as number)),
      style: "points" as const,
    };
  };
  return [
    {
      name: "potentiation-depression",
      title: "Conductance after every set and reset pulse",
      x: { label: "Pulse of the train", unit: "", scale: "linear" },
      y: conductance,
      series: shown.map(({ key, from, to }) => ({
        name: `train ${key}`,
        x: numbersOf(pulses, "pulse").subarray(from, to),
        y: g_S.subarray(from, to),
        style: "line" as const,
      })),
    },
    {
      name: "conductance",
      title: "Conductance through all trains",
      x: { label: "Pulse", unit: "", scale: "linear" },
      y: conductance,
      series: [{ name: "G", x: number, y: g_S, style: "points" }],
    },
    {
      name: "pulse-energy",
      title: "Energy of every pulse",
      x: { label: "Pulse", unit: "", scale: "linear" },
      y: { label: "Energy", unit: "J", scale: "log" },
      series: [
        { name: "set", ...during(1) },
        { name: "reset", ...during(-1) },
      ],
    },
  ];
}
