import { type Figure, levelsApart, metricOf, numbersOf, shareOf } from "../src/analysis/index.js";
import type { Columns, Metric, Metrics } from "../src/store/shapes.js";

interface LevelReads {
  readonly level: number;
  readonly target_ohm: number;
  /** Of the conductances read, S: there spreads are nearer to equal than in resistance. */
  readonly g_S: Metric;
}

function levelsOf(reads: Columns | undefined): LevelReads[] {
  const [level, target, ohm] = [
    numbersOf(reads, "level"),
    numbersOf(reads, "target_ohm"),
    numbersOf(reads, "rRead_ohm"),
  ];
  const numbers = [...new Set(Array.from<number>(level))].sort((a, b) => a - b);
  return numbers.map((one) => {
    const rows = Array.from<number>(level).flatMap((value, k) => (value === one ? [k] : []));
    return {
      level: one,
      target_ohm: target[rows[0] ?? 0] ?? Number.NaN,
      g_S: metricOf(rows.map((k) => 1 / (ohm[k] ?? Number.NaN))),
    };
  });
}

/** Number of levels told apart by conductance, share of the writings that ended at their target, relative spread and drift since writing. */
export function levelMetrics(reads: Columns | undefined, sigma: number): Metrics {
  const levels = levelsOf(reads);
  const held = levelsApart(
    levels.map(({ g_S }) => g_S),
    sigma,
  );
  const [ohm, written] = [numbersOf(reads, "rRead_ohm"), numbersOf(reads, "written_ohm")];
  return {
    levelsHeld: metricOf([held.length]),
    levelsAsked: metricOf([levels.length]),
    reached: shareOf(Array.from(numbersOf(reads, "reached"), (yes) => yes === 1)),
    spread: metricOf(levels.map(({ g_S }) => g_S.cv)),
    drift: metricOf(Array.from<number>(ohm).map((value, k) => value / (written[k] ?? Number.NaN) - 1)),
  };
}

/** Every read of every level, and the mean of each against its target. */
export function levelFigures(reads: Columns | undefined): readonly Figure[] {
  const levels = levelsOf(reads);
  const [level, target, ohm] = [
    numbersOf(reads, "level"),
    numbersOf(reads, "target_ohm"),
    numbersOf(reads, "rRead_ohm"),
  ];
  const resistance = { label: "Resistance", unit: "ohm", scale: "log" } as const;
  return [
    {
      name: "levels",
      title: "Reads of each level, all rounds",
      x: { label: "Read", unit: "", scale: "linear" },
      y: resistance,
      series: levels.slice(0, 7).map((one) => {
        const rows = Array.from<number>(level).flatMap((value, k) => (value === one.level ? [k] : []));
        return { name: `level ${one.level}`, x: rows, y: rows.map((k) => ohm[k] as number), style: "points" as const };
      }),
    },
    {
      name: "levels-target",
      title: "Read against asked",
      x: { label: "Asked", unit: "ohm", scale: "log" },
      y: resistance,
      series: [
        { name: "read", x: target, y: ohm, style: "points" },
        {
          name: "as asked",
          x: levels.map((one) => one.target_ohm),
          y: levels.map((one) => one.target_ohm),
          style: "line",
        },
      ],
    },
  ];
}
