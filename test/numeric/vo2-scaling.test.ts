import assert from "node:assert/strict";
import test from "node:test";
import { createDevice } from "../../src/simulator/index.js";
import { step } from "../../src/simulator/circuits/named.js";
import { constant } from "./bench.js";
import { current, near, runCircuit } from "./circuit-runs.js";

// Yi et al., Nat. Commun. 9 (2018) 4661: how switching time, power and energy go with size. Biases are not published: those
// here are ones at which the model spikes at every capacitance tried.

const noShunt_ohm = 1e15;

/** Greatest voltage of the insulating branch without Re and shunt, V. */
function threshold_V(r: number, L: number): number {
  return 1.2946 * (L / 100e-9) * (56e-9 / r);
}

/** 10 to 90 % rise of the current in the first discharge of 22 pF through a device 50 nm long, s. */
function switchingTime_s(r: number): number {
  const L = 50e-9;
  const set = { C: 22e-12, RL: 100e3, Re: 0, Rshunt: noShunt_ohm, r, L, Vdc: 5 * threshold_V(r, L) };
  const { times_s, values } = runCircuit("pearson-anson", { set, stop_s: 3e-6 }).atSteps("i1");
  const peak_A = Math.max(...values.slice(0, values.findIndex((i, k) => i > 1e-3 && i > (values[k + 1] ?? 0)) + 1));
  const top = values.indexOf(peak_A);
  const rises_s = (share: number): number => {
    let k = top;
    while ((values[k] ?? 0) > share * peak_A) k--;
    const [from, to] = [values[k] ?? NaN, values[k + 1] ?? NaN];
    const [t0, t1] = [times_s[k] ?? NaN, times_s[k + 1] ?? NaN];
    return t0 + ((t1 - t0) * (share * peak_A - from)) / (to - from);
  };
  return rises_s(0.9) - rises_s(0.1);
}

test("a device 50 nm long switches on within a picosecond up to 15 nm of radius, and in a time that goes as its square", () => {
  for (const [r_nm, expected_ps] of [
    [5, 0.112],
    [10, 0.445],
    [15, 1.0],
    [25, 2.78],
    [35, 5.46],
    [56, 14.1],
  ] as const) {
    const time_s = switchingTime_s(r_nm * 1e-9);
    near(time_s, expected_ps * 1e-12, 0.02, `${r_nm} nm`);
    near(time_s / (r_nm * 1e-9) ** 2, 1e-12 / 15e-9 ** 2, 0.02, `${r_nm} nm, over the square of the radius`);
  }
});

test("two devices of 10 nm take about 1 uW at half their threshold and 3 to 4 uW at it", () => {
  const size = { r: 10e-9, L: 10e-9, Re: 0, Rshunt: noShunt_ohm, sigma_cycle: 0 };
  const powerOfTwo_W = (voltage_V: number): number => {
    const device = createDevice("vo2-mott", size);
    device.advance(1e-6, constant(voltage_V));
    return 2 * voltage_V * device.current_A;
  };
  const vth_V = threshold_V(size.r, size.L);
  near(powerOfTwo_W(vth_V / 2), 0.83e-6, 0.03, "half the threshold");
  near(powerOfTwo_W(vth_V * 0.9998), 3.7e-6, 0.05, "the threshold");
});

interface Spike {
  /** Taken by the whole neuron from one spike to the next, J. */
  readonly total_J: number;
  /** Beyond what it takes at rest. */
  readonly dynamic_J: number;
}

