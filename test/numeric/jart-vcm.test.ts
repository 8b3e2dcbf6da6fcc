import assert from "node:assert/strict";
import test from "node:test";
import { complete, deviceModel } from "../../src/simulator/catalogue.js";
import { createDevice, createRandom } from "../../src/simulator/index.js";
import { DevicePort } from "../../src/simulator/transient/device-port.js";
import { constant } from "./bench.js";

// Cueppers et al., APL Mater. 7 (2019) 091105; Bengel et al., IEEE Trans. Circuits Syst. I 67 (2020) 4618.

type Port = ReturnType<typeof createDevice>;

/** A staircase from 0 to `peak_V` and back, 50 mV and 1 ms a step. */
function sweep(device: Port, peak_V: number): { voltage_V: number; current_A: number }[] {
  const steps = Math.round(Math.abs(peak_V) / 0.05);
  return Array.from({ length: 2 * steps + 1 }, (_, i) => {
    const voltage_V = (peak_V * (i <= steps ? i : 2 * steps - i)) / steps;
    device.advance(device.time_s + 1e-3, constant(voltage_V));
    return { voltage_V, current_A: device.current_A };
  });
}

/** Resistance at -0.1 V, where nothing moves. */
function read_ohm(device: Port): number {
  device.advance(device.time_s + 1e-6, constant(-0.1));
  return device.voltage_V / device.current_A;
}

test("a sweep to -1.5 V switches it on abruptly between -0.5 and -0.9 V, to between 0.3 and 1.5 mA", () => {
  const points = sweep(createDevice("jart-vcm", {}), -1.5);
  const jump = points.findIndex(
    (point, i) => i > 1 && Math.abs(point.current_A / (points[i - 1]?.current_A ?? NaN)) > 10,
  );
  const at_V = points[jump]?.voltage_V ?? NaN;
  const peak_A = Math.abs(points[30]?.current_A ?? NaN);
  assert.ok(at_V < -0.5 && at_V > -0.9, `SET at ${at_V} V`);
  assert.ok(peak_A > 0.3e-3 && peak_A < 1.5e-3, `${peak_A} A at -1.5 V`);
});

test("a sweep to +1.8 V switches it off again, beginning between 0.7 and 1.3 V, gradually", () => {
  const device = createDevice("jart-vcm", { N_0: 20e26 });
  const on_ohm = read_ohm(device);
  const points = sweep(device, 1.8);
  const largest = points.reduce((best, point) => (point.current_A > best.current_A ? point : best));
  assert.ok(largest.voltage_V > 0.7 && largest.voltage_V < 1.3, `RESET begins at ${largest.voltage_V} V`);
  assert.ok(read_ohm(device) > 20 * on_ohm, `${on_ohm} ohm on, ${read_ohm(device)} ohm off`);
  const after = points.filter((point) => point.voltage_V > largest.voltage_V && point.voltage_V < 1.5);
  assert.ok(after.length > 4 && after.every((point) => point.current_A > 1e-5), "the current falls over several steps");
});

test("positive voltage does not switch it on, negative voltage does not switch it off", () => {
  const off = createDevice("jart-vcm", {});
  const before_ohm = read_ohm(off);
  off.advance(1, constant(1.5));
  assert.ok(read_ohm(off) > 0.9 * before_ohm, `${read_ohm(off)} ohm, before ${before_ohm}`);
  const on = createDevice("jart-vcm", { N_0: 20e26 });
  const on_ohm = read_ohm(on);
  on.advance(on.time_s + 1, constant(-1.5));
  assert.ok(read_ohm(on) < 1.1 * on_ohm, `${read_ohm(on)} ohm, before ${on_ohm}`);
});

test("fully on it has the resistance of disc, plug and series in a row: the lengths divide, 1553 ohm", () => {
  const area = Math.PI * 45e-9 ** 2;
  const perLength_ohm = 1 / (2 * 1.602177e-19 * 4e-6 * 20e26 * area);
  const expected_ohm = 3e-9 * perLength_ohm + 650 + 719.244;
  assert.ok(Math.abs(expected_ohm - 1553.2) < 0.1);
  const device = createDevice("jart-vcm", { N_0: 20e26, R_thline: 0 });
  device.advance(1e-6, constant(-0.3));
  const at3 = device.current_A;
  device.advance(2e-6, constant(-0.2));
  const slope_ohm = -0.1 / (at3 - device.current_A);
  // the contact adds its own slope, some 10 to 20 ohm
  assert.ok(slope_ohm > expected_ohm && slope_ohm < 1.03 * expected_ohm, `${slope_ohm} ohm`);
});

