import { type Figure, metricOf, numbersOf, shareOf, spansOf } from "../src/analysis/index.js";
import type { Columns, Metrics } from "../src/store/shapes.js";

/** Share of the targets reached, and over those: error, pulses, turns and energy. `peak_A` and `charge_C` over all pulses, magnitudes. */
export function writeMetrics(steps: Columns | undefined, targets: Columns | undefined): Metrics {
  const reached = Array.from(numbersOf(targets, "reached"), (yes) => yes === 1);
  const where = (name: string) => metricOf(Array.from<number>(numbersOf(targets, name)).filter((_, k) => reached[k]));
  const pulsed = Array.from(numbersOf(steps, "pulse"), (pulse) => pulse > 0);
  const sizes = (name: string) =>
    metricOf(
      Array.from<number>(numbersOf(steps, name))
        .map(Math.abs)
        .filter((_, k) => pulsed[k]),
    );
  return {
    reached: shareOf(reached),
    error: where("error"),
    pulses: where("pulses"),
    turns: where("turns"),
    energy_J: where("energy_J"),
    peak_A: sizes("peak_A"),
    charge_C: sizes("charge_C"),
  };
}

/** The resistance on its way to every target, the targets as lines, and the pulses that did it. */
export function writeFigures(steps: Columns | undefined, targets: Columns | undefined): readonly Figure[] {
  const number = Float64Array.from(numbersOf(steps, "pulse"), (_, k) => k);
  const spans = spansOf(numbersOf(steps, "target"));
  const goal = numbersOf(targets, "target_ohm");
  const x = { label: "Pulse", unit: "", scale: "linear" } as const;
  return [
    {
      name: "write-verify",
      title: "Resistance on the way to each target",
      x,
      y: { label: "Resistance", unit: "ohm", scale: "log" },
      series: [
        { name: "read", x: number, y: numbersOf(steps, "rRead_ohm"), style: "points" },
        {
          name: "target",
          x: spans.flatMap(({ from, to }) => [from, to - 1, Number.NaN]),
          y: spans.flatMap((_, k) => [goal[k] ?? Number.NaN, goal[k] ?? Number.NaN, Number.NaN]),
          style: "line",
        },
      ],
    },
    {
      name: "pulses",
      title: "Level of every pulse",
      x,
      y: { label: "Level", unit: "V", scale: "linear" },
      series: [{ name: "level", x: number, y: numbersOf(steps, "amplitude_V"), style: "points" }],
    },
  ];
}
