import { MemrigError } from "../src/errors.js";
import type { Protocol, RunContext } from "../src/engine/protocol.js";
import type { Row, RowBatch, TableSpec } from "../src/store/shapes.js";
import { si } from "../src/units.js";
import {
  formingLadder,
  formingParameters,
  type FormingPlan,
  formingSmuParameters,
  type FormingSmuPlan,
  type LadderPlan,
} from "./forming-plan.js";
import { formingFigures, formingMetrics } from "./forming-results.js";
import type { Nudger } from "./nudger.js";
import { noStress, type Reading, readingColumns, Shots, type Stress, stressColumns } from "./shots.js";
import { smuLimit, SmuShots } from "./smu-shots.js";

const steps: TableSpec = {
  name: "steps",
  columns: [
    { name: "step", type: "i32", unit: "", description: "step of the ladder, from 1; 0: the read before the first" },
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
    { name: "total_J", type: "f64", unit: "J", description: "energy of all pulses so far" },
    {
      name: "formed",
      type: "bool",
      unit: "",
      description: "the read after this pulse is the first in which the device counts as formed",
    },
  ],
};

interface FormingGoal extends LadderPlan {
  readonly target: number;
  readonly change: number;
  readonly max_energy: number;
}

/** Up the ladder, a read after each pulse, until the device is formed. Every pulse that did not form it is a unit of work. */
async function* climb(
  nudger: Nudger,
  plan: FormingGoal,
  context: RunContext,
): AsyncGenerator<RowBatch, void, undefined> {
  const first = await nudger.read();
  if (context.completed > 0 && plan.change > 0) {
    context.warn(
      "The resistance before forming was read in an earlier sitting; from here on only the target counts, not the change.",
    );
  }
  const goal_ohm = Math.max(
    plan.target,
    plan.change > 0 && context.completed === 0 ? first.rRead_ohm / plan.change : 0,
  );
  const formed = ({ rRead_ohm, read_at_floor }: Reading) => !read_at_floor && rRead_ohm <= goal_ohm;
  let total_J = 0;
  const rowOf = (
    step: number,
    amplitude_V: number,
    width_s: number,
    { rRead_ohm, read_at_floor, peak_A, charge_C, energy_J }: Stress & Reading,
  ): Row => {
    total_J += energy_J;
    const place = { step, time_s: nudger.time_s, amplitude_V, width_s };
    const is = formed({ rRead_ohm, read_at_floor });
    return { ...place, rRead_ohm, read_at_floor, peak_A, charge_C, energy_J, total_J, formed: is };
  };
  yield { table: steps.name, rows: [rowOf(context.completed, 0, 0, { ...noStress, ...first })] };
  if (formed(first))
    return context.warn(
      `The device read ${si(first.rRead_ohm, "ohm")} before the first pulse: it counts as formed and got none.`,
    );
  for (const [k, { level_V, width_s }] of formingLadder(plan).entries()) {
    if (k < context.completed) continue;
    const seen = await nudger.pulseAndRead(level_V, width_s);
    yield { table: steps.name, rows: [rowOf(k + 1, level_V, width_s, seen)] };
    if (formed(seen)) return;
    await nudger.between(k + 1);
    if (plan.max_energy > 0 && total_J >= plan.max_energy) {
      return context.warn(
        `The pulses so far put ${si(total_J, "J")} into the device; max_energy is ${si(plan.max_energy, "J")}. It is not formed.`,
      );
    }
  }
  context.warn(
    `The device is not formed at the end of the ladder (${si(plan.voltage_stop, "V")}, ${si(plan.width_stop, "s")}).`,
  );
}

/** @throws MemrigError `limit-refused`: the end of the ladder could drive more than `max_current` through a device that forms short; nothing was sent */
function refuseCurrent(plan: FormingPlan, resistance_ohm: number): void {
  const worst_A = plan.voltage_stop / resistance_ohm;
  if (plan.max_current === 0 || worst_A <= plan.max_current) return;
  throw new MemrigError(
    "limit-refused",
    `forming: at the end of the ladder, ${si(plan.voltage_stop, "V")}, a device that forms short would carry ${si(worst_A, "A")} through generator and shunt ` +
      `(${si(resistance_ohm, "ohm")}); max_current is ${si(plan.max_current, "A")}. Nothing was sent. End the ladder at ${si(plan.max_current * resistance_ohm, "V")}, ` +
      "put a larger shunt in, or form with forming-smu, which has a compliance.",
    { worst_A, max_A: plan.max_current },
  );
}

const common = {
  source:
    "forming with feedback as ArC Instruments' FormFinder and AutoFormer have it; overshoot at forming: NIST, parasitics of RRAM control",
  tables: [steps],
  mainTable: steps.name,
  analyse: (tables) => formingMetrics(tables[steps.name]),
  figures: (tables) => formingFigures(tables[steps.name]),
} satisfies Partial<Protocol<FormingPlan, "pulse-station">>;

const costOf = (plan: LadderPlan & { read_width: number; gap: number }) => {
  const ladder = formingLadder(plan);
  const reading_s = plan.read_width + plan.gap;
  const duration_s = ladder.reduce((sum, { width_s }) => sum + width_s + plan.gap + reading_s, reading_s);
  return { rows: ladder.length + 1, duration_s };
};

/** Forms a fresh cell by pulses of generator and scope. */
export const forming: Protocol<FormingPlan, "pulse-station"> = {
  ...common,
  name: "forming",
  title: "Rising pulses with a read after each, until a fresh cell is formed",
  description:
    "Levels rise at the first width, then widths at the highest level; after each pulse a read, and no further pulse once the resistance is at the target. " +
    "Peak current, charge and energy of the forming pulse come from the scope. Nothing limits the current inside a pulse but generator and shunt: max_current " +
    "refuses a ladder that could pass it. A resumed run reads again and goes on at its step.",
  parameters: formingParameters,
  needs: "pulse-station",
  cost: costOf,
  extremes: (plan) => ({ voltage_V: Math.max(plan.voltage_stop, Math.abs(plan.read_amplitude)) }),
  async *run(station, plan, context) {
    const shunt_ohm = station.current[0]?.resistance_ohm ?? 0;
    refuseCurrent(plan, station.source.ranges.sourceResistance_ohm + shunt_ohm);
    yield* climb(new Shots(station, plan, context), plan, context);
  },
};

/** The same with a source-measure unit: slower, under a compliance. */
export const formingSmu: Protocol<FormingSmuPlan, "smu"> = {
  ...common,
  name: "forming-smu",
  title: "Forming with a source-measure unit, under a compliance",
  description:
    "As forming, with pulses of milliseconds and a compliance that holds during each. Current, charge and energy are those read at the end of the pulse: the " +
    "overshoot at the forming event itself is faster than the instrument and is not in them.",
  parameters: formingSmuParameters,
  needs: "smu",
  cost: costOf,
  extremes: (plan) => ({
    voltage_V: Math.max(plan.voltage_stop, Math.abs(plan.read_amplitude)),
    current_A: plan.compliance,
  }),
  run: (smu, plan, context) => climb(new SmuShots(smu, smuLimit(plan), plan, context), plan, context),
};
