import assert from "node:assert/strict";
import test from "node:test";
import { createDevice } from "../../src/simulator/index.js";
import { constant } from "./bench.js";

// Kvatinsky et al., IEEE Trans. Circuits Syst. II 62 (2015) 786

/** Resistance read at 10 mV, below both thresholds. */
function read_ohm(device: ReturnType<typeof createDevice>): number {
  device.advance(device.time_s + 1e-9, constant(0.01));
  return device.voltage_V / device.current_A;
}

test("a negative pulse switches it on, a positive one off", () => {
  const device = createDevice("vteam", {});
  assert.ok(Math.abs(read_ohm(device) - 1000) < 1e-6);
  device.advance(device.time_s + 1e-6, constant(-1));
  assert.ok(read_ohm(device) < 51, `${read_ohm(device)} ohm after -1 V`);
  device.advance(device.time_s + 1e-4, constant(1));
  assert.ok(read_ohm(device) > 990, `${read_ohm(device)} ohm after +1 V`);
});

test("the current of a sine returns on another branch in both polarities, crossing at 0 V: a pinched loop", () => {
  const device = createDevice("vteam", { k_off: 0.05, k_on: -0.05, v_off: 0.2, a_on: 1 });
  const loop = new Map<string, number>();
  for (let step = 1; step <= 200; step++) {
    const voltage_V = Math.sin((2 * Math.PI * step) / 200);
    device.advance(device.time_s + 1e-9, constant(voltage_V));
    loop.set(`${step}`, device.current_A);
  }
  const ratio = (one: number, other: number) => (loop.get(`${one}`) ?? NaN) / (loop.get(`${other}`) ?? NaN);
  // the first half period can not switch a device that is off further off: equal up and down
  assert.ok(Math.abs(ratio(17, 83) - 1) < 1e-3, "positive half, already off");
  assert.ok(ratio(183, 117) > 2, `negative half: ${ratio(183, 117)} times the current on the way back`);
  assert.ok(Math.abs(loop.get("100") ?? NaN) < 1e-15 && Math.abs(loop.get("200") ?? NaN) < 1e-15);
});

test("between the thresholds nothing moves, however long", () => {
  const device = createDevice("vteam", { x_0: 0.4 });
  const before = read_ohm(device);
  device.advance(device.time_s + 1e6, constant(0.0199));
  device.advance(device.time_s + 1e6, constant(-0.1999));
  assert.equal(read_ohm(device), before);
});

test("with p = 1 and a constant voltage the state is tanh(k t (v/v_off - 1)^a_off / D + artanh x_0)", () => {
  const device = createDevice("vteam", { p: 1, x_0: 0.1, a_off: 2, v_off: 0.1, k_off: 1e-3 });
  const rate_per_s = (1e-3 / 3e-9) * (0.25 / 0.1 - 1) ** 2;
  for (const time_s of [2e-7, 6e-7, 1.2e-6]) {
    device.advance(time_s, constant(0.25));
    const x = (0.25 / device.current_A - 50) / 950;
    const exact = Math.tanh(rate_per_s * time_s + Math.atanh(0.1));
    assert.ok(Math.abs(x - exact) < 2e-5, `${x} at ${time_s} s, exactly ${exact}`);
  }
});

test("the exponential form halves the logarithm of the resistance where the linear form halves the resistance", () => {
  const linear = read_ohm(createDevice("vteam", { x_0: 0.5 }));
  const exponential = read_ohm(createDevice("vteam", { x_0: 0.5, exponential: 1 }));
  assert.ok(Math.abs(linear / ((50 + 1000) / 2) - 1) < 1e-12, `${linear} ohm`);
  assert.ok(Math.abs(exponential / Math.sqrt(50 * 1000) - 1) < 1e-12, `${exponential} ohm`);
});

test("a device whose off resistance is below its on resistance is refused by name", () => {
  assert.throws(() => createDevice("vteam", { R_on: 2000 }), /R_off of vteam is 1000 and R_on is 2000/);
});
