import assert from "node:assert/strict";
import test from "node:test";
import { complete, deviceModels } from "../../src/simulator/catalogue.js";
import type { Device } from "../../src/simulator/models/device.js";
import { createRandom } from "../../src/simulator/random.js";
import { DevicePort } from "../../src/simulator/transient/device-port.js";

// A solver lives on these derivatives: every model of the catalogue is driven at random, and where it stands it is asked.

const levels_V = [0.02, 0.1, 0.3, 0.55, 0.8, 1.2, 1.8, 3];
const times_s = [1e-9, 1e-7, 1e-5, 1e-3, 0.1];
const loads_ohm = [50, 1e3, 1e5];

/** Shares of a quantity by which it is moved: one is too coarse beside a threshold, another lost in rounding. */
const shares = [1e-6, 1e-7, 1e-5];

/**
 * The given derivative is that of differences at one of the steps. Where a law bends between two points (a change of
 * branch) it may be that of either side. `rounding`: of the quantity itself.
 */
function matches(
  given: number,
  quantity: (moved: number) => number,
  sizes: readonly number[],
  rounding: number,
  what: string,
): void {
  const seen: number[] = [];
  const at = quantity(0);
  for (const step of sizes.flatMap((size) => shares.map((share) => share * size))) {
    const [below, above] = [quantity(-step), quantity(step)];
    const sides = [(above - below) / (2 * step), (above - at) / step, (at - below) / step];
    const allowed = (4e-14 * (Math.abs(below) + Math.abs(above)) + rounding) / step + 1e-25;
    if (sides.some((wanted, i) => Math.abs(given - wanted) <= (i === 0 ? 1e-4 : 2e-4) * Math.abs(wanted) + allowed)) {
      return;
    }
    seen.push(...sides);
  }
  assert.fail(`${what}: ${given}; by differences ${seen.join(", ")}`);
}

/** Compares all derivatives a device gives at v, x with differences of its current and rates. */
function checkAt(device: Device, v: number, x: Float64Array, where: string): void {
  const n = device.size;
  const [byVoltage, currentByState, byState] = [new Float64Array(n), new Float64Array(n), new Float64Array(n * n)];
  const conductance_S = device.conductance_S(v, x);
  device.ratesByVoltage(v, x, byVoltage);
  device.currentByState(v, x, currentByState);
  device.ratesByState(v, x, byState);
  const out = new Float64Array(n);
  const rate = (i: number, voltage: number, state: Float64Array) => {
    device.rates(voltage, state, out);
    return out[i] ?? NaN;
  };
  // rounding of v inside a law counts as much as a change of v
  const roundingOf = (slope: number) => 1e-15 * Math.abs(v * slope);

  const voltage_V = Math.max(Math.abs(v), 1e-3);
  matches(conductance_S, (dv) => device.current_A(v + dv, x), [voltage_V], roundingOf(conductance_S), `di/dv ${where}`);
  byVoltage.forEach((given, i) => {
    matches(given, (dv) => rate(i, v + dv, x), [voltage_V], roundingOf(given), `df${i}/dv ${where}`);
  });
  for (let j = 0; j < n; j++) {
    const own = Math.abs(x[j] ?? NaN);
    const sizes = [Math.max(own, 1e-2 * (device.scale[j] ?? NaN)), ...(own > 0 ? [own] : [])];
    const moved = (by: number) => x.map((value, i) => (i === j ? value + by : value));
    const current = (dx: number) => device.current_A(v, moved(dx));
    matches(currentByState[j] ?? NaN, current, sizes, roundingOf(conductance_S), `di/dx${j} ${where}`);
    byVoltage.forEach((slope, i) => {
      const of = (dx: number) => rate(i, v, moved(dx));
      matches(byState[i * n + j] ?? NaN, of, sizes, roundingOf(slope), `df${i}/dx${j} ${where}`);
    });
  }
}

