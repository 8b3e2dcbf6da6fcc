import type { TemperatureStation } from "../src/capabilities/index.js";
import type { Protocol, RunContext } from "../src/engine/protocol.js";
import type { RowBatch, TableSpec } from "../src/store/shapes.js";
import { si } from "../src/units.js";
import { RunClock } from "./run-clock.js";
import { readOnce } from "./spot-reads.js";
import { levelsOf } from "./sweep-levels.js";
import { limitOf, temperatureSeriesParameters, type TemperatureSeriesPlan } from "./temperature-series-plan.js";
import { temperatureFigures, temperatureMetrics } from "./temperature-series-results.js";

const temperatures: TableSpec = {
  name: "temperatures",
  columns: [
    { name: "step", type: "i32", unit: "", description: "number of the set-point, from 1" },
    { name: "time_s", type: "f64", unit: "s", description: "time of the reading since the run began, or went on" },
    { name: "asked_K", type: "f64", unit: "K", description: "set-point" },
    {
      name: "temperature_K",
      type: "f64",
      unit: "K",
      description: "of the sensor: mean of before and after the reading",
    },
    { name: "drift_K", type: "f64", unit: "K", description: "after less before" },
    { name: "settle_s", type: "f64", unit: "s", description: "time the stage was waited for" },
    { name: "settled", type: "bool", unit: "", description: "it stayed within the band for long enough" },
    { name: "voltage_V", type: "f64", unit: "V", description: "mean voltage read" },
    { name: "current_A", type: "f64", unit: "A", description: "mean current read" },
    { name: "conductance_S", type: "f64", unit: "S", description: "their ratio" },
  ],
};

const points: TableSpec = {
  name: "points",
  columns: [
    { name: "step", type: "i32", unit: "", description: "number of the set-point, from 1" },
    { name: "asked_K", type: "f64", unit: "K", description: "set-point" },
    { name: "asked_V", type: "f64", unit: "V", description: "level of the sweep" },
    { name: "voltage_V", type: "f64", unit: "V", description: "voltage measured" },
    { name: "current_A", type: "f64", unit: "A", description: "current measured" },
    { name: "in_compliance", type: "bool", unit: "", description: "the limit was active" },
  ],
};

/** Set-point after set-point: wait until the stage is there, read the conductance, sweep where asked, heater off between. */
async function* heatAndRead(
  { smu, thermal, loop, input }: TemperatureStation,
  plan: TemperatureSeriesPlan,
  context: RunContext,
): AsyncGenerator<RowBatch, void, undefined> {
  context.atEnd(() => thermal.makeSafe()); // heaters off after success, error or abort
  context.atEnd(() => smu.makeSafe()); // last registered, first done
  const clock = new RunClock(context);
  const spot = {
    level_V: plan.level,
    compliance_A: plan.compliance,
    readings: plan.readings,
    dwell_s: plan.dwell,
  };
  for (let done = context.completed; done < plan.temperatures.length; done++) {
    const asked_K = plan.temperatures[done] ?? Number.NaN;
    await thermal.regulate({
      output: loop,
      setpoint_K: asked_K,
      ...(plan.ramp === 0 ? {} : { ramp_K_per_min: plan.ramp }),
      limit_K: limitOf(plan),
      heaterRange: plan.heater as 1 | 2 | 3,
    });
    const { settled, settle_s } = await settling(() => thermal.temperature_K(input), asked_K, plan, clock);
    if (!settled) {
      context.warn(
        `The stage was not within ${si(plan.band, "K")} of ${si(asked_K, "K")} for ${plan.settle} s within ${plan.deadline} s. ` +
          "The reading is taken, marked as not settled and left out of the fit. It may need more time, another heater range or cooling.",
        { asked_K },
      );
    }
    const before_K = await thermal.temperature_K(input);
    const time_s = clock.now_s;
    const { voltage_V, current_A } = await readOnce(smu, spot, clock, context);
    const after_K = await thermal.temperature_K(input);
    const conductance_S = current_A / voltage_V;
    const step = done + 1;
    const seen = { temperature_K: (before_K + after_K) / 2, drift_K: after_K - before_K };
    const row = { step, time_s, asked_K, ...seen, settle_s, settled, voltage_V, current_A, conductance_S };
    yield { table: temperatures.name, rows: [row] };
    if (plan.stop !== 0) {
      const { levels } = levelsOf({ start: 0, stop: plan.stop, step: plan.step, shape: "double" });
      const sweep = { drive: "voltage", levels, cycles: 1, compliance: plan.compliance, dwell_s: plan.dwell } as const;
      for await (const readings of smu.sweep(sweep, context.signal)) {
        const rows = readings.map(({ index, voltage_V, current_A, inCompliance }) => {
          const asked_V = levels[index] ?? Number.NaN;
          return { step, asked_K, asked_V, voltage_V, current_A, in_compliance: inCompliance };
        });
        if (rows.length > 0) yield { table: points.name, rows };
      }
      clock.measured(levels.length * plan.dwell);
    }
    await thermal.heaterOff(loop); // a pause may be long
    await context.between(done + 1);
  }
}

/** Looks at the stage until it has been within the band for long enough, or the deadline. */
async function settling(
  temperature_K: () => Promise<number>,
  asked_K: number,
  { band, settle, deadline, poll }: TemperatureSeriesPlan,
  clock: RunClock,
): Promise<{ settled: boolean; settle_s: number }> {
  const began_s = clock.now_s;
  let inside_s: number | undefined;
  for (;;) {
    const there = Math.abs((await temperature_K()) - asked_K) <= band;
    const now_s = clock.now_s;
    if (!there) inside_s = undefined;
    else inside_s ??= now_s;
    const settle_s = now_s - began_s;
    if (inside_s !== undefined && now_s - inside_s >= settle) return { settled: true, settle_s };
    if (settle_s >= deadline) return { settled: false, settle_s };
    await clock.wait(poll);
  }
}

/** Conductance (and I-V) at a series of temperatures, with its activation energy. */
export const temperatureSeries: Protocol<TemperatureSeriesPlan, "temperature-station"> = {
  name: "temperature-series",
  title: "Conductance at a series of temperatures, with its activation energy",
  description:
    "Heats the stage to each set-point, waits until it has settled, and reads the device at a small voltage; an I-V sweep at each is optional. " +
    "The controller's own over-temperature limit is set before the heater goes on. The heater is off between set-points while the run is paused, and at every end.",
  source: "Yi et al. 2018, Suppl. Fig. 6c (VO2: ln(G/T²) against 1000/T, 0.205 eV below 60 °C)",
  parameters: temperatureSeriesParameters,
  needs: "temperature-station",
  tables: [temperatures, points],
  mainTable: temperatures.name,
  cost(plan) {
    const swept = plan.stop === 0 ? 0 : 2 * Math.ceil(Math.abs(plan.stop) / plan.step) + 1;
    const each_s = 2 * plan.settle + (plan.readings + swept) * plan.dwell; // the way there takes about as long again
    return { rows: plan.temperatures.length, duration_s: plan.temperatures.length * each_s };
  },
  extremes: (plan) => ({
    voltage_V: Math.max(Math.abs(plan.level), Math.abs(plan.stop)),
    current_A: plan.compliance,
    temperature_K: limitOf(plan),
  }),
  run: heatAndRead,
  fits: [{ r2: "r2", of: ["activation_eV", "surge"] }],
  analyse: (tables, plan) => temperatureMetrics(tables[temperatures.name], plan),
  figures: temperatureFigures,
};
