import assert from "node:assert/strict";
import test from "node:test";
import { complete, createDevice, deviceModels } from "../../src/simulator/catalogue.js";
import type { DeviceModel } from "../../src/simulator/models/device.js";
import { createRandom } from "../../src/simulator/random.js";
import { DevicePort } from "../../src/simulator/transient/device-port.js";
import { constant, currentSource } from "./bench.js";

// Equations of Pickett and Williams with the constants of NbO2. Expected values: extrema of v(u) = sqrt(Gamma(u) dT R(u)).

function model(): DeviceModel {
  const found = deviceModels.get("nbo2-mott");
  if (!found) throw new Error("no nbo2-mott");
  return found;
}

function port(): DevicePort {
  return new DevicePort(model().create(complete(model(), {}), { cycle: createRandom(0, "test") }));
}

/** Metallic share of the radius. */
function share(device: DevicePort): number {
  return Math.exp(-1 / (device.state[0] ?? NaN));
}

/** Under a current that rises by 0.3 % a microsecond: thermal times are nanoseconds. */
function* risingCurrent(from_A: number, to_A: number) {
  const device = port();
  for (let i_A = from_A; i_A < to_A; i_A *= 1.003) {
    device.advance(device.time_s + 1e-6, currentSource(i_A, 20));
    yield { current_A: i_A, voltage_V: device.voltage_V, u: share(device) };
  }
}

test("under a rising current the voltage is greatest, 1.854 V, where the metallic core has 9 % of the radius", () => {
  let peak = { voltage_V: 0, u: NaN };
  for (const point of risingCurrent(1e-6, 1e-4)) if (point.voltage_V > peak.voltage_V) peak = point;
  assert.ok(Math.abs(peak.voltage_V - 1.854) < 0.001, `${peak.voltage_V} V`);
  assert.ok(Math.abs(peak.u - 0.09) < 0.002, `u = ${peak.u}`); // the top is flat
});

test("beyond it the voltage falls to 1.270 V at 58 % of the radius, and rises again", () => {
  const points = [...risingCurrent(1e-4, 5e-3)];
  const least = points.reduce((low, point) => (point.voltage_V < low.voltage_V ? point : low));
  assert.ok(Math.abs(least.voltage_V - 1.27) < 0.001, `${least.voltage_V} V`);
  assert.ok(Math.abs(least.u - 0.58) < 0.01, `u = ${least.u}`);
  assert.ok((points.at(-1)?.voltage_V ?? 0) > 1.5, "V(u) rises towards u = 1");
});

test("it is 70.7 kohm cold and comes down to 2.1 kohm metallic", () => {
  const device = port();
  device.advance(1e-6, constant(1e-3));
  assert.ok(Math.abs(device.voltage_V / device.current_A - 70.7e3) < 100, "insulating");
  device.advance(2e-6, currentSource(0.05, 200));
  const on_ohm = device.voltage_V / device.current_A;
  assert.ok(on_ohm > 2.1e3 && on_ohm < 2.4e3, `${on_ohm} ohm at 50 mA`);
});

test("at an ideal voltage it switches between 1.853 and 1.855 V and releases between 1.271 and 1.269 V", () => {
  const device = port();
  device.advance(1e-4, constant(1.853));
  assert.ok(share(device) < 0.1, `u = ${share(device)} at 1.853 V`);
  device.advance(2e-4, constant(1.855));
  assert.ok(share(device) > 0.85, `u = ${share(device)} at 1.855 V`);
  device.advance(3e-4, constant(1.271));
  assert.ok(share(device) > 0.5, `u = ${share(device)} at 1.271 V`);
  device.advance(4e-4, constant(1.269));
  assert.ok(share(device) < 0.1, `u = ${share(device)} at 1.269 V`);
});

test("its state never needs a clamp: from cold at 0 V to 50 mA and back u stays strictly between 0 and 1", () => {
  const device = port();
  for (const current_A of [1e-9, 1e-5, 1e-3, 5e-2, 1e-4, 1e-7]) {
    device.advance(device.time_s + 1e-6, currentSource(current_A, 200), () => {
      const u = share(device);
      assert.ok(u >= 0 && u < 1, `u = ${u} at ${current_A} A`);
    });
  }
});

test("a seed changes nothing unless a spread is set, and then it is the same device each time", () => {
  const current_A = (parameters: Readonly<Record<string, number>>, seed?: number) => {
    const device = createDevice("nbo2-mott", parameters, seed);
    device.advance(1e-6, constant(1));
    return device.current_A;
  };
  assert.equal(current_A({}, 5), current_A({}));
  assert.equal(current_A({ sigma_device: 0.05 }, 5), current_A({ sigma_device: 0.05 }, 5));
  assert.notEqual(current_A({ sigma_device: 0.05 }, 5), current_A({ sigma_device: 0.05 }, 6));
});
