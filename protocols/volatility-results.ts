import {
  decayAt,
  type DecayFit,
  type Figure,
  fitDecay,
  metricOf,
  numbersOf,
  shareOf,
  spansOf,
} from "../src/analysis/index.js";
import type { Columns, Metrics } from "../src/store/shapes.js";

interface Watched {
  readonly repeat: number;
  readonly since_s: Float64Array;
  readonly g_S: Float64Array;
  readonly exponential: DecayFit;
  readonly stretched: DecayFit;
}

/** The last pulse of every repeat, with its fits. */
function watchedOf(reads: Columns | undefined): Watched[] {
  const [since, g, pulse] = [numbersOf(reads, "since_s"), numbersOf(reads, "g_S"), numbersOf(reads, "pulse")];
  return spansOf(numbersOf(reads, "repeat")).map(({ key, from, to }) => {
    const last = pulse[to - 1] as number;
    const rows = Array.from({ length: to - from }, (_, k) => from + k).filter((k) => pulse[k] === last);
    const [since_s, g_S] = [
      Float64Array.from(rows, (k) => since[k] as number),
      Float64Array.from(rows, (k) => g[k] as number),
    ];
    const fit = (shape: "exponential" | "stretched") => fitDecay(since_s, g_S, { shape });
    return { repeat: key, since_s, g_S, exponential: fit("exponential"), stretched: fit("stretched") };
  });
}

/**
 * Over the repeats, each by its last pulse: relaxation time and R² of the exponential fit; time, exponent and R² of the stretched one; conductance
 * in the first read and the share of it left in the last. `settled`: share of the repeats that ended settled.
 */
export function volatilityMetrics(reads: Columns | undefined, pulses: Columns | undefined): Metrics {
  const watched = watchedOf(reads);
  const over = (of: (one: Watched) => number) => metricOf(watched.map(of));
  const last = spansOf(numbersOf(pulses, "repeat")).map(({ to }) => numbersOf(pulses, "settled")[to - 1] === 1);
  return {
    tau_s: over(({ exponential }) => exponential.tau_s),
    r2: over(({ exponential }) => exponential.r2),
    tauStretched_s: over(({ stretched }) => stretched.tau_s),
    beta: over(({ stretched }) => stretched.beta),
    r2Stretched: over(({ stretched }) => stretched.r2),
    gFirst_S: over(({ g_S }) => g_S[0] ?? Number.NaN),
    left: over(({ g_S }) => (g_S.at(-1) ?? Number.NaN) / (g_S[0] ?? Number.NaN)),
    settled: shareOf(last),
    energy_J: metricOf(numbersOf(pulses, "energy_J")),
    charge_C: metricOf(numbersOf(pulses, "charge_C")),
    peak_A: metricOf(numbersOf(pulses, "peak_A")),
  };
}

/** Conductance after the pulse, with both fits of the last repeat. */
export function volatilityFigures(reads: Columns | undefined): readonly Figure[] {
  const watched = watchedOf(reads);
  const last = watched.at(-1);
  const curve = (name: string, fit: DecayFit | undefined) => {
    const x = last?.since_s ?? [];
    return {
      name,
      x,
      y: Float64Array.from(x, (time) => (fit ? decayAt(fit, time) : Number.NaN)),
      style: "line" as const,
    };
  };
  return [
    {
      name: "relaxation",
      title: "Conductance after the pulse",
      x: { label: "Time since the end of the pulse", unit: "s", scale: "log" },
      y: { label: "Conductance", unit: "S", scale: "linear" },
      series: [
        ...watched.slice(-4).map(({ repeat, since_s, g_S }) => ({
          name: `repeat ${repeat}`,
          x: since_s,
          y: g_S,
          style: "points" as const,
        })),
        curve("exponential", last?.exponential),
        curve("stretched", last?.stretched),
      ],
    },
  ];
}
