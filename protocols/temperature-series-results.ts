import {
  activationOf,
  type Figure,
  inverse_kK,
  lnGoverT2,
  metricOf,
  numbersOf,
  type Series,
  shareOf,
  spansOf,
} from "../src/analysis/index.js";
import type { Columns, Metrics } from "../src/store/shapes.js";
import { si } from "../src/units.js";
import type { TemperatureSeriesPlan } from "./temperature-series-plan.js";

interface Steps {
  readonly temperature_K: number[];
  readonly conductance_S: number[];
}

/** Settled readings with a current above nothing; in the fit those up to `fit_to`. */
function stepsOf(steps: Columns | undefined, plan: TemperatureSeriesPlan): { all: Steps; fitted: Steps } {
  const [T, G, settled] = ["temperature_K", "conductance_S", "settled"].map((name) => numbersOf(steps, name));
  const good = Array.from(T ?? []).flatMap((_, k) => (settled?.[k] === 1 && (G?.[k] ?? 0) > 0 ? [k] : []));
  const picked = (of: readonly number[]): Steps => ({
    temperature_K: of.map((k) => T?.[k] ?? NaN),
    conductance_S: of.map((k) => G?.[k] ?? NaN),
  });
  const below = good.filter((k) => plan.fit_to === 0 || (T?.[k] ?? NaN) <= plan.fit_to);
  return { all: picked(good), fitted: picked(below) };
}

/**
 * `activation_eV`: energy of ln(G/T²) against 1/T with its standard error as sd; `r2` of that line; `surge`: conductance at the hottest
 * reading over what the line says there; `settled`: share of set-points that were reached in time.
 */
export function temperatureMetrics(steps: Columns | undefined, plan: TemperatureSeriesPlan): Metrics {
  const { all, fitted } = stepsOf(steps, plan);
  const { energy_eV, error_eV, r2, n, at_S } = activationOf(fitted.temperature_K, fitted.conductance_S);
  const hottest = all.temperature_K.indexOf(Math.max(...all.temperature_K));
  const told = n >= 3;
  return {
    activation_eV: told
      ? { mean: energy_eV, sd: error_eV, cv: error_eV / Math.abs(energy_eV), n }
      : { mean: NaN, sd: NaN, cv: NaN, n: 0 },
    r2: metricOf(told ? [r2] : []),
    surge: metricOf(told ? [(all.conductance_S[hottest] ?? NaN) / at_S(all.temperature_K[hottest] ?? NaN)] : []),
    settled: shareOf(Array.from(numbersOf(steps, "settled"), (one) => one === 1)),
  };
}

/** The Arrhenius plot, conductance against temperature, and the sweeps where there are any. */
export function temperatureFigures(
  tables: Readonly<Record<string, Columns>>,
  plan: TemperatureSeriesPlan,
): readonly Figure[] {
  const { all, fitted } = stepsOf(tables["temperatures"], plan);
  const line = activationOf(fitted.temperature_K, fitted.conductance_S);
  const ends = [Math.min(...fitted.temperature_K), Math.max(...fitted.temperature_K)];
  const fit: Series[] =
    line.n < 3
      ? []
      : [
          {
            name: `fit, ${line.energy_eV.toFixed(3)} ± ${line.error_eV.toPrecision(1)} eV, R² ${line.r2.toFixed(4)}`,
            x: ends.map(inverse_kK),
            y: ends.map((T) => lnGoverT2(line.at_S(T), T)),
            style: "line",
          },
        ];
  const measured = (x: (T: number) => number, y: (G: number, T: number) => number): Series => ({
    name: "measured",
    x: all.temperature_K.map(x),
    y: all.conductance_S.map((G, k) => y(G, all.temperature_K[k] ?? NaN)),
    style: "points",
  });
  return [
    {
      name: "arrhenius",
      title: "Arrhenius plot of the conductance",
      x: { label: "1000/T (1/K)", unit: "", scale: "linear" },
      y: { label: "ln(G/T²), G in S, T in K", unit: "", scale: "linear" },
      series: [measured(inverse_kK, lnGoverT2), ...fit],
    },
    {
      name: "conductance",
      title: "Conductance against temperature",
      x: { label: "Temperature", unit: "K", scale: "linear" },
      y: { label: "Conductance", unit: "S", scale: "log" },
      series: [
        measured(
          (T) => T,
          (G) => G,
        ),
      ],
    },
    ...sweeps(tables["points"]),
  ];
}

function sweeps(points: Columns | undefined): Figure[] {
  const [volts, amperes] = [numbersOf(points, "voltage_V"), numbersOf(points, "current_A")];
  const asked_K = numbersOf(points, "asked_K");
  const series = spansOf(numbersOf(points, "step")).map(({ from, to }): Series => ({
    name: si(asked_K[from] ?? NaN, "K"),
    x: volts.subarray(from, to),
    y: amperes.subarray(from, to),
    style: "line",
  }));
  if (series.length === 0) return [];
  return [
    {
      name: "iv",
      title: "Current against voltage at each temperature",
      x: { label: "Measured voltage", unit: "V", scale: "linear" },
      y: { label: "Current", unit: "A", scale: "linear" },
      series,
    },
  ];
}
