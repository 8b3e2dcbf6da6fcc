/**
 * VOx neuron (Shih et al. 2025) and NbO2 neuristor (Pickett et al. 2013), published observables. The circuits' element
 * values are calibrations, so the tolerances are those of the calibration.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pulses, pwl } from "../../src/simulator/circuits/named.js";
import { pearsonAnson } from "../../src/simulator/circuits/pearson-anson.js";
import { dc, integral, near, runCircuit, voltage } from "./circuit-runs.js";

function vox(V: number, stop_s = 30e-6) {
  const run = runCircuit("vox-rc", { drive: voltage(dc(V)), stop_s });
  return { run, first_s: run.at("X1_on")[0], rate_Hz: 1 / (run.intervals("X1_on").at(-1) ?? Infinity) };
}

test("VOx at 3.0 V: 570 kHz, the first spike after 1.6 us, 4.7 nJ each, within 3 %", () => {
  const { run, first_s, rate_Hz } = vox(3);
  near(rate_Hz, 570e3, 0.03, "rate");
  near(first_s, 1.6e-6, 0.03, "first spike");
  const { times_s, values: i_A } = run.atSteps("i1");
  const { values: v_V } = run.atSteps("V");
  const [from = 0, to = 0] = run.at("X1_on").slice(-2);
  const energy_J = integral(
    times_s,
    i_A.map((i, k) => i * (v_V[k] ?? 0)),
    from,
    to,
  );
  near(energy_J, 4.7e-9, 0.03, "energy");
});

test("VOx is quiet at 2.1 V, fires at 280 kHz at 2.2 V and faster with every step to 3.0 V", () => {
  assert.equal(vox(2.1).rate_Hz, 0);
  const rates = [2.2, 2.4, 2.6, 2.8, 3].map((V) => vox(V).rate_Hz);
  near(rates[0], 280e3, 0.01, "2.2 V");
  rates.slice(1).forEach((rate, i) => assert.ok(rate > (rates[i] ?? Infinity)));
});

test("VOx as an integrator: 5 V, 0.3 us pulses fire later the longer the gap and the stronger the leak, then never", () => {
  const pulse = (R_leak: number, gap_s: number) => {
    const period_s = 0.3e-6 + gap_s;
    const drive = voltage({ kind: "pulse", low: 0, high: 5, width_s: 0.3e-6, period_s });
    const first_s = runCircuit("vox-rc", { set: { R_leak }, drive, stop_s: 20e-6 }).at("X1_on")[0];
    return first_s === undefined ? Infinity : Math.floor(first_s / period_s) + 1;
  };
  const gaps = [0.1e-6, 0.2e-6, 0.3e-6, 0.4e-6, 0.6e-6];
  assert.deepEqual(
    gaps.map((gap) => pulse(0, gap)),
    [3, 3, 4, 4, Infinity],
  );
  assert.deepEqual(
    gaps.map((gap) => pulse(2e3, gap)),
    [3, 4, 5, Infinity, Infinity],
  );
});

function neuristor(V: number, width_s = 10e-6) {
  const run = runCircuit("nbo2-neuristor", { drive: voltage(pulses(10e-9, [10e-6, width_s, V])), stop_s: 120e-6 });
  const { times_s, values } = run.atSteps("V_out");
  const rest = values[0] ?? NaN;
  const after = values.filter((_v, k) => (times_s[k] ?? 0) > 10e-6);
  return {
    height: Math.max(...after) - rest,
    spikes: run.at("Vout_up").length,
    left: Math.abs((values.at(-1) ?? NaN) - rest),
  };
}

test("NbO2: 0.3 V gives one spike of 0.33 V within 10 %, 0.2 V a bump of 0.028 V within 25 %, and both return to rest", () => {
  const [spike, bump] = [neuristor(0.3), neuristor(0.2)];
  near(spike.height, 0.33, 0.1, "spike");
  assert.equal(spike.spikes, 1);
  near(bump.height, 0.028, 0.25, "bump");
  assert.equal(bump.spikes, 0);
  assert.ok(spike.left < 1e-4 && bump.left < 1e-4, `${spike.left} V and ${bump.left} V left`);
});

test("NbO2 is all-or-none: spikes from 0.3 to 0.4 V differ by less than 5 %; 0.28 V gives none", () => {
  const heights = [0.3, 0.32, 0.35, 0.4].map((V) => neuristor(V).height);
  assert.ok(Math.max(...heights) < 1.05 * Math.min(...heights), heights.join());
  assert.equal(neuristor(0.28).spikes, 0);
});

test("NbO2: 5 us of 0.3 V give no spike, 20 us two, 40 us three", () => {
  assert.deepEqual(
    [5e-6, 20e-6, 40e-6].map((width_s) => neuristor(0.3, width_s).spikes),
    [0, 2, 3],
  );
});

test("the VO2 oscillator of Fig. S3 has a period of 8.448 us at 1 nF, and follows its supply", () => {
  near(runCircuit("pearson-anson").intervals("X1_on").at(-1), 8.448e-6, 1e-4, "period");
  const off = runCircuit("pearson-anson", { drive: voltage(pwl([0, 0], [50e-6, 0], [50.1e-6, 3])), stop_s: 100e-6 });
  assert.ok((off.at("X1_on")[0] ?? 0) > 55e-6);
  assert.equal(pearsonAnson.events.length, 2);
});
