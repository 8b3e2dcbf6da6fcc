import assert from "node:assert/strict";
import test from "node:test";
import { createDevice } from "../../src/simulator/index.js";
import { constant } from "./bench.js";

// Published: Yi et al., Nat. Commun. 9 (2018) 4661, Supplementary Fig. 6c: conductance at 50 mV of a device on a heated
// stage, fitted below 60 °C by ln(G/T^2) against 1/T with R2 = 0.996; surge above 60 °C.

const boltzmann_eV_per_K = 8.617333e-5;

function zeroBias_S(celsius: number, parameters: Readonly<Record<string, number>> = {}): number {
  const device = createDevice("vo2-mott", { sigma_cycle: 0, T: 273.15 + celsius, ...parameters });
  device.advance(1e-4, constant(0.05));
  return device.current_A / device.voltage_V;
}

/** Straight line through ln(G/T^2) against 1/(k_B T): minus its slope in eV, and R2. */
function activation(celsius: readonly number[], conductance_S: readonly number[]): { energy_eV: number; r2: number } {
  const x = celsius.map((c) => 1 / (boltzmann_eV_per_K * (273.15 + c)));
  const y = conductance_S.map((g, i) => Math.log(g / (273.15 + (celsius[i] ?? NaN)) ** 2));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const product = (a: readonly number[], b: readonly number[]) => {
    const [ma, mb] = [mean(a), mean(b)];
    return a.reduce((sum, value, i) => sum + (value - ma) * ((b[i] ?? NaN) - mb), 0);
  };
  const slope = product(x, y) / product(x, x);
  return { energy_eV: -slope, r2: (slope * product(x, y)) / product(y, y) };
}

test("from 25 to 58 °C the film's conductance is thermally activated with 0.205 eV, within the published 0.003 eV", () => {
  const stage = Array.from({ length: 12 }, (_, i) => 25 + 3 * i);
  const { energy_eV, r2 } = activation(
    stage,
    stage.map((c) => zeroBias_S(c, { Re: 0 })),
  );
  assert.ok(Math.abs(energy_eV - 0.205) < 0.003, `${energy_eV} eV`);
  assert.ok(r2 > 0.996, `R2 ${r2}`);
});

test("above 60 °C the conductance surges: 3 to 6 times what activation gives at 63 °C, over 100 times at 70 °C", () => {
  const four_terminal = { Re: 0 };
  const expected = (celsius: number) => {
    const [T, T0] = [273.15 + celsius, 273.15 + 30];
    return zeroBias_S(30, four_terminal) * (T / T0) ** 2 * Math.exp((0.205 / boltzmann_eV_per_K) * (1 / T0 - 1 / T));
  };
  const surge = (celsius: number) => zeroBias_S(celsius, four_terminal) / expected(celsius);
  assert.ok(Math.abs(surge(55) - 1) < 0.01, `55 °C: ${surge(55)}`);
  assert.ok(surge(60) < 1.1, `60 °C: ${surge(60)}`);
  assert.ok(surge(63) > 3 && surge(63) < 6, `63 °C: ${surge(63)}`);
  assert.ok(surge(70) > 100, `70 °C: ${surge(70)}`);
  assert.ok(zeroBias_S(90, four_terminal) > 0.9 * (1 / 30.5), "metal, at least the channel's own resistance");
});

test("conductance rises with temperature everywhere", () => {
  let last_S = 0;
  for (let celsius = -50; celsius <= 120; celsius += 1) {
    const g_S = zeroBias_S(celsius);
    assert.ok(g_S >= last_S, `${celsius} °C: ${g_S} S after ${last_S} S`);
    last_S = g_S;
  }
});

test("the hotter the stage, the lower the threshold, and above the transition nothing switches", () => {
  const threshold_V = (celsius: number) => {
    const device = createDevice("vo2-mott", { sigma_cycle: 0, T: 273.15 + celsius });
    let [at_V, last_ohm] = [NaN, 0];
    for (let v = 0.02; v < 1.6 && Number.isNaN(at_V); v += 0.005) {
      device.advance(device.time_s + 1e-6, constant(v, 0, 2e-3));
      const ohm = device.voltage_V / device.current_A;
      if (ohm < last_ohm / 3) at_V = v;
      last_ohm = ohm;
    }
    return at_V;
  };
  const [cold, warm, hot, metal] = [threshold_V(24), threshold_V(45), threshold_V(60), threshold_V(85)];
  assert.ok(cold > warm && warm > hot && hot > 0, `${cold} V at 24, ${warm} V at 45, ${hot} V at 60 °C`);
  assert.ok(Number.isNaN(metal), `${metal} V at 85 °C`);
});
