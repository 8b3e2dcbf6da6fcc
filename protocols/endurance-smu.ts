import { z } from "zod";
import type { SweepReading, SweepSmu } from "../src/capabilities/index.js";
import { MemrigError } from "../src/errors.js";
import type { Protocol, RunContext } from "../src/engine/protocol.js";
import type { RowBatch } from "../src/store/shapes.js";
import { cycles, leastRatio } from "./endurance.js";
import { checkStop, stopParameters } from "./endurance-plan.js";
import { EnduranceFolding, enduranceFits, foldedAtOnce } from "./endurance-results.js";
import { CycleRows, type ReadState } from "./endurance-rows.js";
import { StopRules } from "./endurance-rules.js";
import { complain, countOr, quantityOr } from "./parameters.js";

/** Parameters of endurance with a source-measure unit alone. Defaults: a ZnO threshold switch at 10 µA, which goes off by itself. */
const enduranceSmuParameters = z
  .strictObject({
    set_amplitude: quantityOr(0.5, "V", "level that sets"),
    reset_amplitude: quantityOr(0, "V", "level that resets; 0 for a volatile device, which gets none"),
    read_amplitude: quantityOr(0.05, "V", "level of the reads; low enough to leave the state alone, other than 0"),
    compliance: quantityOr(10e-6, "A", "largest current, at every level", { above: 0 }),
    dwell: quantityOr(10e-3, "s", "time at every level, its reading at the end included", { above: 0 }),
    pulse_width: quantityOr(
      0,
      "s",
      "each level is a pulse from 0 V of this length, one every dwell, where the instrument has pulses; 0: held for the dwell",
      { min: 0 },
    ),
    nplc: quantityOr(0.1, "", "integration time of a reading, power line cycles", { above: 0 }),
    floor: quantityOr(1e-11, "A", "a current below this is taken for nothing", { above: 0 }),
    cycles: countOr(1000, "number of cycles", 1, 1_000_000),
    cycles_per_sweep: countOr(
      100,
      "cycles the instrument plays by itself; pause, resume and stop rules act between",
      1,
      1000,
    ),
    ...stopParameters(),
  })
  .check((payload) => {
    const plan = payload.value;
    if (payload.issues.length > 0) return;
    checkStop(payload);
    if (plan.pulse_width !== 0 && plan.pulse_width >= plan.dwell)
      complain(payload, "pulse_width", "a pulse is shorter than the dwell, which is the time from one to the next.");
    if (plan.set_amplitude === 0) complain(payload, "set_amplitude", "a set level of 0 V moves nothing.");
    if (plan.read_amplitude === 0) complain(payload, "read_amplitude", "a read at 0 V has no current to read.");
  });

type EnduranceSmuPlan = z.output<typeof enduranceSmuParameters>;

/** Levels of a cycle, and which of their readings are R_on and R_off. Without a reset R_on is read while it is set. */
function cycleOf({ set_amplitude: set, reset_amplitude: reset, read_amplitude: read }: EnduranceSmuPlan) {
  return reset === 0
    ? { levels: [set, 0, read, 0], on: 0, off: 2 }
    : { levels: [set, read, reset, read], on: 1, off: 3 };
}

/** Sweeps of a list of levels, some cycles each; the output is off between two sweeps. */
async function* setAndRead(
  smu: SweepSmu,
  plan: EnduranceSmuPlan,
  context: RunContext,
): AsyncGenerator<RowBatch, void, undefined> {
  context.atEnd(() => smu.makeSafe());
  const { levels, on, off } = cycleOf(plan);
  const { compliance, dwell: dwell_s, nplc, floor, pulse_width: width_s } = plan;
  const pulse = width_s === 0 ? {} : { pulse: { base: 0, width_s } };
  const [rows, rules] = [new CycleRows(), new StopRules(plan)];
  let done = context.completed;
  let base_s = context.earlier ? context.earlier.time_s + context.earlier.gap_s : 0;
  await context.between(done);
  while (done < plan.cycles && !rules.met) {
    const asked = Math.min(plan.cycles_per_sweep, plan.cycles - done);
    const readings: SweepReading[] = [];
    const sweep = { drive: "voltage", levels, cycles: asked, compliance, dwell_s, nplc, ...pulse } as const;
    for await (const block of smu.sweep(sweep, context.signal)) readings.push(...block);
    if (readings.length !== asked * levels.length) throw wrongCount(smu.label, readings.length, asked * levels.length);
    for (let k = 0; k < asked; k++) {
      const of = (at: number): SweepReading | undefined => readings[k * levels.length + at];
      const [onState, offState] = [stateOf(of(on), floor), stateOf(of(off), floor)];
      const switched = !onState.atFloor && offState.ohm >= leastRatio * onState.ohm;
      rows.push(done + k + 1, base_s + (of(0)?.time_s ?? Number.NaN), onState, offState, switched);
      rules.see(done + k + 1, onState.ohm, offState.ohm, switched);
    }
    done += asked;
    base_s += (readings.at(-1)?.time_s ?? 0) + dwell_s;
    yield { table: cycles.name, columns: rows.taken() };
    await context.between(done);
  }
  rules.tell(context);
}

/** Resistance of a reading; where its current is nothing, the least that it can be. */
function stateOf(reading: SweepReading | undefined, floor_A: number): ReadState {
  const { voltage_V, current_A } = reading ?? { voltage_V: Number.NaN, current_A: Number.NaN };
  const atFloor = !(Math.abs(current_A) > floor_A && voltage_V * current_A > 0);
  return { ohm: Math.abs(voltage_V / (atFloor ? floor_A : current_A)), atFloor, current_A };
}

function wrongCount(label: string, came: number, asked: number): MemrigError {
  return new MemrigError(
    "bad-reply",
    `${label} gave ${came} readings of a sweep of ${asked}. The cycles before it are kept; its output is off; "memrig resume" measures the rest.`,
    { came, asked },
  );
}

/** Endurance by the levels of a source-measure unit: slower, and with a compliance. */
export const enduranceSmu: Protocol<EnduranceSmuPlan, "sweep-smu"> = {
  name: "endurance-smu",
  title: "Endurance with a source-measure unit alone: R_on and R_off of every cycle, under a compliance",
  description:
    "Sweeps of set, read and (for a memory cell) reset levels under a compliance; every cycle is a row. It wears the device: that is the purpose. " +
    "Milliseconds a cycle, where pulses take microseconds; no overshoot at the moment of switching is seen.",
  source: "List sweeps of a source-measure unit; the analysis is that of endurance",
  parameters: enduranceSmuParameters,
  needs: "sweep-smu",
  tables: [cycles],
  mainTable: cycles.name,
  cost: (plan) => ({ rows: plan.cycles, duration_s: plan.cycles * cycleOf(plan).levels.length * plan.dwell }),
  extremes: (plan) => ({
    voltage_V: Math.max(...cycleOf(plan).levels.map(Math.abs)),
    current_A: plan.compliance,
  }),
  run: setAndRead,
  fits: enduranceFits,
  analyse: (tables, plan) => foldedAtOnce(cycles.name, tables[cycles.name], plan).metrics(),
  figures: (tables, plan) => foldedAtOnce(cycles.name, tables[cycles.name], plan).figures(),
  fold: (plan) => new EnduranceFolding(cycles.name, plan),
};
