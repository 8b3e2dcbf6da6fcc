import { z } from "zod";
import type { PulseSegment, PulseStation } from "../src/capabilities/index.js";
import type { Protocol, RunContext } from "../src/engine/protocol.js";
import type { Row, RowBatch, TableSpec } from "../src/store/shapes.js";
import { si } from "../src/units.js";
import { complain, countOr, quantityOr } from "./parameters.js";
import { readResistance, baseLineOf } from "./pulse-reading.js";
import { pulseTotals } from "../src/analysis/index.js";
import { type CaughtCycle, timesOf } from "./pulse-station.js";
import { refuseFallingLadder, refuseZeroRead } from "./shot-checks.js";
import { readingColumns, repeatsOr, Shots, stressColumns } from "./shots.js";
import { volatilityFigures, volatilityMetrics } from "./volatility-results.js";

/** Reads of one record, at most: what the memory of a generator and the samples of a read allow. */
const mostReads = 200;
/** Widest watch of one record, in read widths: a read keeps ten samples. */
const mostWidths = 2000;

/** Defaults: the Ag/SiOx model with a relaxation of a millisecond, behind 10 kΩ. */
const parameters = z
  .strictObject({
    amplitude: quantityOr(0.8, "V", "level of the pulse"),
    width: quantityOr(20e-6, "s", "its length", { above: 0 }),
    read_amplitude: quantityOr(0.3, "V", "level of the reads, below what switches or holds; other than 0"),
    read_width: quantityOr(10e-6, "s", "length of a read", { above: 0 }),
    first: quantityOr(10e-6, "s", "from the end of the pulse to the first read", { above: 0 }),
    factor: quantityOr(
      1.25,
      "",
      "each read this many times later after the pulse than the one before, but no closer than two read widths",
      { above: 1 },
    ),
    watch: quantityOr(2e-3, "s", "how long the first pulse is watched", { above: 0 }),
    longest: quantityOr(20e-3, "s", "a pulse is watched no longer: the end of the stop rule", { above: 0 }),
    settled_reads: countOr(3, "reads at the end that have to agree", 2, 50),
    tolerance: quantityOr(0.1, "", "to this share of their mean", { above: 0 }),
    rest: quantityOr(1e-3, "s", "at 0 V after the last read", { above: 0 }),
    repeats: repeatsOr(3, "pulses that are watched until they settle"),
  })
  .check((payload) => {
    if (payload.issues.length > 0) return;
    const { amplitude, watch, longest, read_width } = payload.value;
    refuseZeroRead(payload);
    refuseFallingLadder(payload, watch, longest, "longest");
    if (amplitude === 0) complain(payload, "amplitude", "a pulse of 0 V would never trigger the scope.");
    if (longest > mostWidths * read_width) {
      complain(
        payload,
        "read_width",
        `one record holds a read and all the watch: longest may be ${mostWidths} reads, ${si(mostWidths * read_width, "s")} with this read_width.`,
      );
    }
  });

/** In base units. */
export type VolatilityPlan = z.output<typeof parameters>;

const reads: TableSpec = {
  name: "reads",
  columns: [
    { name: "repeat", type: "i32", unit: "", description: "from 1" },
    {
      name: "pulse",
      type: "i32",
      unit: "",
      description: "of this repeat, from 1: one that had not settled is followed by another, watched for longer",
    },
    { name: "read", type: "i32", unit: "", description: "after this pulse, from 1" },
    { name: "since_s", type: "f64", unit: "s", description: "from the end of the pulse to the middle of the read" },
    { name: "g_S", type: "f64", unit: "S", description: "conductance; an upper bound where read_at_floor" },
    ...readingColumns,
    { name: "settled", type: "bool", unit: "", description: "the last reads after this pulse agree" },
  ],
};

const pulses: TableSpec = {
  name: "pulses",
  columns: [
    { name: "repeat", type: "i32", unit: "", description: "from 1" },
    { name: "pulse", type: "i32", unit: "", description: "of this repeat, from 1" },
    { name: "watched_s", type: "f64", unit: "s", description: "for how long" },
    { name: "settled", type: "bool", unit: "", description: "the last reads agree" },
    ...stressColumns,
  ],
};