/** What the joint functions give is what the single ones give. */
function checkJoint(device: Device, v: number, x: Float64Array, where: string): void {
  if (!device.flow || !device.linearise) return;
  const n = device.size;
  const single = new Float64Array(n * n);
  const expected = [device.current_A(v, x)];
  const append = (fill: (out: Float64Array) => void, count: number) => {
    fill(single);
    expected.push(...single.subarray(0, count));
  };
  append((out) => device.rates(v, x, out), n);
  const flow = Float64Array.from([v, ...x, ...expected.map(() => NaN)]);
  device.flow(flow);
  const io = new Float64Array(1 + n + 1 + n + 1 + n + n + n * n);
  io.set([v, ...x]);
  device.linearise(io);
  expected.push(device.conductance_S(v, x));
  append((out) => device.currentByState(v, x, out), n);
  append((out) => device.ratesByVoltage(v, x, out), n);
  append((out) => device.ratesByState(v, x, out), n * n);
  const [conductance_S = NaN, ...slopes] = expected.slice(1 + n);
  // at rest a rate is what rounding leaves of two that balance: judged by what moves it
  const moves = (i: number) =>
    i === 0
      ? Math.abs(conductance_S * v)
      : Math.abs(v * (slopes[n + i - 1] ?? 0)) +
        x.reduce((sum, value, j) => sum + Math.abs(value * (slopes[2 * n + (i - 1) * n + j] ?? 0)), 0);
  expected.forEach((wanted, i) => {
    const allowed = 1e-11 * Math.abs(wanted) + (i <= n ? 1e-13 * moves(i) : 0) + 1e-300;
    const near = (value: number | undefined) => Math.abs((value ?? NaN) - wanted) <= allowed;
    assert.ok(near(io[1 + n + i]), `linearise ${i} ${where}: ${io[1 + n + i]} for ${wanted}`);
    if (i <= n) assert.ok(near(flow[1 + n + i]), `flow ${i} ${where}: ${flow[1 + n + i]} for ${wanted}`);
  });
}

/** Terms that the defaults leave out. */
const further: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "wo3-pedot": { a: 14, Q_z: 1e-9 },
  vteam: { exponential: 1 },
  "vo2-mott": { T: 320 },
};

for (const [name, model, parameters = {}] of [
  ...deviceModels,
  ...[...deviceModels]
    .filter(([name]) => name in further)
    .map(
      ([name, model]) => [`${name} with ${Object.keys(further[name] ?? {}).join(", ")}`, model, further[name]] as const,
    ),
]) {
  test(`${name}: every derivative is that of its equations wherever a random drive takes it`, () => {
    for (let seed = 1; seed <= 4; seed++) {
      const random = createRandom(seed, `derivatives:${name}`);
      const pick = (values: readonly number[]) => values[Math.floor(random.uniform() * values.length)] ?? NaN;
      const device = model.create(complete(model, parameters), { cycle: createRandom(seed, "cycle") });
      const port = new DevicePort(device);
      for (let step = 0; step < 40; step++) {
        const emf_V = pick(levels_V) * (random.uniform() < 0.3 ? -1 : 1);
        const drive = { emf: { times_s: [0], values: [emf_V] }, series_ohm: pick(loads_ohm), limit_A: 0.01 };
        port.advance(port.time_s + pick(times_s) * (0.5 + random.uniform()), drive);
        const x = port.state.slice(0, device.size);
        for (const v of [port.voltage_V, 0.7 * port.voltage_V, pick(levels_V), -pick(levels_V)]) {
          const where = `at v = ${v}, x = [${x.join(", ")}], drive ${step} of seed ${seed}`;
          checkAt(device, v, x, where);
          checkJoint(device, v, x, where);
        }
      }
    }
  });
}

for (const [name, model] of deviceModels) {
  test(`${name}: current and rates are finite and current does not fall with voltage, far beyond any use`, () => {
    const device = model.create(complete(model, {}), { cycle: createRandom(0, "cycle") });
    const initial = Float64Array.from(device.initial);
    const rates = new Float64Array(device.size);
    let last_A = -Infinity;
    for (let v = -20; v <= 20; v += 0.25) {
      const i_A = device.current_A(v, initial);
      device.rates(v, initial, rates);
      assert.ok(Number.isFinite(i_A) && rates.every(Number.isFinite), `${v} V: ${i_A} A, rates ${rates.join(", ")}`);
      assert.ok(i_A >= last_A, `${v} V: ${i_A} A after ${last_A} A`);
      last_A = i_A;
    }
  });
}
