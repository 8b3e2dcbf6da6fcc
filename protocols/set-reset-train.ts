import { z } from "zod";
import type { PulseStation } from "../src/capabilities/index.js";
import type { Protocol, RunContext } from "../src/engine/protocol.js";
import type { RowBatch, TableSpec } from "../src/store/shapes.js";
import { complain, countOr, quantityOr } from "./parameters.js";
import { trainCurveFigures, trainCurveMetrics } from "./set-reset-train-results.js";
import { noStress, readingColumns, readParameters, repeatsOr, Shots, stressColumns } from "./shots.js";
import { refuseEqualSigns, refuseZeroRead } from "./shot-checks.js";

/** Defaults: gradual potentiation and depression of the TaOx cell behind 1 kΩ. */
const parameters = z
  .strictObject({
    set_amplitude: quantityOr(1.95, "V", "open-circuit level of a set pulse"),
    set_width: quantityOr(30e-9, "s", "length of a set pulse", { above: 0 }),
    set_count: countOr(20, "set pulses in a train", 1, 100_000),
    reset_amplitude: quantityOr(-2.8, "V", "level of a reset pulse; of the other sign than set"),
    reset_width: quantityOr(200e-9, "s", "length of a reset pulse", { above: 0 }),
    reset_count: countOr(20, "reset pulses in a train", 0, 100_000),
    trains: repeatsOr(2, "how often all set pulses are followed by all reset pulses"),
    ...readParameters(),
  })
  .check((payload) => {
    if (payload.issues.length > 0) return;
    const { set_amplitude, reset_amplitude, reset_count } = payload.value;
    refuseZeroRead(payload);
    if (set_amplitude === 0) complain(payload, "set_amplitude", "a set pulse of 0 V would never trigger the scope.");
    if (reset_count > 0) refuseEqualSigns(payload, reset_amplitude * set_amplitude, "reset_amplitude");
  });

/** In base units. */
export type SetResetTrainPlan = z.output<typeof parameters>;

const pulses: TableSpec = {
  name: "pulses",
  columns: [
    { name: "train", type: "i32", unit: "", description: "number of the train, from 1" },
    {
      name: "pulse",
      type: "i32",
      unit: "",
      description: "number of the pulse in its train, from 1; 0: the read before",
    },
    {
      name: "phase",
      type: "i32",
      unit: "",
      description: "1: after a set pulse, -1: after a reset pulse, 0: before the first",
    },
    {
      name: "time_s",
      type: "f64",
      unit: "s",
      description: "since the first read, pauses at 0 V between records left out",
    },
    {
      name: "g_S",
      type: "f64",
      unit: "S",
      description: "conductance in the read after the pulse; an upper bound where read_at_floor",
    },
    ...readingColumns,
    ...stressColumns,
  ],
};

/** All set pulses, then all reset pulses, a read after each; one train a unit of work. */
async function* climbAndFall(
  station: PulseStation,
  plan: SetResetTrainPlan,
  context: RunContext,
): AsyncGenerator<RowBatch, void, undefined> {
  const shots = new Shots(station, plan, context);
  const rowOf = (train: number, pulse: number, phase: number, seen: Awaited<ReturnType<Shots["pulseAndRead"]>>) => {
    const { rRead_ohm, read_at_floor, peak_A, charge_C, energy_J } = seen;
    const place = { train, pulse, phase, time_s: shots.time_s };
    return { ...place, g_S: 1 / rRead_ohm, rRead_ohm, read_at_floor, peak_A, charge_C, energy_J };
  };
  for (let train = context.completed + 1; train <= plan.trains; train++) {
    yield { table: pulses.name, rows: [rowOf(train, 0, 0, { ...noStress, ...(await shots.read()) })] };
    for (let pulse = 1; pulse <= plan.set_count + plan.reset_count; pulse++) {
      const setting = pulse <= plan.set_count;
      const [level_V, width_s] = setting
        ? [plan.set_amplitude, plan.set_width]
        : [plan.reset_amplitude, plan.reset_width];
      const seen = await shots.pulseAndRead(level_V, width_s);
      yield { table: pulses.name, rows: [rowOf(train, pulse, setting ? 1 : -1, seen)] };
    }
    await shots.between(train);
  }
}

/** Time on the device of one pulse of a length with its read, s. */
const shotTime_s = (plan: SetResetTrainPlan, width_s: number) => width_s + plan.read_width + 2 * plan.gap;

/** Potentiation and depression curves. */
export const setResetTrain: Protocol<SetResetTrainPlan, "pulse-station"> = {
  name: "set-reset-train",
  title: "Trains of set and of reset pulses with a read after each: potentiation and depression",
  description:
    "Equal set pulses, then equal reset pulses, each followed by a read at low voltage; trains times over. Needs a device that keeps its state. " +
    "There is no compliance: generator and shunt resistance limit the current.",
  source: "the usual synapse measurement; nonlinearity after Chen, Peng, Yu, IEDM 2017",
  parameters,
  needs: "pulse-station",
  tables: [pulses],
  mainTable: pulses.name,
  cost: (plan) => ({
    rows: plan.trains * (1 + plan.set_count + plan.reset_count),
    duration_s:
      plan.trains *
      (plan.read_width +
        plan.gap +
        plan.set_count * shotTime_s(plan, plan.set_width) +
        plan.reset_count * shotTime_s(plan, plan.reset_width)),
  }),
  extremes: (plan) => ({
    voltage_V: Math.max(
      Math.abs(plan.set_amplitude),
      plan.reset_count > 0 ? Math.abs(plan.reset_amplitude) : 0,
      Math.abs(plan.read_amplitude),
    ),
  }),
  run: climbAndFall,
  analyse: (tables) => trainCurveMetrics(tables[pulses.name]),
  figures: (tables) => trainCurveFigures(tables[pulses.name]),
};
