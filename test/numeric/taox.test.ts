import assert from "node:assert/strict";
import test from "node:test";
import { complete, createDevice, deviceModels } from "../../src/simulator/catalogue.js";
import { createRandom } from "../../src/simulator/random.js";
import { DevicePort } from "../../src/simulator/transient/device-port.js";
import { constant } from "./bench.js";

// Strachan et al., IEEE Trans. Electron Devices 60 (2013) 2194. Rates are its equations evaluated independently.

function port(parameters: Readonly<Record<string, number>> = {}): DevicePort {
  const model = deviceModels.get("taox");
  if (!model) throw new Error("no taox");
  return new DevicePort(model.create(complete(model, parameters), { cycle: createRandom(0, "test") }));
}

function rate_per_s(v: number, x: number): number {
  const model = deviceModels.get("taox");
  const out = new Float64Array(1);
  model?.create(complete(model, {}), { cycle: createRandom(0, "test") }).rates(v, Float64Array.of(x), out);
  return out[0] ?? NaN;
}

for (const [v, at] of [
  [0.4, { 0.05: 1.3e-2, 0.1: 0.23, 0.2: 1.2 }],
  [0.5, { 0.05: 0.55, 0.1: 1.6e2, 0.2: 2.1e5 }],
  [0.6, { 0.05: 71, 0.1: 6.0e5, 0.2: 6.7e11 }],
  [0.7, { 0.05: 3.6e4, 0.1: 1.6e10 }],
  [-0.3, { 0.1: -1.5e-7, 0.2: -2.2e-2, 0.3: -0.19 }],
  [-0.4, { 0.1: -3.0e-4, 0.2: -43, 0.3: -363 }],
  [-0.5, { 0.1: -0.6, 0.2: -8.5e4, 0.3: -7.1e5 }],
  [-0.6, { 0.1: -1.2e3, 0.2: -1.7e8, 0.3: -1.4e9 }],
] as const) {
  test(`at ${v} V the state moves as the published equations say, to their two digits`, () => {
    for (const [x, wanted] of Object.entries(at)) {
      const found = rate_per_s(v, Number(x));
      assert.ok(Math.abs(found / wanted - 1) < 0.05, `x = ${x}: ${found} 1/s for ${wanted}`); // two digits; 1.2 is 1.1496
    }
  });
}

/** Conductance read at 0.1 V for 1 us, S. */
function read_S(device: DevicePort): number {
  device.advance(device.time_s + 1e-6, constant(0.1));
  return device.current_A / device.voltage_V;
}

/** Conductance before and after each of the pulses, S. */
function train_S(x0: number, pulse_V: number, width_s: number, series_ohm: number, count: number): number[] {
  const device = port({ x0 });
  const levels = [read_S(device)];
  for (let n = 0; n < count; n++) {
    device.advance(device.time_s + width_s, constant(pulse_V, series_ohm));
    levels.push(read_S(device));
  }
  return levels;
}

function milli(values_S: readonly number[]): number[] {
  return values_S.map((g) => Math.round(g * 1e5) / 100);
}

test("pulses of +1.0 V, 100 ns through 300 ohm raise it from 1.28 to 1.54 mS in ten steps of about 2 %", () => {
  const levels = train_S(0.05, 1, 100e-9, 300, 10);
  assert.deepEqual([milli(levels)[0], milli(levels)[10]], [1.28, 1.54]);
  levels.slice(1).forEach((g, i) => {
    const step = g / (levels[i] ?? NaN) - 1;
    assert.ok(step > 0.015 && step < 0.025, `pulse ${i + 1}: ${100 * step} %`);
  });
});

for (const [pulse_V, width_s, expected_mS] of [
  [-0.5, 1e-6, [4.18, 3.93, 3.79, 3.7]],
  [-0.45, 1e-6, [4.98, 4.94, 4.9, 4.86]],
  [-0.6, 100e-9, [2.89, 2.8, 2.76]],
] as const) {
  test(`pulses of ${pulse_V} V, ${width_s} s lower it fast, then slowly: ${expected_mS.join(", ")} mS`, () => {
    const found = milli(train_S(0.2, pulse_V, width_s, 0, expected_mS.length)).slice(1);
    found.forEach((mS, i) => assert.ok(Math.abs(mS - (expected_mS[i] ?? NaN)) < 0.011, found.join(", ")));
  });
}

test("behind 300 ohm a reset needs about -1.2 V: -1.0 V does next to nothing, -1.2 V halves it in two pulses", () => {
  const [weak, strong] = [train_S(0.2, -1, 1e-6, 300, 2), train_S(0.2, -1.2, 1e-6, 300, 2)];
  assert.ok((weak[2] ?? 0) > 0.999 * (weak[0] ?? NaN), milli(weak).join(", "));
  assert.ok((strong[2] ?? Infinity) < 0.5 * (strong[0] ?? NaN), milli(strong).join(", "));
});

