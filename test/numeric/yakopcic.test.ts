import assert from "node:assert/strict";
import test from "node:test";
import { createDevice } from "../../src/simulator/index.js";
import { constant } from "./bench.js";

// Yakopcic et al., IEEE Electron Device Lett. 32 (2011) 1436; IEEE Trans. Comput.-Aided Des. 32 (2013) 1201

/** State from the current at 0.1 V, below both thresholds. */
function state(device: ReturnType<typeof createDevice>): number {
  device.advance(device.time_s + 1e-12, constant(0.1));
  return device.current_A / (0.17 * Math.sinh(0.05 * 0.1));
}

test("a positive pulse switches it on, a negative one off", () => {
  const device = createDevice("yakopcic", {});
  device.advance(0.01, constant(0.5));
  assert.ok(state(device) > 0.9, `${state(device)} after +0.5 V`);
  device.advance(device.time_s + 0.02, constant(-0.5));
  assert.ok(state(device) < 0.05, `${state(device)} after -0.5 V`);
});

test("with eta = -1 the polarity is the other one", () => {
  const device = createDevice("yakopcic", { eta: -1 });
  device.advance(0.01, constant(-0.5));
  assert.ok(state(device) > 0.9, `${state(device)} after -0.5 V`);
});

test("below both thresholds nothing moves, however long", () => {
  const device = createDevice("yakopcic", { x_0: 0.5 });
  device.advance(1e6, constant(0.159));
  device.advance(2e6, constant(-0.149));
  assert.ok(Math.abs(state(device) - 0.5) < 1e-12);
});

test("below x_p the state grows in a straight line: A_p (e^v - e^V_p) t", () => {
  const device = createDevice("yakopcic", {});
  const rate_per_s = 4000 * (Math.exp(0.4) - Math.exp(0.16));
  device.advance(1e-4, constant(0.4));
  const exact = 0.11 + rate_per_s * 1e-4;
  assert.ok(exact < 0.3);
  assert.ok(Math.abs(state(device) - exact) < 1e-6, `${state(device)}, exactly ${exact}`);
});

test("the loop of a sine is pinched and turns so that the second pass of the positive half carries more current", () => {
  const device = createDevice("yakopcic", {});
  const currents: number[] = [];
  for (let step = 1; step <= 100; step++) {
    device.advance(device.time_s + 1e-4, constant(0.45 * Math.sin((2 * Math.PI * step) / 100)));
    currents.push(device.current_A);
  }
  const at = (step: number) => currents[step - 1] ?? NaN;
  assert.ok(at(40) > 1.5 * at(10), `${at(10)} A up, ${at(40)} A down, at the same voltage`);
  assert.ok(Math.abs(at(90)) < Math.abs(at(60)) / 1.5, `${at(60)} A up, ${at(90)} A down, negative half`);
  assert.ok(Math.abs(at(50)) < 1e-12);
});
