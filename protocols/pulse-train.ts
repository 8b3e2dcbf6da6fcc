import type { PulseStation } from "../src/capabilities/index.js";
import type { Protocol, RunContext } from "../src/engine/protocol.js";
import type { RowBatch, TableSpec } from "../src/store/shapes.js";
import { readPulse, waveformOf } from "./pulse-reading.js";
import { type CaughtCycle, playAndRead } from "./pulse-station.js";
import { pulseCycle, pulseTrainParameters, type PulseTrainPlan } from "./pulse-train-plan.js";
import { trainFigures, trainMetrics } from "./pulse-train-results.js";

const pulses: TableSpec = {
  name: "pulses",
  columns: [
    { name: "pulse", type: "i32", unit: "", description: "number of the pulse, from 1" },
    { name: "time_s", type: "f64", unit: "s", description: "its beginning since the first pulse, pauses left out" },
    { name: "voltage_V", type: "f64", unit: "V", description: "across the device at the end of the pulse" },
    { name: "current_A", type: "f64", unit: "A", description: "through the device at the end of the pulse" },
    { name: "rPulse_ohm", type: "f64", unit: "ohm", description: "resistance at the end of the pulse" },
    {
      name: "rRead_ohm",
      type: "f64",
      unit: "ohm",
      description: "resistance in the read after it; a lower bound where read_at_floor",
    },
    { name: "read_at_floor", type: "bool", unit: "", description: "the read current could not be told from nothing" },
    { name: "delay_s", type: "f64", unit: "s", description: "half of the voltage edge to half of the on-current" },
    { name: "rise_s", type: "f64", unit: "s", description: "10 % to 90 % of the on-current" },
    { name: "energy_J", type: "f64", unit: "J", description: "taken up by the device during the pulse" },
    { name: "charge_C", type: "f64", unit: "C", description: "through the device during the pulse" },
    { name: "peak_A", type: "f64", unit: "A", description: "largest current during the pulse, with its sign" },
    { name: "overshoot", type: "f64", unit: "", description: "peak above the current at the end, as a share of that" },
    { name: "switched", type: "bool", unit: "", description: "the device turned on in this pulse" },
  ],
};

const waveforms: TableSpec = {
  name: "waveforms",
  columns: [
    { name: "pulse", type: "i32", unit: "", description: "number of the pulse, from 1" },
    { name: "time_s", type: "f64", unit: "s", description: "since the beginning of the first pulse, pauses left out" },
    { name: "voltage_V", type: "f64", unit: "V", description: "across the device" },
    { name: "current_A", type: "f64", unit: "A", description: "through the device" },
  ],
};

/** Pulse, rest, read, rest; each caught by the scope, each a row. */
async function* pulseAndRead(
  station: PulseStation,
  plan: PulseTrainPlan,
  context: RunContext,
): AsyncGenerator<RowBatch, void, undefined> {
  const segments = pulseCycle(plan);
  const rest_s = segments.at(-1)?.duration_s ?? 0;
  const job = {
    segments,
    cycles: plan.count,
    read_V: plan.read_amplitude,
    pretrigger_s: Math.min(0.4 * rest_s, Math.max(plan.width / 4, 100 * plan.resolution)),
    resolution_s: plan.resolution,
  };
  const look = (caught: CaughtCycle) => ({
    row: readPulse(caught),
    waveform: caught.cycle <= plan.keep_waveforms ? waveformOf(caught) : undefined,
  });
  for await (const seen of playAndRead(station, job, look, context)) {
    yield { table: pulses.name, rows: seen.map(({ row }) => row) };
    for (const { waveform } of seen) if (waveform) yield { table: waveforms.name, columns: waveform };
  }
}

/** Pulses with a read after each, seen by the scope. */
export const pulseTrain: Protocol<PulseTrainPlan, "pulse-station"> = {
  name: "pulse-train",
  title: "Pulses with a read after each: turn-on delay, rise time, energy and both resistances",
  description:
    "The generator plays a pulse, a rest, a read and a rest, count times; the scope catches every one. " +
    "There is no compliance: what limits the current is the generator's and the shunt's resistance, so a device that fails short carries amplitude over the two. " +
    "A volatile device is off again in the read; a memory cell is left as the last pulse left it.",
  source: "Wang et al. 2025, Fig. 2h (Pt/Ag/ZnO/Pt)",
  parameters: pulseTrainParameters,
  needs: "pulse-station",
  tables: [pulses, waveforms],
  mainTable: pulses.name,
  cost: (plan) => ({ rows: plan.count, duration_s: plan.count * plan.period }),
  extremes: (plan) => ({ voltage_V: Math.max(...pulseCycle(plan).map(({ level_V }) => Math.abs(level_V))) }),
  run: pulseAndRead,
  analyse: (tables) => trainMetrics(tables[pulses.name]),
  figures: (tables) => trainFigures(tables[pulses.name], tables[waveforms.name]),
};