test("potentiation and depression through resistors are monotone and saturate", () => {
  const up = train_S(0.05, 1, 100e-9, 300, 400);
  const down = train_S(0.2, -0.5, 1e-6, 0, 100);
  for (let i = 1; i < up.length; i++) assert.ok((up[i] ?? NaN) > (up[i - 1] ?? NaN), `pulse ${i} of set`);
  for (let i = 1; i < down.length; i++) assert.ok((down[i] ?? NaN) < (down[i - 1] ?? NaN), `pulse ${i} of reset`);
  const relative = (levels: number[], i: number) => Math.abs((levels[i] ?? NaN) / (levels[i - 1] ?? NaN) - 1);
  assert.ok(relative(up, 400) < 0.25 * relative(up, 10), `set: ${relative(up, 10)}, at last ${relative(up, 400)}`);
  assert.ok(relative(down, 100) < 0.02 * relative(down, 1), `reset: ${relative(down, 1)}, ${relative(down, 100)}`);
});

test("behind an ideal source set runs away: 0.6 V takes x from 0.1 to more than 0.7 within 10 us", () => {
  const device = port({ x0: 0.1 });
  device.advance(10e-6, constant(0.6));
  assert.ok((device.state[0] ?? 0) > 0.7, `${device.state[0]}`);
});

test("reads at 0.1 V leave it where it is: a thousand of 10 us change less than 1e-5 at every level", () => {
  for (const x0 of [0.03, 0.05, 0.1, 0.2, 0.5, 0.9]) {
    const device = port({ x0 });
    for (let n = 0; n < 1000; n++) device.advance(device.time_s + 10e-6, constant(n % 2 === 0 ? 0.1 : -0.1));
    assert.ok(Math.abs((device.state[0] ?? NaN) / x0 - 1) < 1e-5, `${x0}: ${device.state[0]}`);
  }
});

test("without a voltage it stays for ten years", () => {
  const device = port({ x0: 0.3 });
  device.advance(3.2e8, constant(0));
  assert.equal(device.state[0], 0.3);
});

test("whatever voltage it gets, x stays between 0 and 1: three volts either way, alternating", () => {
  const device = port({ x0: 0.05 });
  for (const v of [3, -3, 1.5, -1.5, 3, 3, -3, -0.7, 0.9]) {
    device.advance(device.time_s + 1e-5, constant(v));
    const x = device.state[0] ?? NaN;
    assert.ok(x > 0 && x <= 1.001, `x = ${x} after ${v} V`);
  }
});

test("positive sets and negative resets: a double sweep to ±0.8 V and back encloses 5 times in current at 0.3 V", () => {
  const device = port({ x0: 0.03 });
  const at = (v: number) => {
    device.advance(device.time_s + 1e-3, constant(v, 100));
    return device.current_A;
  };
  const ramp = (from: number, to: number) =>
    Array.from({ length: 17 }, (_, i) => from + ((to - from) * i) / 16).map((v) => [v, at(v)] as const);
  const current = (branch: readonly (readonly [number, number])[], v: number) =>
    branch.find(([voltage]) => Math.abs(voltage - v) < 1e-9)?.[1] ?? NaN;
  const [up, down] = [ramp(0, 0.8), ramp(0.8, 0)];
  assert.ok(current(down, 0.3) > 5 * current(up, 0.3), `${current(up, 0.3)} A, then ${current(down, 0.3)} A`);
  const [negative, back] = [ramp(0, -1.6), ramp(-1.6, 0)];
  assert.ok(current(back, -0.3) > current(negative, -0.3), "closer to zero after the reset");
});

test("a spread of cycles is drawn at each change of polarity, a spread of devices with the seed", () => {
  const after = (parameters: Readonly<Record<string, number>>, seed?: number) => {
    const device = createDevice("taox", { x0: 0.2, ...parameters }, seed);
    const levels: number[] = [];
    for (let n = 0; n < 4; n++) {
      device.advance(device.time_s + 1e-6, constant(-0.5));
      device.advance(device.time_s + 1e-7, constant(0.9, 300));
      levels.push(device.current_A);
    }
    return levels;
  };
  assert.deepEqual(after({}, 3), after({}));
  assert.deepEqual(after({ sigma_cycle: 0.5 }, 3), after({ sigma_cycle: 0.5 }, 3));
  assert.notDeepEqual(after({ sigma_cycle: 0.5 }, 3), after({ sigma_cycle: 0.5 }, 4));
  assert.notDeepEqual(after({ sigma_device: 0.1 }, 3), after({ sigma_device: 0.1 }, 4));
});
