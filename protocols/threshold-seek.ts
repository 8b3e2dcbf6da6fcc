import { z } from "zod";
import type { PulseStation } from "../src/capabilities/index.js";
import type { Protocol, RunContext } from "../src/engine/protocol.js";
import type { Row, RowBatch, TableSpec } from "../src/store/shapes.js";
import { linearLadder, mostSteps } from "./ladder.js";
import { complain, quantityOr } from "./parameters.js";
import { refuseFallingLadder, refuseZeroRead } from "./shot-checks.js";
import {
  noStress,
  type Reading,
  readingColumns,
  readParameters,
  repeatsOr,
  Shots,
  type Stress,
  stressColumns,
} from "./shots.js";
import { thresholdFigures, thresholdMetrics } from "./threshold-seek-results.js";

const parameters = z
  .strictObject({
    voltage_start: quantityOr(0.4, "V", "first level, of both signs", { above: 0 }),
    voltage_stop: quantityOr(2, "V", "highest level; no pulse goes beyond", { above: 0 }),
    voltage_step: quantityOr(0.05, "V", "from one level to the next: the resolution of the threshold", { above: 0 }),
    width: quantityOr(1e-6, "s", "length of the pulses", { above: 0 }),
    tolerance: quantityOr(
      0.1,
      "",
      "change of the resistance, as a share of that before the first pulse, that counts as moved",
      { above: 0 },
    ),
    first: z
      .enum(["positive", "negative"])
      .default("positive")
      .meta({ unit: "", description: "sign of the first climb of a repeat" }),
    repeats: repeatsOr(10, "climbs of each sign"),
    ...readParameters(),
  })
  .check((payload) => {
    if (payload.issues.length > 0) return;
    const { voltage_start, voltage_stop, voltage_step } = payload.value;
    refuseZeroRead(payload);
    refuseFallingLadder(payload, voltage_start, voltage_stop, "voltage_stop");
    if ((voltage_stop - voltage_start) / voltage_step > mostSteps)
      complain(payload, "voltage_step", `the ladder would have more than ${mostSteps} steps.`);
  });

/** In base units. */
export type ThresholdSeekPlan = z.output<typeof parameters>;

const place = [
  { name: "repeat", type: "i32", unit: "", description: "from 1" },
  { name: "sign", type: "i32", unit: "", description: "of the pulses of this climb: 1 or -1" },
] as const;

const steps: TableSpec = {
  name: "steps",
  columns: [
    ...place,
    { name: "step", type: "i32", unit: "", description: "of the ladder, from 1; 0: the read before" },
    {
      name: "time_s",
      type: "f64",
      unit: "s",
      description: "since the first read, pauses at 0 V between records left out",
    },
    { name: "amplitude_V", type: "f64", unit: "V", description: "level of the pulse" },
    ...readingColumns,
    ...stressColumns,
  ],
};

const thresholds: TableSpec = {
  name: "thresholds",
  columns: [
    ...place,
    { name: "found", type: "bool", unit: "", description: "the state moved before the ladder ended" },
    {
      name: "threshold_V",
      type: "f64",
      unit: "V",
      description: "level of the pulse that moved it; the step below did not",
    },
    { name: "rBefore_ohm", type: "f64", unit: "ohm", description: "resistance before the first pulse of the climb" },
    { name: "rAfter_ohm", type: "f64", unit: "ohm", description: "resistance after the last" },
    ...stressColumns,
  ],
};

/** Climb with one sign until the state moves, then with the other, which takes it back; a repeat is a unit of work. */
async function* seek(
  station: PulseStation,
  plan: ThresholdSeekPlan,
  context: RunContext,
): AsyncGenerator<RowBatch, void, undefined> {
  const shots = new Shots(station, plan, context);
  const firstSign = plan.first === "negative" ? -1 : 1;
  for (let repeat = context.completed + 1; repeat <= plan.repeats; repeat++) {
    for (const sign of [firstSign, -firstSign]) yield* climb(shots, plan, repeat, sign);
    await shots.between(repeat);
  }
}

async function* climb(
  shots: Shots,
  plan: ThresholdSeekPlan,
  repeat: number,
  sign: number,
): AsyncGenerator<RowBatch, void, undefined> {
  const stepRow = (
    step: number,
    amplitude_V: number,
    { rRead_ohm, read_at_floor, peak_A, charge_C, energy_J }: Stress & Reading,
  ): Row => {
    return {
      repeat,
      sign,
      step,
      time_s: shots.time_s,
      amplitude_V,
      rRead_ohm,
      read_at_floor,
      peak_A,
      charge_C,
      energy_J,
    };
  };
  const before = await shots.read();
  yield { table: steps.name, rows: [stepRow(0, 0, { ...noStress, ...before })] };
  const ended = (
    found: boolean,
    threshold_V: number,
    rAfter_ohm: number,
    { peak_A, charge_C, energy_J }: Stress,
  ): RowBatch => {
    const seen = {
      repeat,
      sign,
      found,
      threshold_V,
      rBefore_ohm: before.rRead_ohm,
      rAfter_ohm,
      peak_A,
      charge_C,
      energy_J,
    };
    return { table: thresholds.name, rows: [seen] };
  };
  let last: Stress & Reading = { ...noStress, ...before };
  for (const [k, level_V] of linearLadder(plan.voltage_start, plan.voltage_stop, plan.voltage_step).entries()) {
    last = await shots.pulseAndRead(sign * level_V, plan.width);
    yield { table: steps.name, rows: [stepRow(k + 1, sign * level_V, last)] };
    if (Math.abs(last.rRead_ohm / before.rRead_ohm - 1) >= plan.tolerance) {
      yield ended(true, sign * level_V, last.rRead_ohm, last);
      return;
    }
  }
  yield ended(false, Number.NaN, last.rRead_ohm, last);
}

/** Switching thresholds of both signs. */
export const thresholdSeek: Protocol<ThresholdSeekPlan, "pulse-station"> = {
  name: "threshold-seek",
  title: "Rising pulses of both signs until the state moves: switching thresholds and their distribution",
  description:
    "Climbs a ladder of pulses with a read after each until the resistance has moved by the tolerance, then the ladder of the other sign, repeats times over. For devices that " +
    "keep their state: of a volatile switch the reads show nothing (its threshold is in iv-sweep and switching-time). There is no compliance.",
  source: "as ArC Instruments' SwitchSeeker",
  parameters,
  needs: "pulse-station",
  tables: [thresholds, steps],
  mainTable: thresholds.name,
  cost: (plan) => {
    const climb_s =
      linearLadder(plan.voltage_start, plan.voltage_stop, plan.voltage_step).length *
      (plan.width + plan.read_width + 2 * plan.gap);
    return { rows: 2 * plan.repeats, duration_s: 2 * plan.repeats * (climb_s + plan.read_width + plan.gap) };
  },
  extremes: (plan) => ({ voltage_V: Math.max(plan.voltage_stop, Math.abs(plan.read_amplitude)) }),
  run: seek,
  analyse: (tables) => thresholdMetrics(tables[thresholds.name]),
  figures: (tables, plan) => thresholdFigures(tables[thresholds.name], tables[steps.name], plan.voltage_step),
};