/** Energy of a spike of a tonic neuron of two equal devices without shunt, C at both nodes. */
function spikeEnergy(size: { r: number; L: number }, bias_V: number, RL2: number, input_A: number, C: number): Spike {
  const each = (value: number, name: string) => ({ [`${name}1`]: value, [`${name}2`]: value });
  const set = {
    ...each(size.r, "r"),
    ...each(size.L, "L"),
    ...each(300, "Re"),
    ...each(noShunt_ohm, "Rshunt"),
    ...{ C1: C, C2: C, Cstray: 0, RL2, V1: -bias_V, V2: bias_V },
  };
  const drive = current(step(input_A, 1e-9, 1e-9));
  const run = runCircuit("vo2-tonic", { set, drive, stop_s: Math.max(20e-9, 60 * RL2 * C), tolerance: 1e-6 });
  const spikes = run.at("X2_on").slice(2);
  const [from_s, to_s] = [spikes[0] ?? NaN, spikes.at(-1) ?? NaN];
  const [i1, i2, na, k] = ["i1", "i2", "V_Na", "V_K"].map((name) => run.atSteps(name).values);
  const { times_s } = run.atSteps("i1");
  const power_W = (n: number): number => {
    const [Na, K] = [na?.[n] ?? NaN, k?.[n] ?? NaN];
    return (i1?.[n] ?? NaN) * (Na + bias_V) + (i2?.[n] ?? NaN) * (K - bias_V) + (Na - K) ** 2 / RL2;
  };
  let energy_J = 0;
  for (let n = 1; n < times_s.length; n++) {
    const [t0, t1] = [times_s[n - 1] ?? NaN, times_s[n] ?? NaN];
    if (t0 >= from_s && t1 <= to_s) energy_J += ((power_W(n - 1) + power_W(n)) / 2) * (t1 - t0);
  }
  const count = spikes.length - 1;
  assert.ok(count > 10, `${count} spikes at ${C} F`);
  return { total_J: energy_J / count, dynamic_J: (energy_J - power_W(0) * (to_s - from_s)) / count };
}

/** Slope of a straight line through the logarithms. */
function logSlope(x: readonly number[], y: readonly number[]): number {
  const [lx, ly] = [x.map(Math.log), y.map(Math.log)];
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(lx), mean(ly)];
  const product = lx.reduce((sum, value, i) => sum + (value - mx) * ((ly[i] ?? NaN) - my), 0);
  return product / lx.reduce((sum, value) => sum + (value - mx) ** 2, 0);
}

test("energy per spike goes as the capacitance to the published 0.96 with devices of 10 nm, 0.924 with 36/50 nm", () => {
  const small = [10e-15, 38.3e-15, 100e-15, 1e-12, 10e-12];
  const ofSmall = small.map((C) => spikeEnergy({ r: 10e-9, L: 10e-9 }, 0.7, 50e3, 8.4e-6, C));
  const slope = logSlope(
    small,
    ofSmall.map(({ dynamic_J }) => dynamic_J),
  );
  near(slope, 0.96, 0.01, "10/10 nm");

  const larger = [38e-15, 100e-15, 1e-12, 10e-12];
  const ofLarger = larger.map((C) => spikeEnergy({ r: 36e-9, L: 50e-9 }, 0.97, 20e3, 19.4e-6, C));
  const total = logSlope(
    larger,
    ofLarger.map(({ total_J }) => total_J),
  );
  near(total, 0.924, 0.01, "36/50 nm");
  // 10/10 takes much less than the published 24 % below 36/50: each size needs its own bias. NOT met.
  const [ten, fifty] = [ofSmall[1]?.dynamic_J ?? NaN, ofLarger[0]?.dynamic_J ?? NaN];
  assert.ok(ten < 0.5 * fifty, `${ten} J against ${fifty} J`);
});

test("at 20 fF a neuron of 36/50 nm devices takes less than the published 0.1 pJ a spike, 10/10 nm at 38.3 fF 0.05 to 0.1 pJ", () => {
  const { dynamic_J, total_J } = spikeEnergy({ r: 36e-9, L: 50e-9 }, 0.97, 25e3, 19.4e-6, 20e-15);
  assert.ok(dynamic_J < 0.1e-12 && total_J < 0.1e-12, `${dynamic_J}, ${total_J} J`);
  const small = spikeEnergy({ r: 10e-9, L: 10e-9 }, 0.7, 50e3, 8.4e-6, 38.3e-15);
  assert.ok(small.dynamic_J > 0.05e-12 && small.total_J < 0.1e-12, `${small.dynamic_J} J`);
});
