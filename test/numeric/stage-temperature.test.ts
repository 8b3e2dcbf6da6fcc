import assert from "node:assert/strict";
import test from "node:test";
import { complete, deviceModel } from "../../src/simulator/catalogue.js";
import { createDevice, createRandom } from "../../src/simulator/index.js";
import type { Device } from "../../src/simulator/models/device.js";
import { constant } from "./bench.js";

// Expected values are the equations of the papers written once more, at the temperature of the stage.

const boltzmann_V_per_K = 8.617333e-5;
const stages_K = [250, 300, 350, 400];

function onStage(model: string, parameters: Readonly<Record<string, number>>, stage_K: number): Device {
  const known = deviceModel(model);
  const device = known.create(complete(known, parameters), { cycle: createRandom(1, "stage") });
  device.setTemperature?.(stage_K);
  return device;
}

function ratesOf(device: Device, v: number, x: Float64Array): Float64Array {
  const out = new Float64Array(device.size);
  device.rates(v, x, out);
  return out;
}

function nearly(actual: number, expected: number, share: number, what: string): void {
  assert.ok(Math.abs(actual / expected - 1) < share, `${what}: ${actual}, expected ${expected}`);
}

test("told the stage's temperature, a device is the one made for it, to the last bit, over cycles that are drawn too", () => {
  for (const [model, name, levels_V] of [
    ["ots", "T", [2, 0, 0.4, -2, 0, 2.1, 0]],
    ["stanford-rram", "T_0", [2, -1.6, 0.1, 2, -1.8, 0.1]],
    ["jart-vcm", "T_0", [-1.4, -0.1, 1.8, -0.1, -1.4, 1.9, -0.1]],
  ] as const) {
    const seen = [undefined, 340].map((stage_K) => {
      const device = createDevice(model, { sigma_cycle: 0.1, ...(stage_K ? {} : { [name]: 340 }) }, 5);
      if (stage_K) device.setTemperature?.(stage_K);
      return levels_V.map((level_V) => {
        device.advance(device.time_s + 1e-4, constant(level_V, 1e3));
        return device.current_A;
      });
    });
    assert.deepEqual(seen[1], seen[0], model);
    const cold = createDevice(model, { sigma_cycle: 0.1 }, 5);
    cold.advance(1e-4, constant(levels_V[0], 1e3));
    assert.notEqual(cold.current_A, seen[0]?.[0], `${model} at its own temperature`);
  }
});

test("ots: on every stage the off state conducts 2 q A N_T (dz/tau_0) exp(-E_a/kT) sinh(v dz/(2 kT u_a))", () => {
  for (const stage_K of stages_K) {
    const kT = boltzmann_V_per_K * stage_K;
    const prefactor_A = ((2 * 1.602177e-19 * 2e-15 * 1e25 * 6e-9) / 1e-14) * Math.exp(-0.35 / kT);
    const device = onStage("ots", { R_on: 1e-3 }, stage_K); // no bend into a straight line
    for (const v of [0.05, 1]) {
      const expected_A = prefactor_A * Math.sinh((v * 6e-9) / (2 * kT * 30e-9));
      nearly(device.current_A(v, Float64Array.of(0)), expected_A, 1e-4, `${v} V at ${stage_K} K`);
    }
  }
});

test("stanford-rram: the gap moves by exp(-E_a/kT) sinh(a_0 gamma v/(t_ox kT)) at the stage's temperature and what the current adds", () => {
  for (const stage_K of stages_K) {
    const device = onStage("stanford-rram", {}, stage_K);
    for (const [v, gap] of [
      [1.5, 1],
      [-1.5, 0.6],
    ] as const) {
      const x = Float64Array.of(gap);
      const kT = boltzmann_V_per_K * (stage_K + 2.1e3 * Math.abs(device.current_A(v, x) * v));
      const gamma = 16 - 0.8 * gap ** 3;
      const expected = -10e9 * Math.exp(-0.6 / kT) * Math.sinh((0.25 * gamma * v) / (12 * kT));
      nearly(ratesOf(device, v, x)[0] ?? NaN, expected, 1e-3, `${v} V at ${stage_K} K`);
    }
  }
});

test("jart-vcm: vacancies hop over dW at the stage's temperature and what the current adds; the barrier lets more through, too", () => {
  const [N, area] = [3e26, Math.PI * 45e-9 ** 2];
  const perLength_ohm = 1 / (2 * 1.602177e-19 * 4e-6 * area);
  const oxide_ohm = (0.4e-9 / N + 2.6e-9 / 20e26) * perLength_ohm;
  const [s, v] = [0.05, 1.2];
  const x = Float64Array.of(s, Math.log(N / 1e26));
  let last = 0;
  for (const stage_K of stages_K) {
    const device = onStage("jart-vcm", {}, stage_K);
    const i = device.current_A(v, x);
    const oxide_V = s + i * oxide_ohm;
    const kT = boltzmann_V_per_K * (stage_K + 0.27 * 15.72e6 * i * oxide_V);
    const g = (2 * 0.25e-9 * oxide_V) / (3e-9 * Math.PI * 1.35);
    const root = Math.sqrt(1 - g * g) + g * Math.asin(g);
    const hops =
      Math.exp((-1.35 * (root - (g * Math.PI) / 2)) / kT) - Math.exp((-1.35 * (root + (g * Math.PI) / 2)) / kT);
    const expected = (-((20e26 + N) / 2) * ((0.25e-9 * 2e13) / 0.4e-9) * hops * (1 - (0.008e26 / N) ** 10)) / N;
    const [contact_per_s = NaN, hop_per_s = NaN] = ratesOf(device, v, x);
    nearly(hop_per_s, expected, 1e-3, `dn/dt at ${stage_K} K`);
    const contact_A = i - 1e-15 * contact_per_s;
    assert.ok(contact_A > last, `${contact_A} A through the contact at ${stage_K} K`);
    last = contact_A;
  }
});
