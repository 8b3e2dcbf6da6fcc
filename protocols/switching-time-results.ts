import { type Figure, fitLine, median, metricOf, numbersOf, shareOf } from "../src/analysis/index.js";
import type { Columns, Metrics } from "../src/store/shapes.js";

interface AtLevel {
  readonly amplitude_V: number;
  readonly rows: readonly number[];
}

function byLevel(pulses: Columns | undefined): AtLevel[] {
  const level = Array.from<number>(numbersOf(pulses, "amplitude_V"));
  return [...new Set(level)]
    .sort((a, b) => Math.abs(a) - Math.abs(b))
    .map((amplitude_V) => ({ amplitude_V, rows: level.flatMap((one, k) => (one === amplitude_V ? [k] : [])) }));
}

/**
 * `delay_s`, `rise_s`, `turnOn_s`, `relaxation_s`, `energy_J`, `charge_C`, `peak_A`, `overshoot`: of the pulses of the highest level (in magnitude) that
 * switched, which is `amplitude_V`. `switched`: share of all pulses. `always_V`: lowest level of which every pulse switched.
 * `slope_V_per_decade`: how much more voltage makes the delay ten times shorter, from the medians of all levels.
 */
export function switchingMetrics(pulses: Columns | undefined): Metrics {
  const levels = byLevel(pulses);
  const column = (name: string) => Array.from<number>(numbersOf(pulses, name));
  const [switched, delay] = [column("switched").map((yes) => yes === 1), column("delay_s")];
  const highest = levels.at(-1);
  const there = (name: string) =>
    metricOf((highest?.rows ?? []).filter((k) => switched[k]).map((k) => column(name)[k] as number));
  const { slope } = fitLine(
    levels.map(({ amplitude_V }) => Math.abs(amplitude_V)),
    levels.map(({ rows }) => Math.log10(median(rows.map((k) => delay[k] as number)))),
  );
  const always = levels.find(({ rows }) => rows.every((k) => switched[k]));
  return {
    amplitude_V: metricOf([highest?.amplitude_V ?? Number.NaN]),
    delay_s: there("delay_s"),
    rise_s: there("rise_s"),
    turnOn_s: there("turnOn_s"),
    relaxation_s: there("relaxation_s"),
    energy_J: there("energy_J"),
    charge_C: there("charge_C"),
    peak_A: there("peak_A"),
    overshoot: there("overshoot"),
    switched: shareOf(switched),
    always_V: metricOf([always?.amplitude_V ?? Number.NaN]),
    slope_V_per_decade: metricOf([-1 / slope]),
  };
}

/** Delay and relaxation against the level, the energy of each pulse. */
export function switchingFigures(pulses: Columns | undefined): readonly Figure[] {
  const level = numbersOf(pulses, "amplitude_V");
  const delay = numbersOf(pulses, "delay_s");
  const x = { label: "Level", unit: "V", scale: "linear" } as const;
  const levels = byLevel(pulses);
  return [
    {
      name: "delay",
      title: "Turn-on delay against the level of the pulse",
      x,
      y: { label: "Delay", unit: "s", scale: "log" },
      series: [
        { name: "pulse", x: level, y: delay, style: "points" },
        {
          name: "median",
          x: levels.map(({ amplitude_V }) => amplitude_V),
          y: levels.map(({ rows }) => median(rows.map((k) => delay[k] as number))),
          style: "line",
        },
      ],
    },
    {
      name: "relaxation",
      title: "Relaxation after the pulse",
      x,
      y: { label: "Time", unit: "s", scale: "log" },
      series: [
        { name: "relaxation", x: level, y: numbersOf(pulses, "relaxation_s"), style: "points" },
        { name: "rise", x: level, y: numbersOf(pulses, "rise_s"), style: "points" },
      ],
    },
    {
      name: "switching-energy",
      title: "Energy of each pulse",
      x,
      y: { label: "Energy", unit: "J", scale: "log" },
      series: [{ name: "energy", x: level, y: numbersOf(pulses, "energy_J"), style: "points" }],
    },
  ];
}
