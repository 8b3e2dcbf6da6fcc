import { boundedResistance } from "../src/analysis/index.js";
import type { PulseStation } from "../src/capabilities/index.js";
import type { Protocol, RunContext } from "../src/engine/protocol.js";
import type { RowBatch, TableSpec } from "../src/store/shapes.js";
import {
  type EnduranceCycle,
  enduranceCycle,
  enduranceParameters,
  type EndurancePlan,
  endurancePresets,
} from "./endurance-plan.js";
import { CycleRows, type ReadState } from "./endurance-rows.js";
import { StopRules } from "./endurance-rules.js";
import { countOfReads, logSpaced } from "./log-cycles.js";
import { EnduranceFolding, enduranceFits, foldedAtOnce } from "./endurance-results.js";
import { baseLineOf, endOf, readResistance } from "./pulse-reading.js";
import { type CaughtCycle, lengthOf, playAndRead } from "./pulse-station.js";

/** One row a cycle that was read. */
export const cycles: TableSpec = {
  name: "cycles",
  columns: [
    { name: "cycle", type: "i32", unit: "", description: "number of the cycle, from 1" },
    {
      name: "time_s",
      type: "f64",
      unit: "s",
      description: "its beginning since the first cycle, pauses between bursts left out",
    },
    {
      name: "rOn_ohm",
      type: "f64",
      unit: "ohm",
      description: "on resistance: at the end of the set pulse, or in the read after it where there is a reset",
    },
    {
      name: "rOff_ohm",
      type: "f64",
      unit: "ohm",
      description: "off resistance in the last read; a lower bound where off_at_floor",
    },
    { name: "iOn_A", type: "f64", unit: "A", description: "current R_on was taken from" },
    { name: "iOff_A", type: "f64", unit: "A", description: "current R_off was taken from, below the floor too" },
    { name: "off_at_floor", type: "bool", unit: "", description: "the off current could not be told from nothing" },
    { name: "switched", type: "bool", unit: "", description: "both states were read, a factor of 10 or more apart" },
  ],
};

/** States less than this apart no circuit could tell. */
export const leastRatio = 10;

/** Set, (reset,) and read, cycle after cycle; every cycle is caught by the scope and is a row. */
async function* setAndRead(
  station: PulseStation,
  plan: EndurancePlan,
  context: RunContext,
): AsyncGenerator<RowBatch, void, undefined> {
  const cycle = enduranceCycle(plan);
  const rules = new StopRules(plan);
  const shortest_s = Math.min(...cycle.segments.map(({ duration_s }) => duration_s));
  const job = {
    segments: cycle.segments,
    cycles: plan.cycles,
    read_V: plan.read_amplitude,
    pretrigger_s: 0.4 * plan.gap,
    resolution_s: shortest_s / plan.samples,
    ahead: !rules.active,
    enough: () => rules.met !== undefined,
    ...(rules.active ? { mostUnseen: plan.stop_within } : {}),
    ...(plan.reads === "log" ? { nextRead: logSpaced(plan.reads_per_decade, plan.cycles) } : {}),
  };
  if (plan.stop_drift > 0 && context.completed > 0)
    context.warn(
      "stop_drift counts from the first cycles of this sitting: those of the earlier one are not looked up.",
    );
  const rows = new CycleRows();
  const look = (caught: CaughtCycle): void => {
    const { on, off, switched } = readInto(rows, caught, cycle);
    rules.see(caught.cycle, on.ohm, off.ohm, switched);
  };
  for await (const _ of playAndRead(station, job, look, context)) {
    yield { table: cycles.name, columns: rows.taken() };
  }
  rules.tell(context);
}

function readInto(
  rows: CycleRows,
  { cycle, time_s, segments, record }: CaughtCycle,
  { on, off }: EnduranceCycle,
): { on: ReadState; off: ReadState; switched: boolean } {
  const offState = readResistance(record, segments, off);
  const onState = on.kind === "read" ? readResistance(record, segments, on.segment) : whileOn();
  // A shorted device can show any ratio of two bounds.
  const switched = !onState.atFloor && !offState.shorted && offState.ohm >= leastRatio * onState.ohm;
  rows.push(cycle, time_s, onState, offState, switched);
  return { on: onState, off: offState, switched };

  function whileOn() {
    const seen = record.reading(baseLineOf(record), endOf(segments, on.segment));
    return { ...boundedResistance(seen.voltage, seen.current), current_A: seen.current.value };
  }
}

/** Set, read and reset pulses, as often as the device lasts. */
export const endurance: Protocol<EndurancePlan, "pulse-station"> = {
  name: "endurance",
  title: "Set and read pulses, cycle after cycle: R_on and R_off of every one",
  description:
    "The generator plays bursts of set, read and (for a memory cell) reset pulses; the scope keeps every cycle. It wears the device: that is the purpose. " +
    "There is no compliance: generator and shunt resistance limit the current. R_off below the scope's noise is given as the bound it is.",
  source: "Wang et al. 2025, Fig. 2i (Pt/Ag/ZnO/Pt); Yi et al. 2018, Suppl. Fig. 6 (VO2)",
  parameters: enduranceParameters,
  needs: "pulse-station",
  tables: [cycles],
  mainTable: cycles.name,
  cost: (plan) => ({
    rows: plan.reads === "log" ? countOfReads(plan.reads_per_decade, plan.cycles) : plan.cycles,
    duration_s: plan.cycles * lengthOf(enduranceCycle(plan).segments),
  }),
  extremes: (plan) => ({
    voltage_V: Math.max(...enduranceCycle(plan).segments.map(({ level_V }) => Math.abs(level_V))),
  }),
  run: setAndRead,
  fits: enduranceFits,
  analyse: (tables, plan) => foldedAtOnce(cycles.name, tables[cycles.name], plan).metrics(),
  figures: (tables, plan) => foldedAtOnce(cycles.name, tables[cycles.name], plan).figures(),
  fold: (plan) => new EnduranceFolding(cycles.name, plan),
  presets: endurancePresets,
};
