import { z } from "zod";
import { pulseTotals } from "../src/analysis/index.js";
import type { PulseStation } from "../src/capabilities/index.js";
import type { Protocol, RunContext } from "../src/engine/protocol.js";
import type { RowBatch, TableSpec } from "../src/store/shapes.js";
import { converge } from "./converge.js";
import { listOr, quantityOr } from "./parameters.js";
import { baseLineOf } from "./pulse-reading.js";
import { type CaughtCycle, lengthOf } from "./pulse-station.js";
import { refuseZeroRead, settleFilled } from "./shot-checks.js";
import { readParameters, repeatsOr, Shots, type Stress, stressColumns } from "./shots.js";
import { spikePair, type SpikeShape } from "./spike-pair.js";
import { stdpFigures, stdpMetrics } from "./stdp-results.js";
import { checkWrite, goalOf, writeLadder, writeParameters } from "./write-plan.js";

/** Defaults suit a cell with thresholds of 0.5 V. */
const parameters = z
  .strictObject({
    delays: listOr(
      "s",
      "post spike after pre spike where positive; other than 0, and no shorter than the generator's shortest step; with ; between",
      [-20e-6, -12e-6, -8e-6, -5e-6, -3e-6, -1.5e-6, 1.5e-6, 3e-6, 5e-6, 8e-6, 12e-6, 20e-6],
    ),
    head: quantityOr(0.5, "V", "level of a spike's head: alone it should not move the state", { above: 0 }),
    head_width: quantityOr(1e-6, "s", "length of the head", { above: 0 }),
    tail: quantityOr(0.4, "V", "magnitude of the tail, of the other sign, where it begins", { above: 0 }),
    tail_time: quantityOr(20e-6, "s", "time constant with which the tail decays", { above: 0 }),
    repeats: repeatsOr(1, "how often the list of delays is gone through"),
    reference: quantityOr(30e3, "ohm", "resistance written before every pair; 0: the state is left as it is", {
      min: 0,
    }),
    ...writeParameters(),
    ...readParameters(),
  })
  .check((payload) => {
    if (payload.issues.length > 0) return;
    settleFilled(payload, "delays", "s", { nonZero: true });
    refuseZeroRead(payload);
    checkWrite(payload);
  });

/** In base units. */
export type StdpPlan = z.output<typeof parameters>;

const pairs: TableSpec = {
  name: "pairs",
  columns: [
    { name: "pair", type: "i32", unit: "", description: "from 1" },
    {
      name: "time_s",
      type: "f64",
      unit: "s",
      description: "end of the pair since the first read, pauses at 0 V between records left out",
    },
    { name: "delay_s", type: "f64", unit: "s", description: "post spike after pre spike" },
    {
      name: "referenced",
      type: "bool",
      unit: "",
      description: "the reference was reached before the pair; false where none was asked for",
    },
    { name: "gBefore_S", type: "f64", unit: "S", description: "conductance before the pair" },
    { name: "gAfter_S", type: "f64", unit: "S", description: "conductance after it" },
    { name: "change", type: "f64", unit: "", description: "gAfter_S/gBefore_S - 1" },
    ...stressColumns,
  ],
};

/** Reference, read, pair of spikes, read; a pair is a unit of work. */
async function* spikes(
  station: PulseStation,
  plan: StdpPlan,
  context: RunContext,
): AsyncGenerator<RowBatch, void, undefined> {
  const shots = new Shots(station, plan, context);
  const sign = plan.set_polarity === "negative" ? -1 : 1;
  for (let unit = context.completed; unit < plan.repeats * plan.delays.length; unit++) {
    const delay_s = plan.delays[unit % plan.delays.length] as number;
    const referenced = plan.reference > 0 && (await written(shots, plan));
    const before = await shots.read();
    const segments = [
      ...spikePair(shapeOf(plan), delay_s, sign, station.source.ranges.minSegment_s),
      { level_V: 0, duration_s: plan.gap },
    ];
    const { peak_A, charge_C, energy_J } = await shots.play(segments, plan.head_width / 50, pairStress);
    const after = await shots.read();
    const [gBefore_S, gAfter_S] = [1 / before.rRead_ohm, 1 / after.rRead_ohm];
    const seen = { referenced, gBefore_S, gAfter_S, change: gAfter_S / gBefore_S - 1 };
    yield {
      table: pairs.name,
      rows: [{ pair: unit + 1, time_s: shots.time_s, delay_s, ...seen, peak_A, charge_C, energy_J }],
    };
    await shots.between(unit + 1);
  }
}

/** Writes the reference; its single pulses are not kept. */
async function written(shots: Shots, plan: StdpPlan): Promise<boolean> {
  const steps = converge(shots, goalOf(plan, plan.reference));
  let next = await steps.next();
  while (next.done !== true) next = await steps.next();
  return next.value.status === "reached";
}

const shapeOf = (plan: StdpPlan): SpikeShape => {
  return { head_V: plan.head, head_s: plan.head_width, tail_V: plan.tail, tail_s: plan.tail_time };
};

/** Peak, charge and energy of the whole pair. */
function pairStress({ segments, record }: CaughtCycle): Stress {
  const base = baseLineOf(record);
  const { voltage, current } = record.device(base);
  const { peak_A, charge_C, energy_J } = pulseTotals(voltage, current, base.to_s, lengthOf(segments.slice(0, -1)));
  return { peak_A, charge_C, energy_J };
}

/** Spike-timing dependent plasticity. */
export const stdp: Protocol<StdpPlan, "pulse-station"> = {
  name: "stdp",
  title: "Pairs of spikes at given delays: change of the conductance against the delay",
  description:
    "The difference of a pre and a post spike is played across the device by one generator channel, which is what the device sees with a spike on each side; " +
    "the conductance is read before and after. Before every pair the reference resistance is written. What comes out follows from the shape of the spikes and the device's threshold.",
  source:
    "spike shape and superposition as in Linares-Barranco, Serrano-Gotarredona et al., Front. Neurosci. 5 (2011) 26",
  parameters,
  needs: "pulse-station",
  tables: [pairs],
  mainTable: pairs.name,
  cost: (plan) => {
    const rows = plan.repeats * plan.delays.length;
    const pair_s =
      plan.delays.reduce((sum, delay_s) => sum + lengthOf(spikePair(shapeOf(plan), delay_s, 1, 1e-9)), 0) *
      plan.repeats;
    const write_s =
      plan.reference > 0
        ? writeLadder(plan).reduce((sum, { width_s }) => sum + width_s + plan.read_width + 2 * plan.gap, 0)
        : 0;
    return { rows, duration_s: pair_s + rows * (write_s + 2 * plan.read_width + 3 * plan.gap) };
  },
  extremes: (plan) => ({
    voltage_V: Math.max(
      plan.head + plan.tail,
      plan.reference > 0 ? plan.voltage_stop : 0,
      Math.abs(plan.read_amplitude),
    ),
  }),
  run: spikes,
  fits: [
    { r2: "r2After", of: ["tauAfter_s", "amplitudeAfter"] },
    { r2: "r2Before", of: ["tauBefore_s", "amplitudeBefore"] },
  ],
  analyse: (tables) => stdpMetrics(tables[pairs.name]),
  figures: (tables) => stdpFigures(tables[pairs.name]),
};