/** A pulse, then reads ever further apart in the same record; where they have not settled, another pulse watched four times as long. */
async function* watchIt(
  station: PulseStation,
  plan: VolatilityPlan,
  context: RunContext,
): AsyncGenerator<RowBatch, void, undefined> {
  const shots = new Shots(station, { ...plan, gap: plan.rest }, context);
  let watch_s = plan.watch;
  for (let repeat = context.completed + 1; repeat <= plan.repeats; repeat++) {
    for (let pulse = 1; ; pulse++) {
      const times = readTimes(plan, watch_s);
      const seen = await shots.play(cycleOf(plan, times), plan.read_width / 50, (caught) =>
        looked(caught, plan, times),
      );
      const settled = agree(seen.reads, plan);
      const done = settled || watch_s >= plan.longest;
      const place = { repeat, pulse };
      yield { table: reads.name, rows: seen.reads.map(({ read, ...one }) => ({ ...place, read, ...one, settled })) };
      yield { table: pulses.name, rows: [{ ...place, watched_s: watch_s, settled, ...seen.stress }] };
      if (done && !settled)
        context.warn(
          `Pulse ${pulse} of repeat ${repeat} had not settled ${si(watch_s, "s")} after its end; that is the longest watch.`,
        );
      if (done) break;
      watch_s = Math.min(plan.longest, 4 * watch_s);
    }
    await shots.between(repeat);
  }
}

/** Beginnings of the reads after the end of the pulse, s. */
function readTimes(plan: VolatilityPlan, watch_s: number): number[] {
  const times: number[] = [];
  for (let at_s = plan.first; at_s + plan.read_width <= watch_s && times.length < mostReads;) {
    times.push(at_s);
    at_s = Math.max(at_s * plan.factor, at_s + 2 * plan.read_width);
  }
  return times;
}

/** Pulse, (rest, read) for every time, rest. */
function cycleOf(plan: VolatilityPlan, times: readonly number[]): PulseSegment[] {
  let ended_s = 0;
  const watched = times.flatMap((at_s) => {
    const rest_s = at_s - ended_s;
    ended_s = at_s + plan.read_width;
    return [
      { level_V: 0, duration_s: rest_s },
      { level_V: plan.read_amplitude, duration_s: plan.read_width },
    ];
  });
  return [{ level_V: plan.amplitude, duration_s: plan.width }, ...watched, { level_V: 0, duration_s: plan.rest }];
}

interface WatchedRead {
  readonly read: number;
  readonly since_s: number;
  readonly g_S: number;
  readonly rRead_ohm: number;
  readonly read_at_floor: boolean;
}

function looked(
  { segments, record }: CaughtCycle,
  plan: VolatilityPlan,
  times: readonly number[],
): { reads: WatchedRead[]; stress: Row } {
  const base = baseLineOf(record);
  const { voltage, current } = record.device(base);
  const { peak_A, charge_C, energy_J } = pulseTotals(voltage, current, base.to_s, timesOf(segments, 0).to_s);
  const seen = times.map((at_s, k): WatchedRead => {
    const { ohm, atFloor } = readResistance(record, segments, 2 * k + 2);
    return { read: k + 1, since_s: at_s + plan.read_width / 2, g_S: 1 / ohm, rRead_ohm: ohm, read_at_floor: atFloor };
  });
  return { reads: seen, stress: { peak_A, charge_C, energy_J } };
}

/** The last reads are all at the floor, or all within the tolerance of their mean. */
function agree(seen: readonly WatchedRead[], plan: VolatilityPlan): boolean {
  const last = seen.slice(-plan.settled_reads);
  if (last.length < plan.settled_reads) return false;
  const mean_S = last.reduce((sum, { g_S }) => sum + g_S, 0) / last.length;
  return (
    last.every(({ read_at_floor }) => read_at_floor) ||
    last.every(({ g_S }) => Math.abs(g_S / mean_S - 1) <= plan.tolerance)
  );
}

/** How a device forgets. */
export const volatility: Protocol<VolatilityPlan, "pulse-station"> = {
  name: "volatility",
  title: "A pulse, then reads ever further apart until they agree: relaxation time of the conductance",
  description:
    "Pulse and reads are one record, so their times are the generator's own. Where the last reads do not agree, another pulse is watched four times as long, up to the longest watch. " +
    "Fitted with an exponential and a stretched exponential. There is no compliance: generator and shunt resistance limit the current.",
  source: "as ArC Instruments' VolatilityRead",
  parameters,
  needs: "pulse-station",
  tables: [reads, pulses],
  mainTable: reads.name,
  cost: (plan) => ({
    rows: plan.repeats * readTimes(plan, plan.watch).length,
    duration_s: plan.repeats * (plan.width + plan.watch + plan.rest),
  }),
  extremes: (plan) => ({ voltage_V: Math.max(Math.abs(plan.amplitude), Math.abs(plan.read_amplitude)) }),
  run: watchIt,
  fits: [
    { r2: "r2", of: ["tau_s"] },
    { r2: "r2Stretched", of: ["tauStretched_s", "beta"] },
  ],
  analyse: (tables) => volatilityMetrics(tables[reads.name], tables[pulses.name]),
  figures: (tables) => volatilityFigures(tables[reads.name]),
};
