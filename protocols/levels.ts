import { z } from "zod";
import type { PulseStation } from "../src/capabilities/index.js";
import type { Protocol, RunContext } from "../src/engine/protocol.js";
import type { RowBatch, TableSpec } from "../src/store/shapes.js";
import { converge } from "./converge.js";
import { levelFigures, levelMetrics } from "./levels-results.js";
import { listOr, quantityOr } from "./parameters.js";
import { refuseZeroRead, settleFilled } from "./shot-checks.js";
import { readParameters, repeatsOr, Shots } from "./shots.js";
import { stepRow, stepsTable } from "./write-verify.js";
import { checkWrite, goalOf, writeLadder, writeParameters } from "./write-plan.js";

const parameters = z
  .strictObject({
    levels: listOr("ohm", "resistances to be told apart; with ; between", [10e3, 20e3, 40e3]),
    rounds: repeatsOr(3, "how often all of them are written"),
    hold: quantityOr(1, "s", "from writing to reading again", { min: 0 }),
    reads: repeatsOr(5, "reads of each after the hold"),
    sigma: quantityOr(
      3,
      "",
      "two levels are told apart where their means are this many times the sum of their standard deviations apart",
      { above: 0 },
    ),
    ...writeParameters(),
    ...readParameters(),
  })
  .check((payload) => {
    if (payload.issues.length > 0) return;
    settleFilled(payload, "levels", "ohm", { above: 0 });
    refuseZeroRead(payload);
    checkWrite(payload);
  });

/** In base units. */
export type LevelsPlan = z.output<typeof parameters>;

const reads: TableSpec = {
  name: "reads",
  columns: [
    { name: "round", type: "i32", unit: "", description: "from 1" },
    { name: "level", type: "i32", unit: "", description: "number of the level in the list, from 1" },
    { name: "read", type: "i32", unit: "", description: "number of the read after the hold, from 1" },
    { name: "target_ohm", type: "f64", unit: "ohm", description: "resistance that was asked for" },
    { name: "written_ohm", type: "f64", unit: "ohm", description: "resistance when writing ended" },
    {
      name: "rRead_ohm",
      type: "f64",
      unit: "ohm",
      description: "resistance in this read; a lower bound where read_at_floor",
    },
    { name: "read_at_floor", type: "bool", unit: "", description: "the read current could not be told from nothing" },
    { name: "reached", type: "bool", unit: "", description: "writing ended within the tolerance" },
  ],
};

/** All levels, round after round: written, held, read again. A level of a round is a unit of work. */
async function* writeAndHold(
  station: PulseStation,
  plan: LevelsPlan,
  context: RunContext,
): AsyncGenerator<RowBatch, void, undefined> {
  const shots = new Shots(station, plan, context);
  const each = plan.levels.length;
  for (let unit = context.completed; unit < plan.rounds * each; unit++) {
    const [round, level] = [1 + Math.floor(unit / each), 1 + (unit % each)];
    const target_ohm = plan.levels[level - 1] as number;
    const steps = converge(shots, goalOf(plan, target_ohm));
    let next = await steps.next();
    for (; next.done !== true; next = await steps.next()) {
      yield { table: stepsTable.name, rows: [stepRow(unit + 1, shots.time_s, next.value)] };
    }
    const { status, r_ohm } = next.value;
    await context.wait(plan.hold);
    for (let read = 1; read <= plan.reads; read++) {
      const { rRead_ohm, read_at_floor } = await shots.read();
      const seen = { target_ohm, written_ohm: r_ohm, rRead_ohm, read_at_floor, reached: status === "reached" };
      yield { table: reads.name, rows: [{ round, level, read, ...seen }] };
    }
    await shots.between(unit + 1);
  }
}

/** How many levels hold. */
export const levels: Protocol<LevelsPlan, "pulse-station"> = {
  name: "levels",
  title: "How many resistance levels can be written, held and told apart",
  description:
    "Every level is written by write-verify, left for a time and read again, in several rounds; counted are the levels whose reads are apart by the " +
    "asked number of standard deviations. The hold is time of the bench: on virtual instruments in fast time the device does not age in it.",
  source: "as ArC Instruments' MultiStateSeeker: how many levels hold",
  parameters,
  needs: "pulse-station",
  tables: [reads, stepsTable],
  mainTable: reads.name,
  cost: (plan) => ({
    rows: plan.rounds * plan.levels.length * plan.reads,
    duration_s:
      plan.rounds * plan.levels.length * (plan.hold + plan.reads * (plan.read_width + plan.gap) + climb_s(plan)),
  }),
  extremes: (plan) => ({ voltage_V: Math.max(plan.voltage_stop, Math.abs(plan.read_amplitude)) }),
  run: writeAndHold,
  analyse: (tables, plan) => levelMetrics(tables[reads.name], plan.sigma),
  figures: (tables) => levelFigures(tables[reads.name]),
};

/** One climb of the whole ladder, s. */
const climb_s = (plan: LevelsPlan) =>
  writeLadder(plan).reduce((sum, { width_s }) => sum + width_s + plan.read_width + 2 * plan.gap, 0);
