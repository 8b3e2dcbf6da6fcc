import { driftOf, type Figure, metricOf, numbersOf, resistance_ohm, timeToFail } from "../src/analysis/index.js";
import type { SourceMeasureUnit } from "../src/capabilities/index.js";
import type { Protocol, RunContext } from "../src/engine/protocol.js";
import type { Columns, Metrics, RowBatch, TableSpec } from "../src/store/shapes.js";
import { readTimes, retentionParameters, type RetentionPlan } from "./retention-plan.js";
import { RunClock } from "./run-clock.js";
import { readOnce, type SpotResult } from "./spot-reads.js";

const reads: TableSpec = {
  name: "reads",
  columns: [
    { name: "read", type: "i32", unit: "", description: "number of the read, from 1" },
    { name: "time_s", type: "f64", unit: "s", description: "since the first read" },
    { name: "voltage_V", type: "f64", unit: "V", description: "mean voltage read" },
    { name: "current_A", type: "f64", unit: "A", description: "mean current read" },
    { name: "r_ohm", type: "f64", unit: "ohm", description: "their ratio; none where the current has the wrong sign" },
    { name: "in_compliance", type: "bool", unit: "", description: "the limit was active: the resistance is a bound" },
  ],
};

/** Reads the device again and again, with nothing on it between. */
async function* readAgain(
  smu: SourceMeasureUnit,
  plan: RetentionPlan,
  context: RunContext,
): AsyncGenerator<RowBatch, void, undefined> {
  context.atEnd(() => smu.makeSafe());
  const times = readTimes(plan);
  // After a stop the plan's times are gone on with: how long the gap was, the run's events tell.
  const began_s = times[context.completed] ?? 0;
  const clock = new RunClock(context);
  const read = plan.hold === "yes" ? readHeld : readFree;
  for (const [k, time_s] of [...times.entries()].slice(context.completed)) {
    await clock.until(time_s - began_s);
    const at_s = k === 0 ? 0 : began_s + clock.now_s;
    const seen = await read(smu, plan, clock, context);
    const { voltage_V, current_A, in_compliance } = seen;
    const r_ohm = resistance_ohm(voltage_V, current_A);
    yield { table: reads.name, rows: [{ read: k + 1, time_s: at_s, voltage_V, current_A, r_ohm, in_compliance }] };
    if (plan.hold === "yes" && k + 1 < times.length) continue; // a pause would end the stress
    if (plan.hold === "yes") await smu.release(1);
    await context.between(k + 1);
  }
}

/** Output on for the read alone. */
function readFree(smu: SourceMeasureUnit, plan: RetentionPlan, clock: RunClock, context: RunContext) {
  const { level: level_V, compliance: compliance_A, readings, dwell: dwell_s } = plan;
  return readOnce(smu, { level_V, compliance_A, readings, dwell_s }, clock, context);
}

/** The level stays on until the last read. */
async function readHeld(
  smu: SourceMeasureUnit,
  plan: RetentionPlan,
  clock: RunClock,
  context: RunContext,
): Promise<SpotResult> {
  await smu.hold({ drive: "voltage", level: plan.level, compliance: plan.compliance }, context.signal);
  let [volts, amperes, limited] = [0, 0, false];
  for (let k = 0; k < plan.readings; k++) {
    const { voltage_V, current_A, inCompliance } = await smu.measure(1);
    volts += voltage_V / plan.readings;
    amperes += current_A / plan.readings;
    limited ||= inCompliance;
  }
  clock.measured(plan.readings * plan.dwell);
  return { voltage_V: volts, current_A: amperes, in_compliance: limited };
}

function retentionMetrics(table: Columns | undefined, plan: RetentionPlan): Metrics {
  const [time_s, r_ohm] = [numbersOf(table, "time_s"), numbersOf(table, "r_ohm")];
  const drift = driftOf(time_s, r_ohm);
  const fail = timeToFail(time_s, r_ohm, plan.fail_factor, drift);
  const one = (value: number) => metricOf([value]);
  return {
    r_ohm: metricOf(r_ohm),
    rFirst_ohm: one(r_ohm[0] ?? NaN),
    rLast_ohm: one(r_ohm[r_ohm.length - 1] ?? NaN),
    drift: { ...one(drift.exponent), sd: drift.error },
    driftR2: one(drift.r2),
    failed_s: one(fail.observed_s),
    failExpected_s: one(fail.expected_s),
  };
}

function retentionFigures(table: Columns | undefined, plan: RetentionPlan): readonly Figure[] {
  const [time_s, r_ohm] = [numbersOf(table, "time_s"), numbersOf(table, "r_ohm")];
  const drift = driftOf(time_s, r_ohm);
  const later = Array.from(time_s).filter((t) => t > 0);
  const first = r_ohm[0] ?? NaN;
  const ends = [later[0] ?? NaN, later.at(-1) ?? NaN];
  return [
    {
      name: "retention",
      title: "Resistance against time",
      x: { label: "Time since the first read", unit: "s", scale: "log" },
      y: { label: "Resistance", unit: "ohm", scale: "log" },
      series: [
        { name: "reads", x: time_s, y: r_ohm, style: "points" },
        { name: `drift ${drift.exponent.toPrecision(3)}`, x: later, y: later.map(drift.at_ohm), style: "line" },
        {
          name: `× ${plan.fail_factor}`,
          x: ends,
          y: [first * plan.fail_factor, first * plan.fail_factor],
          style: "line",
        },
        {
          name: `÷ ${plan.fail_factor}`,
          x: ends,
          y: [first / plan.fail_factor, first / plan.fail_factor],
          style: "line",
        },
      ],
    },
  ];
}

/** How long a state is kept. */
export const retention: Protocol<RetentionPlan, "smu"> = {
  name: "retention",
  title: "Reads over hours or days: drift of the resistance, and when the state is lost",
  description:
    "Reads the state it finds at a small voltage, at equal distances or in equal ratios of time, with the output off between (hold=yes: on, which is a stress of its own). " +
    "Write the state before, with pulse-train or iv-sweep. Read often and high enough, and the reads themselves change the device.",
  source: "usual practice; drift as a power law: Ielmini et al., IEEE Trans. Electron Devices 54 (2007) 308",
  parameters: retentionParameters,
  needs: "smu",
  tables: [reads],
  mainTable: reads.name,
  cost: (plan) => ({ rows: readTimes(plan).length, duration_s: plan.duration + plan.readings * plan.dwell }),
  extremes: (plan) => ({ voltage_V: Math.abs(plan.level), current_A: plan.compliance }),
  run: readAgain,
  fits: [{ r2: "driftR2", of: ["drift", "failExpected_s"] }],
  analyse: (tables, plan) => retentionMetrics(tables[reads.name], plan),
  figures: (tables, plan) => retentionFigures(tables[reads.name], plan),
};