test("at rest and at -0.1 V it keeps its state for ten years", () => {
  for (const N_0 of [0.008e26, 1e26, 20e26]) {
    const device = createDevice("jart-vcm", { N_0 });
    const before_ohm = read_ohm(device);
    device.advance(device.time_s + 3e8, constant(0));
    device.advance(device.time_s + 1e3, constant(-0.1));
    assert.ok(Math.abs(read_ohm(device) / before_ohm - 1) < 0.02, `${before_ohm} ohm, then ${read_ohm(device)} ohm`);
  }
});

test("0.1 V more makes SET more than 10 times faster, over at least six decades", () => {
  const switching_s = (voltage_V: number) => {
    let at_s = NaN;
    createDevice("jart-vcm", {}).advance(1, constant(voltage_V), (_t0, _v0, _i0, t1, _v1, i1) => {
      if (!(at_s > 0) && -i1 > 1.5e-4) at_s = t1;
    });
    return at_s;
  };
  const times = [-0.5, -0.6, -0.7, -0.8, -0.9, -1].map(switching_s);
  for (let i = 1; i < times.length; i++) assert.ok((times[i] ?? NaN) < (times[i - 1] ?? NaN) / 10, times.join(", "));
  assert.ok((times[0] ?? NaN) / (times[5] ?? NaN) > 1e6, times.join(", "));
});

/** Current of the cell and d ln N/dt from the published equations as they stand, the contact's voltage found by halving. */
function published(voltage_V: number, N: number): { i: number; rate_per_s: number } {
  const [e, k, h, eps0, m] = [1.602177e-19, 1.380649e-23, 6.62607e-34, 8.854188e-12, 9.10938e-31];
  const A = Math.PI * 45e-9 ** 2;
  const disc_ohm = 0.4e-9 / (2 * e * 4e-6 * N * A);
  const plug_ohm = 2.6e-9 / (2 * e * 4e-6 * 20e26 * A);
  /** The contact's current less that of the rest: 0 at the solution; `s` is the contact's voltage. */
  const solve = (s: number): [excess_A: number, i: number, T: number] => {
    let [low, high] = voltage_V < 0 ? [-0.1, 0] : [0, 0.1];
    for (let n = 0; n < 200; n++) {
      const i = (low + high) / 2;
      const lines_ohm = 650 + 719.244 * (1 + 719.244 * 3.92e-3 * i * i * 90471.47);
      if (i * (disc_ohm + plug_ohm + lines_ohm) < voltage_V - s) low = i;
      else high = i;
    }
    const i = (low + high) / 2;
    const T = 293 + i * (s + i * (disc_ohm + plug_ohm)) * 15.72e6 * (voltage_V > 0 ? 0.27 : 1);
    const psi = 0.08 - s;
    const lowering = psi > 0 ? ((e ** 3 * 2 * N * psi) / (8 * Math.PI ** 2 * (5.5 * eps0) ** 3)) ** 0.25 : 0;
    const phi = Math.max(0, 0.18 - lowering);
    if (s > 0) return [A * 6.01e5 * T * T * Math.exp((-e * phi) / (k * T)) * Math.expm1((e * s) / (k * T)) - i, i, T];
    const W00 = ((e * h) / (4 * Math.PI)) * Math.sqrt((2 * N) / (m * 17 * eps0));
    const W0 = W00 / Math.tanh(W00 / (k * T));
    const slope = W00 / (W00 / (k * T) - Math.tanh(W00 / (k * T)));
    const root = Math.sqrt(Math.PI * W00 * e * (-s + phi / Math.cosh(W00 / (k * T)) ** 2));
    const j = ((-A * 6.01e5 * T) / k) * root * Math.exp((-e * phi) / W0) * Math.expm1((e * -s) / slope);
    return [j - i, i, T];
  };
  let [low, high] = voltage_V < 0 ? [voltage_V, 0] : [0, 0.08];
  for (let n = 0; n < 200; n++) {
    if (solve((low + high) / 2)[0] < 0) low = (low + high) / 2;
    else high = (low + high) / 2;
  }
  const s = (low + high) / 2;
  const [, i, T] = solve(s);
  const E = voltage_V < 0 ? (i * disc_ohm) / 0.4e-9 : (s + i * (disc_ohm + plug_ohm)) / 3e-9;
  const g = (2 * 0.25e-9 * E) / (Math.PI * 1.35);
  const barrier = (sign: number) => 1.35 * (Math.sqrt(1 - g * g) + (sign * g * Math.PI) / 2 + g * Math.asin(g));
  const hop = (sign: number) => Math.exp((-barrier(sign) * e) / (k * T));
  const limit = voltage_V < 0 ? 1 - (N / 20e26) ** 10 : 1 - (0.008e26 / N) ** 10;
  const ions_A = 2 * e * ((20e26 + N) / 2) * 0.25e-9 * 2e13 * A * (hop(-1) - hop(1)) * limit;
  return { i, rate_per_s: -ions_A / (A * 0.4e-9 * e * 2) / N };
}

