import assert from "node:assert/strict";
import test from "node:test";
import { complete } from "../../src/simulator/catalogue.js";
import type { DeviceModel } from "../../src/simulator/models/device.js";
import { vo2Mott } from "../../src/simulator/models/vo2-mott.js";
import { znoDiffusive } from "../../src/simulator/models/zno-diffusive.js";
import { createRandom } from "../../src/simulator/random.js";
import { DevicePort } from "../../src/simulator/transient/device-port.js";
import { growthRate_per_s, Rodas4, type OdeSystem } from "../../src/simulator/transient/rodas4.js";
import { constant } from "./bench.js";

/**
 * x1' = -(k + 2) x1 + k x2^2, x2' = x1 - x2 - x2^2, from (1, 1): x1 = exp(-2t), x2 = exp(-t) for every stiffness k.
 * Kaps, Poon, Bui, Computing 34 (1985) 17.
 */
function kaps(k: number): OdeSystem {
  return {
    size: 2,
    rates(_t, x, out) {
      const [a, b] = [x[0] ?? NaN, x[1] ?? NaN];
      out[0] = -(k + 2) * a + k * b * b;
      out[1] = a - b - b * b;
    },
    linearise(t, x, rate, byState, byTime) {
      this.rates(t, x, rate);
      byState.set([-(k + 2), 2 * k * (x[1] ?? NaN), 1, -1 - 2 * (x[1] ?? NaN)]);
      byTime.fill(0);
    },
  };
}

/** x' = -k (x - cos t) - sin t: x = cos t for every k. Time comes in by df/dt (Prothero, Robinson, 1974). */
function pursuit(k: number): OdeSystem {
  return {
    size: 1,
    rates: (t, x, out) => {
      out[0] = -k * ((x[0] ?? NaN) - Math.cos(t)) - Math.sin(t);
    },
    linearise(t, x, rate, byState, byTime) {
      this.rates(t, x, rate);
      byState[0] = -k;
      byTime[0] = -k * Math.sin(t) - Math.cos(t);
    },
  };
}

function errorAt1(system: OdeSystem, start: number[], steps: number, exact: number[]): number {
  const solver = new Rodas4(system);
  solver.x0.set(start);
  for (let i = 0; i < steps; i++) {
    solver.prepare(i / steps);
    assert.ok(solver.tryStep(1 / steps));
    solver.x0.set(solver.x1);
  }
  return Math.max(...exact.map((value, i) => Math.abs(value - (solver.x0[i] ?? NaN))));
}

const kapsAt1 = [Math.exp(-2), Math.exp(-1)];

test("halving the step divides the error on Kaps' problem by 16 where the step resolves it: order 4, measured", () => {
  const errors = [20, 40, 80, 160].map((steps) => errorAt1(kaps(10), [1, 1], steps, kapsAt1));
  for (let i = 1; i < errors.length; i++) {
    const order = Math.log2((errors[i - 1] ?? NaN) / (errors[i] ?? NaN));
    assert.ok(order > 3.3 && order < 4.7, `order ${order} between ${errors[i - 1]} and ${errors[i]}`);
  }
});

test("on the same problem a stiffness of a million costs no accuracy: ten steps are right to 1e-6", () => {
  for (const k of [1e3, 1e4, 1e6]) {
    const error = errorAt1(kaps(k), [1, 1], 10, kapsAt1);
    assert.ok(error < 1e-6, `stiffness ${k}: ${error}`);
  }
});

test("halving the step divides the error on a problem that depends on time by 16", () => {
  const errors = [10, 20, 40, 80].map((steps) => errorAt1(pursuit(1), [1], steps, [Math.cos(1)]));
  for (let i = 1; i < errors.length; i++) {
    const order = Math.log2((errors[i - 1] ?? NaN) / (errors[i] ?? NaN));
    assert.ok(order > 3.6 && order < 4.5, `order ${order}`);
  }
});

test("a step a million times the time constant follows the slow solution: no step is limited by stability", () => {
  assert.ok(errorAt1(pursuit(1e7), [1], 10, [Math.cos(1)]) < 1e-6);
});

test("the continuous output inside a step is of order 3: its error goes as the 4th power of the step", () => {
  const worst = (h: number) => {
    const solver = new Rodas4(pursuit(1));
    const inside = new Float64Array(1);
    solver.x0[0] = 1;
    solver.prepare(0);
    solver.tryStep(h);
    const errors = [0.2, 0.5, 0.8].map((s) => {
      solver.inside(s, inside);
      return Math.abs((inside[0] ?? NaN) - Math.cos(s * h));
    });
    return Math.max(...errors);
  };
  const order = Math.log2(worst(0.2) / worst(0.1));
  assert.ok(order > 3.6 && order < 4.5, `local error of order ${order}`);
});

test("the growth rate is the largest real part of a two by two Jacobian, and 0 for a damped one", () => {
  assert.equal(growthRate_per_s(Float64Array.from([3, 0, 0, -5]), 2), 3);
  assert.equal(growthRate_per_s(Float64Array.from([0, 1, 1, 0]), 2), 1);
  assert.equal(growthRate_per_s(Float64Array.from([1, 10, -10, 1]), 2), 1);
  assert.equal(growthRate_per_s(Float64Array.from([-1, 10, -10, -1]), 2), 0);
});

for (const [model, given, drive, until_s] of [
  [znoDiffusive, { sigma_cycle: 0, sigma_hold: 0, C: 47e-9 }, constant(0.8, 1e6), 0.06],
  [vo2Mott, { sigma_cycle: 0, C: 1e-9 }, constant(3, 1e4), 4e-5],
] as const) {
  test(`${model.name}: the spike times of an oscillation move by less than 1e-4 from the default tolerance to 1e-8`, () => {
    const times = (tolerance?: number) => {
      const fired: number[] = [];
      port(model, given, tolerance).advance(until_s, drive, (t0, v0, _i0, t1, v1) => {
        const level_V = model === vo2Mott ? 0.7 : 0.15;
        if (v0 > level_V && v1 <= level_V) fired.push(t0 + ((t1 - t0) * (v0 - level_V)) / (v0 - v1));
      });
      return fired;
    };
    const [usual, fine] = [times(), times(1e-8)];
    assert.equal(usual.length, fine.length);
    assert.ok(usual.length >= 3, `${usual.length} spikes`);
    usual.forEach((t, i) => assert.ok(Math.abs(t / (fine[i] ?? NaN) - 1) < 1e-4, `${t} s, ${fine[i]} s`));
  });
}

function port(model: DeviceModel, given: Readonly<Record<string, number>>, tolerance?: number): DevicePort {
  return new DevicePort(model.create(complete(model, given), { cycle: createRandom(0, "test") }), tolerance);
}
