import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { createDevice, SimulationError, type Drive, type OnePort, type Pwl } from "../../../src/simulator/index.js";

const hold = (value: number): Pwl => ({ times_s: [0], values: [value] });
const drive = (emf: Pwl, series_ohm = 0, limit_A = Infinity): Drive => ({ emf, series_ohm, limit_A });

function near(value: number, wanted: number, share = 1e-6): void {
  assert.ok(Math.abs(value - wanted) <= share * Math.abs(wanted), `${value}, wanted ${wanted}`);
}

test("a resistor obeys ohm's law behind an ideal source, a divider, and a current limit of either sign", () => {
  const device = createDevice("resistor", { R: 1000 });
  device.advance(1, drive(hold(2)));
  near(device.current_A, 2e-3);
  device.advance(2, drive(hold(2), 3000));
  near(device.voltage_V, 0.5);
  device.advance(3, drive(hold(-2), 0, 1e-3));
  near(device.voltage_V, -1);
  near(device.current_A, -1e-3);
});

test("nothing connected, by a limit of 0 or an infinite resistance, lets no current flow", () => {
  for (const open of [drive(hold(5), 0, 0), drive(hold(5), Infinity)]) {
    for (const model of ["resistor", "diode", "zno-diffusive", "vo2-mott"]) {
      const device = createDevice(model, {});
      device.advance(1, open);
      assert.deepEqual([device.voltage_V, device.current_A], [0, 0], model);
    }
  }
});

test("a capacitor charges through a resistor as 1 - exp(-t/RC), and keeps its charge when disconnected", () => {
  const device = createDevice("capacitor", { C: 1e-6 });
  device.advance(1e-3, drive(hold(1), 1000));
  near(device.voltage_V, 1 - Math.exp(-1), 1e-4);
  near(device.current_A, Math.exp(-1) / 1000, 1e-4);
  const kept_V = device.voltage_V;
  device.advance(100, drive(hold(-5), 1000, 0));
  assert.equal(device.voltage_V, kept_V);
  assert.equal(device.current_A, 0);
});

test("a limited source charges a capacitor along a straight line and stops at its voltage", () => {
  const device = createDevice("capacitor", { C: 1e-9 });
  device.advance(1e-4, drive(hold(2), 0, 1e-5));
  near(device.voltage_V, 1, 1e-5);
  near(device.current_A, 1e-5);
  device.advance(5e-2, drive(hold(2), 0, 1e-5));
  near(device.voltage_V, 2);
  assert.ok(Math.abs(device.current_A) < 1e-8);
});

test("a diode behind a resistor meets both their laws, forward and reverse", () => {
  const device = createDevice("diode", { I_s: 1e-9, N: 2, V_T: 0.025 });
  for (const emf of [-100, -0.1, 0.01, 0.5, 5, 500]) {
    device.advance(device.time_s + 1, drive(hold(emf), 1000));
    near(device.current_A, 1e-9 * Math.expm1(device.voltage_V / 0.05));
    assert.ok(Math.abs(emf - device.voltage_V - 1000 * device.current_A) < 1e-9 * Math.abs(emf), `${emf} V`);
  }
});

test("a probe sees a chain of pieces that touch, end at every corner, and add up to the charge", () => {
  const device = createDevice("resistor", { R: 1 });
  const corners = [0.5, 1, 1, 2.5];
  const ends: number[] = [];
  let [last_s, charge_C] = [0, 0];
  device.advance(3, drive({ times_s: corners, values: [1, 3, -1, 0] }), (t0, _v0, i0, t1, _v1, i1) => {
    assert.equal(t0, last_s);
    last_s = t1;
    ends.push(t1);
    charge_C += ((i0 + i1) / 2) * (t1 - t0);
  });
  assert.equal(last_s, 3);
  for (const corner of corners) assert.ok(ends.includes(corner), `${corner} s`);
  near(charge_C, 0.5 + 1 - 0.75, 1e-12); // 1 A held before the first corner, 2 A mean up, -0.5 A mean back
});