test("in every state it carries the current of the published equations to 0.3 %, the smooth cut-offs included", () => {
  for (const N_0 of [0.008e26, 0.05e26, 0.3e26, 2e26, 10e26]) {
    for (const voltage_V of [-0.5, -0.3, -0.1, 0.1, 0.4]) {
      const device = createDevice("jart-vcm", { N_0, nu_0: 1e8 }); // ions 5 decades slower: the state stays
      device.advance(1e-7, constant(voltage_V));
      const expected_A = published(voltage_V, N_0).i;
      const ratio = device.current_A / expected_A;
      assert.ok(
        Math.abs(ratio - 1) < 3e-3,
        `${voltage_V} V, ${N_0} per m^3: ${device.current_A} A for ${expected_A} A`,
      );
    }
  }
});

test("its vacancies move at the rate of the published equations, to 2 %", () => {
  for (const [voltage_V, N_0] of [
    [-0.5, 0.05e26],
    [-0.35, 0.2e26],
    [0.8, 10e26],
    [1, 2e26],
  ] as const) {
    const model = deviceModel("jart-vcm");
    const port = new DevicePort(model.create(complete(model, { N_0 }), { cycle: createRandom(0, "test") }));
    const { rate_per_s } = published(voltage_V, N_0);
    const time_s = 1e-3 / Math.abs(rate_per_s); // a thousandth of the concentration
    assert.ok(time_s > 1e-9, `${time_s} s would be no longer than the contact takes to charge`);
    port.advance(time_s, constant(voltage_V));
    const moved = (port.state[1] ?? NaN) - Math.log(N_0 / 1e26);
    const ratio = moved / (rate_per_s * time_s);
    assert.ok(Math.abs(ratio - 1) < 0.02, `${voltage_V} V: ${moved / time_s} per s for ${rate_per_s} per s`);
  }
});

test("the voltages across contact, oxide and lines add up, and the contact carries the current of the cell", () => {
  // at the settled state the contact's own equations are met: at ten times its capacitance nothing changes
  const current_A = (C_S: number, voltage_V: number) => {
    const device = createDevice("jart-vcm", { C_S });
    device.advance(1e-6, constant(voltage_V));
    return device.current_A;
  };
  for (const voltage_V of [-0.4, -0.2, 0.3, 0.8]) {
    const [one, ten] = [current_A(1e-15, voltage_V), current_A(1e-14, voltage_V)];
    assert.ok(Math.abs(one / ten - 1) < 1e-4, `${voltage_V} V: ${one} A, ${ten} A`);
  }
});

test("where the contact's current falls with its voltage there are two states: the current jumps down at 1.8 V, back up below", () => {
  const device = createDevice("jart-vcm", { N_0: 0.1e26, nu_0: 1e8, R_th0: 0 }); // ions slow and cold: nothing switches
  const [drops, rises]: [number[], number[]] = [[], []];
  let last_A = NaN;
  for (let n = 1; n <= 480; n++) {
    const voltage_V = 0.01 * Math.min(n, 480 - n);
    device.advance(device.time_s + 1e-9, constant(voltage_V));
    const ratio = device.current_A / last_A;
    if (n <= 240 && ratio < 1) drops.push(voltage_V);
    if (n > 240 && ratio > 1) rises.push(voltage_V);
    last_A = device.current_A;
  }
  assert.equal(drops.length, 1, `down at ${drops.join(", ")} V`);
  assert.equal(rises.length, 1, `up at ${rises.join(", ")} V`);
  assert.ok((rises[0] ?? NaN) < (drops[0] ?? NaN), `up at ${rises[0]} V, down at ${drops[0]} V`);
});
