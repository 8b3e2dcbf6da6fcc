import assert from "node:assert/strict";
import test from "node:test";
import { complete, createDevice, deviceModels } from "../../src/simulator/catalogue.js";
import { createRandom } from "../../src/simulator/random.js";
import { DevicePort } from "../../src/simulator/transient/device-port.js";
import { constant } from "./bench.js";

// Schroedter et al., MOCAST 2023, doi 10.1109/MOCAST57943.2023.10176398: equations and constants.

function port(parameters: Readonly<Record<string, number>> = {}): DevicePort {
  const model = deviceModels.get("ag-siox");
  if (!model) throw new Error("no ag-siox");
  return new DevicePort(model.create(complete(model, { C: 0, ...parameters }), { cycle: createRandom(0, "test") }));
}

function after(v: number, time_s: number, parameters: Readonly<Record<string, number>>): number {
  const device = port(parameters);
  device.advance(time_s, constant(v));
  return device.state[0] ?? NaN;
}

test("half a volt sets it with a time constant of one second, minus half a volt resets it with the same", () => {
  assert.ok(Math.abs(after(0.5, 1, { x0: 0 }) - (1 - Math.exp(-1))) < 1e-4);
  assert.ok(Math.abs(after(-0.5, 1, { x0: 1 }) - Math.exp(-1)) < 1e-4);
});

test("set is e times faster every 4 mV, reset every 10 mV", () => {
  const setTime_s = (v: number) => -1e-6 / Math.log(1 - after(v, 1e-6, { x0: 0 }));
  const resetTime_s = (v: number) => -1e-3 / Math.log(after(v, 1e-3, { x0: 1 }));
  assert.ok(Math.abs(Math.log(setTime_s(0.55) / setTime_s(0.554)) - 1) < 1e-3);
  assert.ok(Math.abs(Math.log(resetTime_s(-0.55) / resetTime_s(-0.56)) - 1) < 1e-3);
});

test("between -0.3 and 0.3 V neither state moves in a second", () => {
  for (const v of [-0.3, -0.1, 0, 0.1, 0.3]) {
    assert.ok(after(v, 1, { x0: 0 }) < 1e-8, `open at ${v} V`);
    assert.ok(after(v, 1, { x0: 1 }) > 1 - 1e-8, `bridged at ${v} V`);
  }
});

test("near zero it conducts i_on a_on = 4 uS bridged, i_off a_off = 0.2 uS open, and 5 nS of R_p beside both", () => {
  for (const [x0, g_S] of [
    [1, 4e-6],
    [0, 0.2e-6],
  ] as const) {
    const device = port({ x0 });
    device.advance(1e-6, constant(1e-3));
    assert.ok(Math.abs(device.current_A / 1e-3 - (g_S + 5e-9)) < 1e-4 * g_S, `${device.current_A / 1e-3} S`);
  }
});

test("at 1.8 V, the published stimulus, the bridged device carries i_on sinh(7.2) within 0.5 %, and 1 mA at most", () => {
  const device = port({ x0: 1 });
  device.advance(1e-6, constant(1.8));
  assert.ok(Math.abs(device.current_A / (1e-6 * Math.sinh(7.2)) - 1) < 0.005, `${device.current_A} A`);
  device.advance(2e-6, constant(5));
  assert.ok(device.current_A < 1.001e-3 && device.current_A > 0.999e-3, `${device.current_A} A`);
});

test("at 1.8 V it sets in the nanoseconds that the fastest rate allows", () => {
  assert.ok(Math.abs(after(1.8, 1e-9, { x0: 0 }) - (1 - Math.exp(-1))) < 1e-3);
});

test("with a relaxation time it forgets by itself", () => {
  assert.ok(Math.abs(after(0, 0.02, { x0: 1, tau_x: 0.01 }) - Math.exp(-2)) < 1e-4);
});

test("by default it has the published 5 pF across it: 1.8 V through 10 Mohm charge it in 50 us", () => {
  const device = createDevice("ag-siox", {});
  device.advance(50e-6, constant(0.1, 10e6));
  const parallel_ohm = 1 / (1e-7 + 0.2e-6 + 5e-9);
  const expected_V = 0.1 * (parallel_ohm / 10e6) * (1 - Math.exp(-50e-6 / (parallel_ohm * 5e-12)));
  assert.ok(Math.abs(device.voltage_V / expected_V - 1) < 0.002, `${device.voltage_V} V for ${expected_V} V`);
});

test("spread of the thresholds is off unless set, and then the seed decides", () => {
  const share = (parameters: Readonly<Record<string, number>>, seed?: number) => {
    const device = createDevice("ag-siox", { C: 0, ...parameters }, seed);
    device.advance(1e-3, constant(0.52));
    return device.current_A;
  };
  assert.equal(share({}, 1), share({}));
  assert.notEqual(share({ sigma_device: 0.02 }, 1), share({ sigma_device: 0.02 }, 2));
  assert.notEqual(share({ sigma_cycle: 0.02 }, 1), share({ sigma_cycle: 0.02 }, 2));
});