test("pieces handed to a probe are straight: the charge through a diode on a ramp is right to 1e-3", () => {
  const device = createDevice("diode", { I_s: 1e-12, N: 1, V_T: 0.025 });
  let charge_C = 0;
  device.advance(1, drive({ times_s: [0, 1], values: [0, 0.6] }), (t0, _v0, i0, t1, _v1, i1) => {
    charge_C += ((i0 + i1) / 2) * (t1 - t0);
  });
  near(charge_C, (1e-12 * (0.025 * Math.expm1(24) - 0.6)) / 0.6, 1e-3);
});

test("cutting the time into many advances changes nothing that matters", () => {
  const run = (cuts: number) => {
    const device = createDevice("zno-diffusive", { sigma_cycle: 0, sigma_hold: 0 });
    for (let i = 1; i <= cuts; i++) device.advance((0.045 * i) / cuts, drive(hold(0.165), 0.05, 1e-5));
    for (let i = 1; i <= cuts; i++) device.advance(0.045 + (0.05 * i) / cuts, drive(hold(0.2), 0.05, 1e-5));
    return device.voltage_V;
  };
  near(run(50), run(1), 1e-6);
});

test("advancing to the present time only changes the drive", () => {
  const device = createDevice("resistor", { R: 100 });
  device.advance(0, drive(hold(1)));
  assert.deepEqual([device.time_s, device.voltage_V], [0, 1]);
});

test("time does not go back, and a source without points is refused; the device is as it was", () => {
  const device = createDevice("resistor", {});
  device.advance(1, drive(hold(1)));
  assert.throws(() => device.advance(0.5, drive(hold(1))), SimulationError);
  assert.throws(() => device.advance(2, drive({ times_s: [], values: [] })), SimulationError);
  assert.throws(() => device.advance(2, drive(hold(1), -1)), SimulationError);
  assert.deepEqual([device.time_s, device.voltage_V], [1, 1]);
});

const shapes = fc.record({
  length_s: fc.constantFrom(1e-9, 1e-7, 1e-5, 1e-3, 5e-2),
  levels: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 4 }),
  series_ohm: fc.constantFrom(0, 0.05, 50, 1050, 1e6, Infinity),
  limit_A: fc.constantFrom(Infinity, 1e-2, 1e-3, 1e-5, 1e-7, 0),
});

for (const model of ["zno-diffusive", "vo2-mott", "diode", "resistor"]) {
  test(`${model}: under any drive the pieces touch, stay finite, within the limit, and never deliver energy`, () => {
    fc.assert(
      fc.property(fc.array(shapes, { minLength: 1, maxLength: 8 }), fc.nat(100), (history, seed) => {
        const device = createDevice(model, {}, seed);
        for (const shape of history) follow(device, shape);
      }),
      { numRuns: 40, seed: 1 },
    );
  });
}

function follow(
  device: OnePort,
  {
    length_s,
    levels,
    series_ohm,
    limit_A,
  }: { length_s: number; levels: number[]; series_ohm: number; limit_A: number },
): void {
  const start_s = device.time_s;
  let last_s = start_s;
  const times_s = levels.map((_, i) => start_s + (length_s * i) / levels.length);
  device.advance(
    start_s + length_s,
    drive({ times_s, values: levels }, series_ohm, limit_A),
    (t0, v0, i0, t1, v1, i1) => {
      assert.ok(Math.abs(t0 - last_s) <= 1e-12 && t1 >= t0, `piece from ${t0} to ${t1} s after ${last_s} s`);
      last_s = t1;
      for (const [v, i] of [
        [v0, i0],
        [v1, i1],
      ] as const) {
        assert.ok(Number.isFinite(v) && Number.isFinite(i));
        assert.ok(Math.abs(i) <= limit_A * (1 + 1e-9), `${i} A through a limit of ${limit_A} A`);
        assert.ok(v * i >= 0, `${v} V and ${i} A`);
      }
    },
  );
  assert.equal(device.time_s, start_s + length_s);
  assert.ok(Math.abs(last_s - device.time_s) <= 1e-12);
}
