/**
 * ZnO neuron, published observables (Wang L. et al. 2025) with the tolerances that the calibration of the model allows,
 * R = 1 Mohm, C = 47 nF, nominal device.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { column } from "./bench.js";
import { dc, differences, integral, near, runCircuit, voltage, type CircuitRun } from "./circuit-runs.js";

function oscillation(V: number, stop_s = 0.3): CircuitRun {
  return runCircuit("zno-rc", { drive: voltage(dc(V)), stop_s });
}

function rate_Hz(run: CircuitRun): number {
  return 1 / (run.intervals("X1_on").at(-1) ?? Infinity);
}

test("it oscillates at 38 Hz at 0.5 V, 73.1 Hz at 0.8 V and 176 Hz at 2 V, within 4 %", () => {
  near(rate_Hz(oscillation(0.5)), 38, 0.04, "0.5 V");
  near(rate_Hz(oscillation(0.8)), 73.1, 0.04, "0.8 V");
  near(rate_Hz(oscillation(2)), 176, 0.04, "2 V");
});

test("rate and first spike agree with an independent integration of the same equations from 0.5 to 2 V", () => {
  const csv = readFileSync(new URL("data/zno_oscillation_fV.csv", import.meta.url), "utf8");
  const [volts, rates, firsts] = ["Vin_V", "f_Hz", "t_first_s"].map((name) => column(csv, name));
  for (const i of [0, 3, 5, 10, 15]) {
    const run = oscillation(volts?.[i] ?? NaN);
    near(rate_Hz(run), rates?.[i] ?? NaN, 0.005, `rate at ${volts?.[i]} V`);
    near(run.at("X1_on")[0], firsts?.[i] ?? NaN, 1e-4, `first spike at ${volts?.[i]} V`);
  }
});

test("the rate is nearly linear in the voltage: R^2 above 0.99 from 0.5 to 2 V", () => {
  const volts = [0.5, 0.8, 1.1, 1.4, 1.7, 2];
  const rates = volts.map((V) => rate_Hz(oscillation(V, 0.15)));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mv, mf] = [mean(volts), mean(rates)];
  const sum = (f: (i: number) => number) => volts.reduce((total, _v, i) => total + f(i), 0);
  const covariance = sum((i) => ((volts[i] ?? 0) - mv) * ((rates[i] ?? 0) - mf));
  const r2 = covariance ** 2 / (sum((i) => ((volts[i] ?? 0) - mv) ** 2) * sum((i) => ((rates[i] ?? 0) - mf) ** 2));
  assert.ok(r2 > 0.99, `R^2 ${r2}`);
});

test("rates over 50 and 100 ms at 0.8 V differ by less than 3 Hz", () => {
  const rate = (stop_s: number) => {
    const times = oscillation(0.8, stop_s).at("X1_on");
    return (times.length - 1) / ((times.at(-1) ?? 0) - (times[0] ?? 0));
  };
  assert.ok(Math.abs(rate(0.05) - rate(0.1)) < 3);
});

test("a spike at 0.5 V costs 1.442 nJ within 6 %", () => {
  const run = oscillation(0.5);
  const { times_s, values: i_A } = run.atSteps("i1");
  const power_W = i_A.map((i, k) => i * (run.atSteps("V").values[k] ?? 0));
  const [from = 0, to = 0] = run.at("X1_on").slice(-2);
  // a spike lasts 6 us: from just before one to just before the next is one whole period
  near(integral(times_s, power_W, from - 1e-6, to - 1e-6), 1.442e-9, 0.06, "energy");
});

test("as an integrator, 2 V pulses 200 us apart: the wider, the fewer to the first spike and to each later one", () => {
  const counts = [200e-6, 400e-6, 500e-6, 600e-6].map((width_s) => {
    const period_s = width_s + 200e-6;
    const drive = voltage({ kind: "pulse", low: 0, high: 2, width_s, period_s });
    const pulse = runCircuit("zno-rc", { drive, stop_s: 200 * period_s })
      .at("X1_on")
      .map((t_s) => Math.floor(t_s / period_s) + 1);
    const later = differences(pulse);
    return { first: pulse[0] ?? NaN, later: later.reduce((sum, n) => sum + n, 0) / later.length };
  });
  const expected = { first: [36, 19, 15, 13], later: [26.6, 13.3, 10.8, 9] };
  counts.forEach(({ first, later }, i) => {
    assert.ok(Math.abs(first - (expected.first[i] ?? NaN)) <= 1, `first after ${first}`);
    near(later, expected.later[i] ?? NaN, 0.04, "later ones");
    assert.ok(first > later);
    const before = counts[i - 1];
    if (before) assert.ok(first < before.first && later < before.later);
  });
});

test("the first spike needs a higher voltage than the later ones", () => {
  const run = oscillation(2, 0.05);
  const peaks = run.column(
    "V",
    run.at("X1_on").map((t_s) => t_s - 1e-7),
  );
  assert.ok((peaks[0] ?? 0) > 1.05 * (peaks[3] ?? 1), `${peaks[0]} V, then ${peaks[3]} V`);
});

test("a seed draws a device and its cycles: intervals vary, and are the same again with the same seed", () => {
  const intervals = (seed: number) =>
    runCircuit("zno-rc", { drive: voltage(dc(0.8)), stop_s: 0.2, seed }).intervals("X1_on");
  const first = intervals(7);
  assert.deepEqual(intervals(7), first);
  assert.notDeepEqual(intervals(8), first);
  assert.ok(Math.max(...first) > 1.02 * Math.min(...first));
});
