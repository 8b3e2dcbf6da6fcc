import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { pulseTotals, type Trace } from "../../../src/analysis/index.js";

const tau = fc.double({ min: 1e-8, max: 1e-3, noNaN: true });
const volts = fc.double({ min: 0.01, max: 20, noNaN: true });
const ohms = fc.double({ min: 1, max: 1e9, noNaN: true });
const points = fc.integer({ min: 200, max: 2000 });

/** Samples of a function of time from `start_s` to `stop_s`. */
function sampled(of: (time_s: number) => number, start_s: number, stop_s: number, n: number): Trace {
  const step_s = (stop_s - start_s) / (n - 1);
  return { start_s, step_s, values: Float64Array.from({ length: n }, (_, k) => of(start_s + k * step_s)) };
}
const near = (value: number, expected: number, relative: number, what: string) =>
  assert.ok(Math.abs(value / expected - 1) <= relative, `${what}: ${value}, expected ${expected}`);

test("a capacitor charged through a resistor takes half of C V² and the charge C V, to the second order of the step", () => {
  fc.assert(
    fc.property(tau, volts, ohms, points, (tau_s, level_V, r_ohm, n) => {
      const [c_F, stop_s] = [tau_s / r_ohm, 12 * tau_s];
      const voltage = sampled((t) => level_V * (1 - Math.exp(-t / tau_s)), 0, stop_s, n);
      const current = sampled((t) => (level_V / r_ohm) * Math.exp(-t / tau_s), 0, stop_s, n);
      const seen = pulseTotals(voltage, current, 0, stop_s);
      const error = (12 / (n - 1)) ** 2; // h²/tau²; the trapezoidal constant is 1/12 for the charge and 1/3 for the energy
      near(seen.charge_C, c_F * level_V, error / 6 + 1e-5, "charge");
      near(seen.energy_J, (c_F * level_V ** 2) / 2, error + 1e-5, "energy");
      near(seen.peak_A, level_V / r_ohm, 1e-12, "peak");
    }),
  );
});

test("charged and discharged again, a capacitor has taken nothing: energy and charge of the whole are 0", () => {
  fc.assert(
    fc.property(tau, volts, points, (width_s, peak_V, n) => {
      const c_F = 1e-12;
      // A half sine of voltage: the current leads, C dv/dt.
      const w = Math.PI / width_s;
      const voltage = sampled((t) => peak_V * Math.sin(w * t), 0, width_s, n);
      const current = sampled((t) => c_F * peak_V * w * Math.cos(w * t), 0, width_s, n);
      const seen = pulseTotals(voltage, current, 0, width_s);
      const stored_J = (c_F * peak_V ** 2) / 2;
      assert.ok(Math.abs(seen.energy_J) < 1e-9 * stored_J + 1e-30, `${seen.energy_J} of ${stored_J} J`);
      assert.ok(Math.abs(seen.charge_C) < 1e-9 * c_F * peak_V, `${seen.charge_C} C`);
      const half = pulseTotals(voltage, current, 0, width_s / 2);
      near(half.energy_J, stored_J, (Math.PI / (n - 1)) ** 2 + 1e-12, "energy at the top");
    }),
  );
});

test("a triangle on a resistor: energy V² T/3R and charge V T/2R exactly, between samples too, and no more outside it", () => {
  fc.assert(
    fc.property(tau, volts, ohms, fc.integer({ min: 20, max: 400 }), (width_s, peak_V, r_ohm, half) => {
      const shape = (t: number) => (t < 0 || t > width_s ? 0 : peak_V * (1 - Math.abs((2 * t) / width_s - 1)));
      const n = 4 * half + 1; // the apex and both feet are samples
      const voltage = sampled(shape, -width_s / 2, 1.5 * width_s, n);
      const current = { ...voltage, values: Float64Array.from(voltage.values, (volt) => volt / r_ohm) };
      for (const [from_s, to_s] of [
        [0, width_s],
        [-0.37 * width_s, 1.21 * width_s],
      ] as const) {
        const seen = pulseTotals(voltage, current, from_s, to_s);
        near(seen.charge_C, (peak_V * width_s) / (2 * r_ohm), 1e-9, "charge");
        near(seen.energy_J, (peak_V ** 2 * width_s) / (3 * r_ohm), 1e-9, "energy");
      }
      const first = pulseTotals(voltage, current, 0, width_s / 2);
      near(first.energy_J, (peak_V ** 2 * width_s) / (6 * r_ohm), 1e-9, "energy of the first half");
    }),
  );
});

test("energy adds up over any cut of the pulse, and reversing both signs leaves it while it reverses charge and peak", () => {
  fc.assert(
    fc.property(volts, ohms, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (level_V, r_ohm, cut) => {
      const voltage = sampled((t) => level_V * Math.exp(-2 * t), 0, 1, 301);
      const current = { ...voltage, values: Float64Array.from(voltage.values, (volt) => volt ** 3 / r_ohm) };
      const [whole, head, tail] = [
        pulseTotals(voltage, current, 0, 1),
        pulseTotals(voltage, current, 0, cut),
        pulseTotals(voltage, current, cut, 1),
      ];
      near(head.energy_J + tail.energy_J, whole.energy_J, 1e-9, "energy");
      near(head.charge_C + tail.charge_C, whole.charge_C, 1e-9, "charge");
      const turned = (trace: Trace): Trace => ({ ...trace, values: Float64Array.from(trace.values, (one) => -one) });
      const back = pulseTotals(turned(voltage), turned(current), 0, 1);
      assert.deepEqual([back.energy_J, back.charge_C, back.peak_A], [whole.energy_J, -whole.charge_C, -whole.peak_A]);
    }),
  );
});

test("the overshoot is told against the settled end, and a flat pulse has none", () => {
  const spike = sampled((t) => (t < 0 ? 0 : 1e-3 * (1 + 4 * Math.exp(-t / 1e-7))), -1e-6, 1e-5, 1101);
  const voltage = sampled((t) => (t < 0 ? 0 : 1), -1e-6, 1e-5, 1101);
  near(pulseTotals(voltage, spike, -1e-6, 1e-5).overshoot, 4, 1e-6, "overshoot");
  const flat = { ...spike, values: Float64Array.from(spike.values, (one) => Math.min(one, 1e-3)) };
  assert.ok(Math.abs(pulseTotals(voltage, flat, -1e-6, 1e-5).overshoot) < 1e-9);
  assert.ok(Number.isNaN(pulseTotals({ ...voltage, values: [] }, { ...flat, values: [] }, 0, 1).energy_J));
});
