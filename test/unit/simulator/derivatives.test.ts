import assert from "node:assert/strict";
import test from "node:test";
import { complete } from "../../../src/simulator/catalogue.js";
import type { Device, DeviceModel } from "../../../src/simulator/models/device.js";
import { vo2Mott } from "../../../src/simulator/models/vo2-mott.js";
import { znoDiffusive } from "../../../src/simulator/models/zno-diffusive.js";
import { createRandom } from "../../../src/simulator/random.js";

function nominal(model: DeviceModel): Device {
  return model.create(complete(model, {}), { cycle: createRandom(0, "test") });
}

/** `rounding`: what the last bits of the two values differenced amount to. */
function near(value: number, wanted: number, rounding: number, what: string): void {
  const allowed = 1e-4 * Math.abs(wanted) + rounding + 1e-12;
  assert.ok(Math.abs(value - wanted) <= allowed, `${what}: ${value}, by differences ${wanted}`);
}

/** Compares every derivative the device gives with central differences. */
function check(device: Device, v: number, state: readonly number[]): void {
  const n = device.size;
  const x = Float64Array.from(state);
  const [low, high] = [new Float64Array(n), new Float64Array(n)];
  const [given, byState] = [new Float64Array(n), new Float64Array(n * n)];
  const where = `v = ${v}, x = ${state.join(", ")}`;

  const slope = (up: number, down: number, step: number) => (up - down) / (2 * step);
  const rounding = (up: number, down: number, step: number) => (1e-15 * (Math.abs(up) + Math.abs(down))) / step;

  const dv = 1e-6 * Math.abs(v);
  const [more_A, less_A] = [device.current_A(v + dv, x), device.current_A(v - dv, x)];
  near(device.conductance_S(v, x), slope(more_A, less_A, dv), 0, `di/dv, ${where}`);
  device.rates(v - dv, x, low);
  device.rates(v + dv, x, high);
  device.ratesByVoltage(v, x, given);
  for (let i = 0; i < n; i++) {
    near(given[i]!, slope(high[i]!, low[i]!, dv), rounding(high[i]!, low[i]!, dv), `df${i}/dv, ${where}`);
  }

  device.currentByState(v, x, given);
  device.ratesByState(v, x, byState);
  for (let j = 0; j < n; j++) {
    const dx = 1e-6 * Math.abs(x[j]!);
    const [down, up] = [x.slice(), x.slice()];
    down[j]! -= dx;
    up[j]! += dx;
    const [upper_A, lower_A] = [device.current_A(v, up), device.current_A(v, down)];
    near(given[j]!, slope(upper_A, lower_A, dx), rounding(upper_A, lower_A, dx), `di/dx${j}, ${where}`);
    device.rates(v, down, low);
    device.rates(v, up, high);
    for (let i = 0; i < n; i++) {
      const what = `df${i}/dx${j}, ${where}`;
      near(byState[i * n + j]!, slope(high[i]!, low[i]!, dx), rounding(high[i]!, low[i]!, dx), what);
    }
  }
}

test("the derivatives of the VO2 model are those of its equations, from cold to metallic", () => {
  const device = nominal(vo2Mott);
  for (const v of [0.05, 0.4, 1.3, -1.3, 3]) for (const y of [0.05, 0.19, 0.5, 2, 12, 40]) check(device, v, [y]);
});

test("the derivatives of the ZnO model are those of its equations, open, growing and shrinking", () => {
  for (const v of [0.05, 0.17, -0.17, 0.6, 1.5]) {
    const device = nominal(znoDiffusive);
    for (const n of [1e-3, 0.5]) for (const p of [1e-3, 0.9]) check(device, v, [n, p]);
    device.fire(v, Float64Array.of(2, 0)); // bridges
    for (const z of [0.1, 4, 11.5]) check(device, v, [z, 0.4]);
    device.fire(v, Float64Array.of(4, 0)); // changes over to shrinking
    for (const share of [0.01, 1, 300]) check(device, Math.sign(v) * Math.min(Math.abs(v), 0.12), [share, 0.4]);
  }
});

test("the ZnO model bridges at theta, holds above the hold voltage, breaks below it and leaves residual silver", () => {
  const device = nominal(znoDiffusive);
  const x = Float64Array.of(5, 0);
  assert.ok(device.guard(0.2, x) > 0, "nucleated");
  device.fire(0.2, x);
  x[0] = 10;
  assert.ok(device.guard(0.2, x) < 0, "holds at 0.2 V");
  assert.ok(device.guard(0.01, x) > 0, "not at 10 mV");
  device.fire(0.01, x);
  const rate = new Float64Array(2);
  device.rates(0.01, x, rate);
  assert.ok(rate[0]! < 0, "it shrinks");
  x[0] = 0.001;
  assert.ok(device.guard(0.01, x) > 0, "half of the fresh bridge");
  device.fire(0.01, x);
  assert.ok(x[1]! > 0.2 && x[1]! <= 1, `residual silver ${x[1]}`);
});
