import { z } from "zod";
import type { PulseStation } from "../src/capabilities/index.js";
import type { Protocol, RunContext } from "../src/engine/protocol.js";
import type { Row, RowBatch, TableSpec } from "../src/store/shapes.js";
import { pulseTotals, relaxationOf, turnOnOf } from "../src/analysis/index.js";
import { listOr, quantityOr } from "./parameters.js";
import { settleFilled } from "./shot-checks.js";
import { baseLineOf } from "./pulse-reading.js";
import { type CaughtCycle, timesOf } from "./pulse-station.js";
import { repeatsOr, Shots, stressColumns } from "./shots.js";
import { switchingFigures, switchingMetrics } from "./switching-time-results.js";

/** Defaults: the ZnO threshold switch of Wang et al. 2025, about 20 ns at 1.5 V (text to Fig. 2h), and lower levels beside it. */
const parameters = z
  .strictObject({
    amplitudes: listOr("V", "levels of the pulses, one after the other; with ; between", [0.6, 0.8, 1, 1.2, 1.5]),
    width: quantityOr(10e-6, "s", "length of a pulse: what takes longer to switch does not", { above: 0 }),
    probe: quantityOr(
      0.05,
      "V",
      "level right after the pulse, below the hold voltage: the current in it shows the relaxation; 0 for none",
    ),
    probe_width: quantityOr(1e-6, "s", "how long the relaxation is watched", { above: 0 }),
    rest: quantityOr(100e-6, "s", "at 0 V from one pulse to the next", { above: 0 }),
    repeats: repeatsOr(5, "pulses of each level"),
    resolution: quantityOr(1e-9, "s", "longest time between samples", { above: 0 }),
  })
  .check((payload) => {
    if (payload.issues.length === 0) settleFilled(payload, "amplitudes", "V", { nonZero: true });
  });

/** In base units. */
export type SwitchingTimePlan = z.output<typeof parameters>;

const pulses: TableSpec = {
  name: "pulses",
  columns: [
    { name: "amplitude_V", type: "f64", unit: "V", description: "open-circuit level of the pulse" },
    { name: "repeat", type: "i32", unit: "", description: "from 1" },
    {
      name: "time_s",
      type: "f64",
      unit: "s",
      description: "since the first pulse, pauses at 0 V between records left out",
    },
    { name: "switched", type: "bool", unit: "", description: "the current rose later than the voltage" },
    { name: "delay_s", type: "f64", unit: "s", description: "half of the voltage edge to half of the on-current" },
    { name: "rise_s", type: "f64", unit: "s", description: "10 % to 90 % of the on-current" },
    { name: "turnOn_s", type: "f64", unit: "s", description: "half of the voltage edge to 90 % of the on-current" },
    {
      name: "relaxation_s",
      type: "f64",
      unit: "s",
      description: "end of the pulse to half of what the on-state would carry at the probe level",
    },
    { name: "current_A", type: "f64", unit: "A", description: "at the end of the pulse" },
    ...stressColumns,
    { name: "overshoot", type: "f64", unit: "", description: "peak above the current at the end, as a share of that" },
  ],
};

/** Each level a number of times, every pulse a record; a level is a unit of work. */
async function* watch(
  station: PulseStation,
  plan: SwitchingTimePlan,
  context: RunContext,
): AsyncGenerator<RowBatch, void, undefined> {
  const shots = new Shots(
    station,
    { read_amplitude: plan.probe, read_width: plan.probe_width, gap: plan.rest },
    context,
  );
  for (let unit = context.completed; unit < plan.amplitudes.length; unit++) {
    const amplitude_V = plan.amplitudes[unit] as number;
    for (let repeat = 1; repeat <= plan.repeats; repeat++) {
      const look = (caught: CaughtCycle) => pulseRow(caught, amplitude_V, repeat);
      yield { table: pulses.name, rows: [await shots.play(cycleOf(plan, amplitude_V), plan.resolution, look)] };
    }
    await shots.between(unit + 1);
  }
}

/** Pulse, probe of the same sign, rest. */
function cycleOf(plan: SwitchingTimePlan, amplitude_V: number) {
  const probe_V = Math.sign(amplitude_V) * Math.abs(plan.probe);
  return [
    { level_V: amplitude_V, duration_s: plan.width },
    { level_V: probe_V, duration_s: plan.probe_width },
    { level_V: 0, duration_s: plan.rest },
  ];
}

function pulseRow({ record, segments, time_s }: CaughtCycle, amplitude_V: number, repeat: number): Row {
  const base = baseLineOf(record);
  const { voltage, current } = record.device(base);
  const [pulse, probe] = [timesOf(segments, 0), timesOf(segments, 1)];
  const turnOn = turnOnOf(voltage, current, base.to_s, pulse.to_s);
  const { peak_A, charge_C, energy_J, overshoot } = pulseTotals(voltage, current, base.to_s, pulse.to_s);
  const end_A = record.reading(base, { from_s: 0.8 * pulse.to_s, to_s: 0.98 * pulse.to_s }).current;
  const switched = turnOn.late && Math.abs(end_A.value) > end_A.floor;
  const share = Math.abs((segments[1]?.level_V ?? 0) / amplitude_V);
  const relaxed_s =
    switched && share > 0 ? relaxationOf(current, end_A.value, share, pulse.to_s, probe.to_s) : Number.NaN;
  return {
    amplitude_V,
    repeat,
    time_s,
    switched,
    delay_s: switched ? turnOn.delay_s : Number.NaN,
    rise_s: switched ? turnOn.rise_s : Number.NaN,
    turnOn_s: switched ? turnOn.turnOn_s : Number.NaN,
    relaxation_s: relaxed_s,
    current_A: end_A.value,
    peak_A,
    charge_C,
    energy_J,
    overshoot,
  };
}

/** Delay, rise and relaxation against the level of the pulse. */
export const switchingTime: Protocol<SwitchingTimePlan, "pulse-station"> = {
  name: "switching-time",
  title: "Turn-on delay, rise and relaxation of a threshold switch against the level of the pulse",
  description:
    "Pulses of each level, every one recorded densely; the delay is from half of the voltage edge to half of the on-current. A probe level right after " +
    "the pulse shows the device going off. There is no compliance: a device that fails short carries the level over generator and shunt resistance.",
  source: "Wang et al. 2025, text to Fig. 2h (Pt/Ag/ZnO/Pt): about 20 ns at 1.5 V",
  parameters,
  needs: "pulse-station",
  tables: [pulses],
  mainTable: pulses.name,
  cost: (plan) => {
    const rows = plan.amplitudes.length * plan.repeats;
    return { rows, duration_s: rows * (plan.width + plan.probe_width + plan.rest) };
  },
  extremes: (plan) => ({ voltage_V: Math.max(Math.abs(plan.probe), ...plan.amplitudes.map(Math.abs)) }),
  run: watch,
  analyse: (tables) => switchingMetrics(tables[pulses.name]),
  figures: (tables) => switchingFigures(tables[pulses.name]),
  presets: {
    "zno-turn-on": {
      description: "Wang et al. 2025, text to Fig. 2h: 1.5 V, turn-on after about 20 ns",
      settings: { amplitudes: "1.5 V", width: "2 us", repeats: 20 },
    },
  },
};
