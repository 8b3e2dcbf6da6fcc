import type { SweepSmu } from "../src/capabilities/index.js";
import type { Protocol, RunContext } from "../src/engine/protocol.js";
import type { RowBatch, TableSpec } from "../src/store/shapes.js";
import { si } from "../src/units.js";
import { ivSweepParameters, type IvSweepPlan } from "./iv-sweep-plan.js";
import { ivFigures, ivMetrics } from "./iv-sweep-results.js";
import { levelsOf } from "./sweep-levels.js";

/** One row a reading. */
export const points: TableSpec = {
  name: "points",
  columns: [
    { name: "cycle", type: "i32", unit: "", description: "number of the sweep, from 1" },
    { name: "point", type: "i32", unit: "", description: "number of the level within the sweep, from 0" },
    {
      name: "branch",
      type: "i32",
      unit: "",
      description: "straight piece of the sweep: 0 out, 1 back, 2 and 3 the other side",
    },
    {
      name: "asked_V",
      type: "f64",
      unit: "V",
      description: "voltage asked for: the level, or the limit under current drive",
    },
    {
      name: "asked_A",
      type: "f64",
      unit: "A",
      description: "current asked for: the limit, or the level under current drive",
    },
    { name: "voltage_V", type: "f64", unit: "V", description: "voltage measured at the terminals" },
    { name: "current_A", type: "f64", unit: "A", description: "current measured" },
    { name: "time_s", type: "f64", unit: "s", description: "time since the first reading, by the instrument's clock" },
    {
      name: "in_compliance",
      type: "bool",
      unit: "",
      description: "the limit was active: less was forced than asked for",
    },
  ],
};

/** A step of time below any instrument's: keeps readings apart that an instrument gave the same time. */
const leastStep_s = 1e-9;

/** Steps through the levels, cycle after cycle, and keeps every reading as it comes from the instrument's buffer. */
async function* sweepAndRead(
  smu: SweepSmu,
  plan: IvSweepPlan,
  context: RunContext,
): AsyncGenerator<RowBatch, void, undefined> {
  const { levels, branches } = levelsOf(plan);
  context.atEnd(() => smu.makeSafe()); // after success, error or abort
  const { drive, cycles, compliance, dwell: dwell_s } = plan;
  const reading = { ...(plan.nplc === 0 ? {} : { nplc: plan.nplc }), ...wiresOf(plan) };
  let previous_s = Number.NEGATIVE_INFINITY;
  let limited = 0;
  for await (const readings of smu.sweep({ drive, levels, cycles, compliance, dwell_s, ...reading }, context.signal)) {
    const rows = readings.map((reading) => {
      const point = reading.index % levels.length;
      const level = levels[point] ?? Number.NaN;
      previous_s = Math.max(reading.time_s, previous_s + leastStep_s);
      if (reading.inCompliance) limited++;
      return {
        cycle: Math.floor(reading.index / levels.length) + 1,
        point,
        branch: branches[point] ?? 0,
        asked_V: drive === "voltage" ? level : compliance,
        asked_A: drive === "voltage" ? compliance : level,
        voltage_V: reading.voltage_V,
        current_A: reading.current_A,
        time_s: previous_s,
        in_compliance: reading.inCompliance,
      };
    });
    if (rows.length > 0) yield { table: points.name, rows };
  }
  if (limited === levels.length * cycles) {
    context.warn(
      `Every reading was limited to ${si(compliance, drive === "voltage" ? "A" : "V")}: the device may be shorted or the compliance too small.`,
      { compliance, limited },
    );
  }
}

/** Two- or four-wire, where the plan says; plans of before have no such parameter. */
function wiresOf({ wires }: Partial<Pick<IvSweepPlan, "wires">>): { wires?: 2 | 4 } {
  return wires === "two" ? { wires: 2 } : wires === "four" ? { wires: 4 } : {};
}

/** Current against voltage, swept by the SMU itself, any number of times. */
export const ivSweep: Protocol<IvSweepPlan, "sweep-smu"> = {
  name: "iv-sweep",
  title: "Current against voltage, with threshold, hold voltage and resistances of every cycle",
  description:
    "Steps the voltage (or the current) through the levels and reads both at each, under a compliance that is in force before the output is on. " +
    "A volatile switch turns on at V_th and off again at V_hold; a memory cell may be left in another state than it was found in. " +
    "The output is off before and after.",
  source: "Wang et al. 2025, Fig. 2a-2g (Pt/Ag/ZnO/Pt); with drive=current the snap-back of VO2, Yi et al. 2018",
  parameters: ivSweepParameters,
  needs: "sweep-smu",
  tables: [points],
  mainTable: points.name,
  cost(plan) {
    const rows = levelsOf(plan).levels.length * plan.cycles;
    return { rows, duration_s: rows * plan.dwell };
  },
  extremes(plan) {
    const level = levelsOf(plan).levels.reduce((most, asked) => Math.max(most, Math.abs(asked)), 0);
    return plan.drive === "voltage"
      ? { voltage_V: level, current_A: plan.compliance }
      : { voltage_V: plan.compliance, current_A: level };
  },
  run: sweepAndRead,
  analyse: (tables, plan) => ivMetrics(tables[points.name], plan),
  figures: (tables, plan) => ivFigures(tables[points.name], plan),
};
