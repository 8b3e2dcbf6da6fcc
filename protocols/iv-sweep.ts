import type { SweepReading, SweepSmu } from "../src/capabilities/index.js";
import { MemrigError } from "../src/errors.js";
import type { Protocol, RunContext } from "../src/engine/protocol.js";
import type { Row, RowBatch, TableSpec } from "../src/store/shapes.js";
import { si } from "../src/units.js";
import { ivSweepParameters, type IvSweepPlan } from "./iv-sweep-plan.js";
import { ivFigures, ivMetrics, readOf } from "./iv-sweep-results.js";
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
    {
      name: "time_s",
      type: "f64",
      unit: "s",
      description: "time since the first reading, by the instrument's clock; pauses are in it, by the computer's",
    },
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

/**
 * Steps through the levels, cycle after cycle, and keeps every reading as it comes from the instrument's buffer. All cycles are one
 * sweep of the instrument; only a pause ends it early, behind the last whole cycle.
 */
async function* sweepAndRead(
  smu: SweepSmu,
  plan: IvSweepPlan,
  context: RunContext,
): AsyncGenerator<RowBatch, void, undefined> {
  const { levels } = levelsOf(plan);
  context.atEnd(() => smu.makeSafe()); // after success, error or abort
  const { drive, compliance, dwell: dwell_s } = plan;
  const reading = { ...(plan.nplc === 0 ? {} : { nplc: plan.nplc }), ...wiresOf(plan) };
  const rows = new IvRows(plan, context.completed, context.earlier?.time_s);
  let gap_s = context.earlier?.gap_s ?? 0;
  await context.between(rows.completed);
  while (rows.completed < plan.cycles) {
    rows.begin(gap_s);
    const sweep = { drive, levels, cycles: plan.cycles - rows.completed, compliance, dwell_s, ...reading };
    let pausing = false;
    for await (const readings of smu.sweep(sweep, context.signal)) {
      for (let at = 0; at < readings.length && !pausing;) {
        const to = Math.min(readings.length, at + rows.leftInCycle);
        yield { table: points.name, rows: rows.take(readings.slice(at, to)) };
        at = to;
        if (rows.leftInCycle < levels.length || rows.completed === plan.cycles) continue;
        pausing = context.pausing === true && readings.length - at < levels.length; // whole cycles in hand are kept
        if (!context.pausing) await context.between(rows.completed);
        else if (pausing && at < readings.length) tellDropped(context, rows.completed + 1, readings.length - at);
      }
      if (pausing) break; // the sweep ends, with its output off
    }
    if (!pausing && rows.completed < plan.cycles) throw tooFew(smu.label, rows.completed, plan.cycles);
    const left_ms = performance.now();
    await context.between(rows.completed);
    gap_s = (performance.now() - left_ms) / 1000;
  }
  if (rows.limited === levels.length * (plan.cycles - context.completed) && rows.limited > 0) {
    context.warn(
      `Every reading was limited to ${si(compliance, drive === "voltage" ? "A" : "V")}: the device may be shorted or the compliance too small.`,
      { compliance, limited: rows.limited },
    );
  }
}

function tellDropped(context: RunContext, cycle: number, readings: number): void {
  context.warn(
    `The sweep was ended for a pause when ${readings} readings of cycle ${cycle} had come; that cycle begins anew.`,
    { cycle, readings },
  );
}

function tooFew(label: string, completed: number, cycles: number): MemrigError {
  return new MemrigError(
    "bad-reply",
    `${label} ended its sweep after ${completed} of ${cycles} cycles without saying why. What it gave is kept; "memrig resume" measures the rest.`,
    { completed, cycles },
  );
}

/** Readings become rows; their cycle and time go on over several sweeps. */
class IvRows {
  readonly #levels: readonly number[];
  readonly #branches: readonly number[];
  #taken: number;
  #previous_s: number;
  /** Where the clock of the sweep stands on that of the run. */
  #base_s = 0;
  limited = 0;

  constructor(
    private readonly plan: IvSweepPlan,
    completed: number,
    last_s = Number.NEGATIVE_INFINITY,
  ) {
    ({ levels: this.#levels, branches: this.#branches } = levelsOf(plan));
    this.#taken = completed * this.#levels.length;
    this.#previous_s = last_s;
  }

  get completed(): number {
    return Math.floor(this.#taken / this.#levels.length);
  }

  /** Readings until the end of the cycle, of a whole one where it begins. */
  get leftInCycle(): number {
    return this.#levels.length - (this.#taken % this.#levels.length);
  }

  /** A sweep begins, so long after the last reading. */
  begin(gap_s: number): void {
    this.#base_s = Number.isFinite(this.#previous_s) ? this.#previous_s + gap_s : 0;
  }

  take(readings: readonly SweepReading[]): Row[] {
    const { drive, compliance } = this.plan;
    return readings.map((reading) => {
      const point = this.#taken % this.#levels.length;
      const level = this.#levels[point] ?? Number.NaN;
      this.#previous_s = Math.max(this.#base_s + reading.time_s, this.#previous_s + leastStep_s);
      if (reading.inCompliance) this.limited++;
      const cycle = this.completed + 1;
      this.#taken += 1;
      return {
        cycle,
        point,
        branch: this.#branches[point] ?? 0,
        asked_V: drive === "voltage" ? level : compliance,
        asked_A: drive === "voltage" ? compliance : level,
        voltage_V: reading.voltage_V,
        current_A: reading.current_A,
        time_s: this.#previous_s,
        in_compliance: reading.inCompliance,
      };
    });
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
  asMeasured: (plan, metrics) => ({ ...plan, read: readOf(plan, metrics) }),
  analyse: (tables, plan) => ivMetrics(tables[points.name], plan),
  figures: (tables, plan) => ivFigures(tables[points.name], plan),
};
