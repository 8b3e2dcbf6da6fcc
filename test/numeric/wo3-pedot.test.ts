import assert from "node:assert/strict";
import test from "node:test";
import { complete, deviceModels } from "../../src/simulator/catalogue.js";
import { createRandom } from "../../src/simulator/random.js";
import { DevicePort } from "../../src/simulator/transient/device-port.js";
import { constant } from "./bench.js";

// Illustrative: Huang et al., Adv. Mater. 31 (2019) 1803849, give behaviour only. So behaviour is all that is tested.

function port(parameters: Readonly<Record<string, number>> = {}): DevicePort {
  const model = deviceModels.get("wo3-pedot");
  if (!model) throw new Error("no wo3-pedot");
  return new DevicePort(model.create(complete(model, parameters), { cycle: createRandom(0, "test") }));
}

/** Conducting share after each 1 V, 2 ms pulse. */
function pulses(gap_s: number, count: number): number[] {
  const device = port();
  return Array.from({ length: count }, () => {
    device.advance(device.time_s + 2e-3, constant(1));
    const after = device.state[0] ?? NaN;
    device.advance(device.time_s + gap_s, constant(0));
    return after;
  });
}

test("it integrates pulses that come fast and forgets between pulses that come slowly", () => {
  const [fast, slow] = [pulses(2e-3, 10), pulses(0.5, 10)];
  for (let i = 1; i < 10; i++) assert.ok((fast[i] ?? NaN) > (fast[i - 1] ?? NaN), `pulse ${i + 1}: ${fast.join(", ")}`);
  assert.ok((fast[9] ?? NaN) > 2.5 * (fast[0] ?? NaN), fast.join(", "));
  assert.ok(Math.abs((slow[9] ?? NaN) / (slow[0] ?? NaN) - 1) < 0.1, slow.join(", "));
});

test("after current it gives a current of its own, the other way, that fades: the battery", () => {
  const device = port();
  device.advance(0.05, constant(1));
  device.advance(0.051, constant(0));
  const first_A = device.current_A;
  device.advance(2, constant(0));
  assert.ok(first_A < -1e-9, `${first_A} A`);
  assert.ok(Math.abs(device.current_A) < 1e-3 * Math.abs(first_A), `${device.current_A} A two seconds later`);
});

test("open after current it shows a voltage of its own, between 0 and E_b, that fades: the after-potential", () => {
  const device = port();
  device.advance(0.05, constant(1));
  device.advance(0.051, { emf: { times_s: [0], values: [0] }, series_ohm: 0, limit_A: 0 });
  const first_V = device.voltage_V;
  assert.ok(first_V > 0.01 && first_V < 0.2, `${first_V} V`);
  assert.ok(Math.abs(device.current_A) < 1e-15, `${device.current_A} A`);
  device.advance(3, { emf: { times_s: [0], values: [0] }, series_ohm: 0, limit_A: 0 });
  assert.ok(device.voltage_V < 0.01 * first_V, `${device.voltage_V} V three seconds later`);
});

test("charged, it drives a current backwards through a resistor, and through one it would overload, the limit", () => {
  const device = port();
  device.advance(0.05, constant(1));
  device.advance(0.0501, constant(0, 1e5));
  assert.ok(device.voltage_V > 1e-3, `${device.voltage_V} V`);
  assert.ok(Math.abs(device.current_A + device.voltage_V / 1e5) < 1e-12, `${device.current_A} A`);
  device.advance(0.0502, constant(0, 0, 1e-9));
  assert.ok(Math.abs(device.current_A + 1e-9) < 1e-15, `${device.current_A} A`);
});

test("without the battery's voltage no current flows at 0 V", () => {
  const device = port({ E_b: 0 });
  device.advance(0.05, constant(1));
  device.advance(0.051, constant(0));
  assert.equal(Math.abs(device.current_A), 0);
});

test("the more it was used, the slower it forgets: the second order", () => {
  const halfLife_s = (use_s: number) => {
    const device = port();
    device.advance(use_s, constant(1));
    const start = device.state[0] ?? NaN;
    while ((device.state[0] ?? NaN) > start / 2) device.advance(device.time_s + 1e-4, constant(0));
    return device.time_s - use_s;
  };
  assert.ok(
    halfLife_s(0.2) > 1.1 * halfLife_s(0.002),
    `${halfLife_s(0.2)} s after much, ${halfLife_s(0.002)} s after little`,
  );
});

test("its conducting share stays between 0 and 1 whatever the voltage", () => {
  const device = port();
  for (const v of [3, -3, 1, -1, 3, 3, -0.1, 5, -5]) {
    device.advance(device.time_s + 0.03, constant(v));
    const w = device.state[0] ?? NaN;
    assert.ok(w > -1e-6 && w < 1 + 1e-6, `${w} after ${v} V`);
  }
});

test("it says that it is illustrative wherever it is listed", () => {
  const model = deviceModels.get("wo3-pedot");
  assert.match(model?.title ?? "", /illustrative/);
  assert.match(model?.source ?? "", /Illustrative/);
});
