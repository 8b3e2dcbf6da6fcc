import { z } from "zod";
import type { PulseStation, SourceMeasureUnit } from "../src/capabilities/index.js";
import type { Protocol, RunContext } from "../src/engine/protocol.js";
import type { Row, RowBatch, TableSpec } from "../src/store/shapes.js";
import { converge, type Step } from "./converge.js";
import type { Nudger } from "./nudger.js";
import { listOr } from "./parameters.js";
import { refuseZeroRead, settleFilled } from "./shot-checks.js";
import { readingColumns, readParameters, Shots, stressColumns } from "./shots.js";
import { smuLimit, smuReadParameters, SmuShots } from "./smu-shots.js";
import { checkWrite, goalOf, writeLadder, writeParameters, type WritePlan } from "./write-plan.js";
import { writeFigures, writeMetrics } from "./write-verify-results.js";

const targetList = () =>
  listOr("ohm", "resistances to be written, one after the other; with ; between", [20e3, 50e3, 20e3]);

const parameters = z
  .strictObject({ targets: targetList(), ...writeParameters(), ...readParameters() })
  .check((payload) => {
    if (payload.issues.length > 0) return;
    settleFilled(payload, "targets", "ohm", { above: 0 });
    refuseZeroRead(payload);
    checkWrite(payload);
  });

const smuParameters = z
  .strictObject({ targets: targetList(), ...writeParameters(), ...smuReadParameters() })
  .check((payload) => {
    if (payload.issues.length > 0) return;
    settleFilled(payload, "targets", "ohm", { above: 0 });
    refuseZeroRead(payload);
    checkWrite(payload);
  });

/** In base units. */
export type WriteVerifyPlan = z.output<typeof parameters>;
export type WriteVerifySmuPlan = z.output<typeof smuParameters>;

/** Every pulse on the way to a target. */
export const stepsTable: TableSpec = {
  name: "steps",
  columns: [
    { name: "target", type: "i32", unit: "", description: "number of the target, from 1" },
    {
      name: "pulse",
      type: "i32",
      unit: "",
      description: "number of the pulse on the way to it, from 1; 0: the read before",
    },
    { name: "turn", type: "i32", unit: "", description: "changes of polarity so far" },
    {
      name: "time_s",
      type: "f64",
      unit: "s",
      description: "since the first read, pauses at 0 V between records left out",
    },
    { name: "amplitude_V", type: "f64", unit: "V", description: "level of the pulse" },
    { name: "width_s", type: "f64", unit: "s", description: "its length" },
    ...readingColumns,
    ...stressColumns,
  ],
};

/** What came of each target. */
export const targetsTable: TableSpec = {
  name: "targets",
  columns: [
    { name: "target", type: "i32", unit: "", description: "number of the target, from 1" },
    { name: "target_ohm", type: "f64", unit: "ohm", description: "resistance that was asked for" },
    { name: "r_ohm", type: "f64", unit: "ohm", description: "resistance in the last read" },
    { name: "error", type: "f64", unit: "", description: "r_ohm/target_ohm - 1" },
    { name: "reached", type: "bool", unit: "", description: "within the tolerance" },
    { name: "status", type: "utf8", unit: "", description: "reached, end of the ladder, or too many turns" },
    { name: "pulses", type: "i32", unit: "", description: "that it took" },
    { name: "turns", type: "i32", unit: "", description: "changes of polarity" },
    { name: "energy_J", type: "f64", unit: "J", description: "of all its pulses" },
  ],
};

/** A row of the table of steps. */
export function stepRow(target: number, time_s: number, step: Step): Row {
  const { pulse, turn, amplitude_V, width_s, rRead_ohm, read_at_floor, peak_A, charge_C, energy_J } = step;
  return { target, pulse, turn, time_s, amplitude_V, width_s, rRead_ohm, read_at_floor, peak_A, charge_C, energy_J };
}

/** One target after the other; each a unit of work. */
async function* write(
  nudger: Nudger,
  plan: WritePlan & { readonly targets: readonly number[] },
  context: RunContext,
): AsyncGenerator<RowBatch, void, undefined> {
  for (let target = context.completed + 1; target <= plan.targets.length; target++) {
    const target_ohm = plan.targets[target - 1] as number;
    const steps = converge(nudger, goalOf(plan, target_ohm));
    let next = await steps.next();
    for (; next.done !== true; next = await steps.next()) {
      yield { table: stepsTable.name, rows: [stepRow(target, nudger.time_s, next.value)] };
    }
    const { status, r_ohm, pulses, turns, energy_J } = next.value;
    const outcome = { target, target_ohm, r_ohm, error: r_ohm / target_ohm - 1, reached: status === "reached" };
    yield { table: targetsTable.name, rows: [{ ...outcome, status, pulses, turns, energy_J }] };
    await nudger.between(target);
  }
}

const common = {
  source: "write-verify as ArC Instruments' ConvergeToState has it: ladders, polarity that turns, five turns at most",
  tables: [stepsTable, targetsTable],
  mainTable: targetsTable.name,
  analyse: (tables) => writeMetrics(tables[stepsTable.name], tables[targetsTable.name]),
  figures: (tables) => writeFigures(tables[stepsTable.name], tables[targetsTable.name]),
} satisfies Partial<Protocol<WriteVerifyPlan, "pulse-station">>;

const extremesOf = (plan: WritePlan & { readonly read_amplitude: number }) => ({
  voltage_V: Math.max(plan.voltage_stop, Math.abs(plan.read_amplitude)),
});

/** Writes resistances by pulses of generator and scope. */
export const writeVerify: Protocol<WriteVerifyPlan, "pulse-station"> = {
  ...common,
  name: "write-verify",
  title: "Pulses and reads until the device has a given resistance, target after target",
  description:
    "Rising pulses with a read after each, of the polarity that should bring the resistance nearer; past the target, or further away than it began, the polarity turns. " +
    "A target is given up at the end of the ladder or after the last turn allowed. There is no compliance: generator and shunt resistance limit the current.",
  parameters,
  needs: "pulse-station",
  cost: (plan) => ({ rows: plan.targets.length, duration_s: plan.targets.length * ladderTime_s(plan) }),
  extremes: extremesOf,
  run: (station: PulseStation, plan, context) => write(new Shots(station, plan, context), plan, context),
};

/** The same with a source-measure unit: slower, and with a compliance. */
export const writeVerifySmu: Protocol<WriteVerifySmuPlan, "smu"> = {
  ...common,
  name: "write-verify-smu",
  title: "Write-verify with a source-measure unit, under a compliance",
  description:
    "As write-verify, with pulses of milliseconds and a compliance that holds during each. Peak current and charge are those of the readings " +
    "taken in the pulse, not of its edges: what is faster than the instrument's aperture is not in them.",
  parameters: smuParameters,
  needs: "smu",
  cost: (plan) => ({ rows: plan.targets.length, duration_s: plan.targets.length * ladderTime_s(plan) }),
  extremes: (plan) => ({ ...extremesOf(plan), current_A: plan.compliance }),
  run: (smu: SourceMeasureUnit, plan, context) =>
    write(new SmuShots(smu, smuLimit(plan), plan, context), plan, context),
};

/** One climb of the whole ladder: the most a target takes without a turn. */
function ladderTime_s(plan: WritePlan & { readonly read_width: number; readonly gap: number }): number {
  return writeLadder(plan).reduce((sum, { width_s }) => sum + width_s + plan.read_width + 2 * plan.gap, 0);
}
