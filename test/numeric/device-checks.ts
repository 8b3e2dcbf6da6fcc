/** What the tests of device models share: derivatives against differences, and states under random drives. */
import assert from "node:assert/strict";
import type { Device } from "../../src/simulator/models/device.js";
import type { Random } from "../../src/simulator/index.js";
import { DevicePort } from "../../src/simulator/transient/device-port.js";

/** Where a model is looked at: a terminal voltage and its states. */
export interface Point {
  readonly v: number;
  readonly x: readonly number[];
}

/**
 * Every analytic derivative of the device against a central difference at every point. The step is 1e-6 of the size of
 * the variable: the difference itself is then good to about 1e-9 of the curvature and 1e-10 of the value.
 */
export function checkDerivatives(device: Device, points: readonly Point[], tolerance = 1e-5): void {
  const n = device.size;
  for (const { v, x } of points) {
    const state = Float64Array.from(x);
    const where = `at ${v} V, state ${x.join(", ")}`;
    const hv = 1e-6 * Math.max(Math.abs(v), 0.01);
    const i0 = device.current_A(v, state);
    compare(
      `conductance ${where}`,
      device.conductance_S(v, state),
      (device.current_A(v + hv, state) - device.current_A(v - hv, state)) / (2 * hv),
      Math.abs(i0) / Math.max(Math.abs(v), 0.01),
      tolerance,
    );
    const rate0 = vector(n, (out) => device.rates(v, state, out));
    const byVoltage = vector(n, (out) => device.ratesByVoltage(v, state, out));
    const above = vector(n, (out) => device.rates(v + hv, state, out));
    const below = vector(n, (out) => device.rates(v - hv, state, out));
    for (let row = 0; row < n; row++) {
      const size = Math.abs(rate0[row] ?? NaN) / Math.max(Math.abs(v), 0.01);
      const difference = ((above[row] ?? NaN) - (below[row] ?? NaN)) / (2 * hv);
      compare(`d rate ${row}/dv ${where}`, byVoltage[row] ?? NaN, difference, size, tolerance);
    }
    const currentByState = vector(n, (out) => device.currentByState(v, state, out));
    const byState = vector(n * n, (out) => device.ratesByState(v, state, out));
    for (let column = 0; column < n; column++) {
      const weight = Math.max(Math.abs(x[column] ?? NaN), device.scale[column] ?? NaN);
      const h = 1e-6 * weight;
      const moved = (by: number) => Float64Array.from(x, (value, at) => (at === column ? value + by : value));
      compare(
        `di/dx ${column} ${where}`,
        currentByState[column] ?? NaN,
        (device.current_A(v, moved(h)) - device.current_A(v, moved(-h))) / (2 * h),
        Math.abs(i0) / weight,
        tolerance,
      );
      const up = vector(n, (out) => device.rates(v, moved(h), out));
      const down = vector(n, (out) => device.rates(v, moved(-h), out));
      for (let row = 0; row < n; row++) {
        const difference = ((up[row] ?? NaN) - (down[row] ?? NaN)) / (2 * h);
        const size = Math.abs(rate0[row] ?? NaN) / weight;
        compare(`d rate ${row}/dx ${column} ${where}`, byState[row * n + column] ?? NaN, difference, size, tolerance);
      }
    }
  }
}

function vector(n: number, fill: (out: Float64Array) => void): Float64Array {
  const out = new Float64Array(n);
  fill(out);
  return out;
}

/** Equal to a share of the larger one, or of `size`: what differences of nearly equal numbers can still tell. */
function compare(what: string, analytic: number, difference: number, size: number, tolerance: number): void {
  const allowed = tolerance * Math.max(Math.abs(analytic), Math.abs(difference), 1e-3 * size) + 1e-300;
  assert.ok(Math.abs(analytic - difference) <= allowed, `${what}: ${analytic}, by difference ${difference}`);
}

/** A drive of random voltages, widths and series resistances; tells every state that was reached. */
export function randomDrive(
  port: DevicePort,
  random: Random,
  pulses: number,
  peak_V: number,
  shortest_s: number,
  longest_s: number,
  told: (state: Float64Array) => void,
): void {
  const decades = Math.log(longest_s / shortest_s);
  for (let pulse = 0; pulse < pulses; pulse++) {
    const emf_V = peak_V * (2 * random.uniform() - 1);
    const series_ohm = 10 ** (1 + 3 * random.uniform());
    const end_s = port.time_s + shortest_s * Math.exp(decades * random.uniform());
    const drive = { emf: { times_s: [0], values: [emf_V] }, series_ohm, limit_A: Infinity };
    port.advance(end_s, drive, () => told(port.state));
  }
}
