import {
  driftOf,
  type Figure,
  metricOf,
  numbersOf,
  resistance_ohm,
  type Series,
  shareOf,
} from "../src/analysis/index.js";
import type { SourceMeasureUnit } from "../src/capabilities/index.js";
import type { Protocol, RunContext } from "../src/engine/protocol.js";
import type { Columns, Metrics, Row, RowBatch, TableSpec } from "../src/store/shapes.js";
import { RunClock } from "./run-clock.js";
import { readOnce, type Spot } from "./spot-reads.js";
import { roundTime_s, shelfLifeParameters, type ShelfLifePlan } from "./shelf-life-plan.js";

const rounds: TableSpec = {
  name: "rounds",
  columns: [
    { name: "round", type: "i32", unit: "", description: "number of the round, from 1" },
    { name: "time_s", type: "f64", unit: "s", description: "its beginning since the first" },
    {
      name: "rKept_ohm",
      type: "f64",
      unit: "ohm",
      description: "resistance found after the interval, before anything is done",
    },
    { name: "rErased_ohm", type: "f64", unit: "ohm", description: "resistance after the erase pulse" },
    { name: "rWritten_ohm", type: "f64", unit: "ohm", description: "resistance after the write pulse" },
    { name: "iKept_A", type: "f64", unit: "A", description: "current of the first read" },
    { name: "iErased_A", type: "f64", unit: "A", description: "current of the read after erasing" },
    { name: "iWritten_A", type: "f64", unit: "A", description: "current of the read after writing" },
  ],
};

/** Round after round: read what was kept, erase, read, write, read, and leave the device alone until the next. */
async function* keepAndRead(
  smu: SourceMeasureUnit,
  plan: ShelfLifePlan,
  context: RunContext,
): AsyncGenerator<RowBatch, void, undefined> {
  context.atEnd(() => smu.makeSafe());
  const clock = new RunClock(context);
  const first = context.completed;
  const read = () => readOnce(smu, readOf(plan), clock, context);
  for (let done = first; done < plan.rounds; done++) {
    await clock.until((done - first) * plan.interval);
    const time_s = first * plan.interval + clock.now_s;
    const kept = await read();
    await readOnce(smu, pulse(plan.erase_level, plan.erase_time, plan.erase_compliance), clock, context);
    const erased = await read();
    await readOnce(smu, pulse(plan.write_level, plan.write_time, plan.write_compliance), clock, context);
    const written = await read();
    const row: Row = {
      round: done + 1,
      time_s,
      rKept_ohm: resistance_ohm(kept.voltage_V, kept.current_A),
      rErased_ohm: resistance_ohm(erased.voltage_V, erased.current_A),
      rWritten_ohm: resistance_ohm(written.voltage_V, written.current_A),
      iKept_A: kept.current_A,
      iErased_A: erased.current_A,
      iWritten_A: written.current_A,
    };
    yield { table: rounds.name, rows: [row] };
    await context.between(done + 1);
  }
}

function readOf({ read_level, read_compliance, readings, dwell }: ShelfLifePlan): Spot {
  return { level_V: read_level, compliance_A: read_compliance, readings, dwell_s: dwell };
}

/** A pulse of an SMU: a level with one reading at its end, which is not kept. */
function pulse(level_V: number, dwell_s: number, compliance_A: number): Spot {
  return { level_V, compliance_A, readings: 1, dwell_s };
}

const states = ["rKept_ohm", "rErased_ohm", "rWritten_ohm"] as const;

function shelfMetrics(table: Columns | undefined, plan: ShelfLifePlan): Metrics {
  const [kept, erased, written] = states.map((name) => Array.from(numbersOf(table, name)));
  const time_s = numbersOf(table, "time_s");
  const ratios = (erased ?? []).map((off, k) => off / (written?.[k] ?? NaN));
  // The first round finds what was there before the test: nothing was kept yet.
  const held = (kept ?? []).slice(1).map((r, k) => r / (written?.[k] ?? NaN));
  const failed = ratios.findIndex((ratio) => !(ratio >= plan.fail_ratio));
  const drift = (name: (typeof states)[number]) => {
    const { exponent, error } = driftOf(time_s, numbersOf(table, name));
    return { ...metricOf([exponent]), sd: error };
  };
  return {
    rErased_ohm: metricOf(erased ?? []),
    rWritten_ohm: metricOf(written ?? []),
    ratio: metricOf(ratios),
    kept: metricOf(held),
    yield: shareOf(ratios.map((ratio) => ratio >= plan.fail_ratio)),
    driftErased: drift("rErased_ohm"),
    driftWritten: drift("rWritten_ohm"),
    failed_s: metricOf([failed < 0 ? NaN : (time_s[failed] ?? NaN)]),
  };
}

function shelfFigures(table: Columns | undefined): readonly Figure[] {
  const series = (name: string, column: (typeof states)[number]): Series => ({
    name,
    x: numbersOf(table, "time_s"),
    y: numbersOf(table, column),
    style: "points",
  });
  return [
    {
      name: "shelf-life",
      title: "Resistance of each state, round after round",
      x: { label: "Time", unit: "s", scale: "linear" },
      y: { label: "Resistance", unit: "ohm", scale: "log" },
      series: [series("kept", "rKept_ohm"), series("erased", "rErased_ohm"), series("written", "rWritten_ohm")],
    },
  ];
}

/** Whether a cell still works, and what it has kept, day after day. */
export const shelfLife: Protocol<ShelfLifePlan, "smu"> = {
  name: "shelf-life",
  title: "Erase and write at long intervals, unattended: whether the cell still works, and what it kept",
  description:
    "At each interval reads what the device has kept, erases it, reads, writes it, reads, and leaves it alone with the output off until the next. " +
    "Runs for days; a pause or a stop takes effect between rounds, and memrig resume goes on with the next.",
  source: "the shelf-life test of Knowm's Memristor Discovery, with a read of what was kept",
  parameters: shelfLifeParameters,
  needs: "smu",
  tables: [rounds],
  mainTable: rounds.name,
  cost: (plan) => ({ rows: plan.rounds, duration_s: (plan.rounds - 1) * plan.interval + roundTime_s(plan) }),
  extremes: (plan) => ({
    voltage_V: Math.max(...[plan.write_level, plan.erase_level, plan.read_level].map(Math.abs)),
    current_A: Math.max(plan.write_compliance, plan.erase_compliance, plan.read_compliance),
  }),
  run: keepAndRead,
  analyse: (tables, plan) => shelfMetrics(tables[rounds.name], plan),
  figures: (tables) => shelfFigures(tables[rounds.name]),
};
