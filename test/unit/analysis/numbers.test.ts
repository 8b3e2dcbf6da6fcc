import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  boundedResistance,
  crossing_s,
  decimate,
  pulseTotals,
  histogramOf,
  histogramOnGrid,
  levelAbove,
  median,
  metricOf,
  numbersOf,
  resistance_ohm,
  spansOf,
  turnOnOf,
  windowOf,
} from "../../../src/analysis/index.js";
import { noiseOf } from "../protocols/bench.js";

const finite = fc.double({ min: -1e9, max: 1e9, noNaN: true });

test("no value gives NaN and n 0, one gives sd and cv 0, and NaN is not counted", () => {
  assert.deepEqual(metricOf([]), { mean: Number.NaN, sd: Number.NaN, cv: Number.NaN, n: 0 });
  assert.deepEqual(metricOf([Number.NaN, 3]), { mean: 3, sd: 0, cv: 0, n: 1 });
  const { mean, sd, cv, n } = metricOf([2, 4, 4, 4, 5, 5, 7, 9]);
  assert.deepEqual([mean, n], [5, 8]);
  assert.ok(Math.abs(sd - Math.sqrt(32 / 7)) < 1e-12 && Math.abs(cv - sd / 5) < 1e-12);
  assert.ok(metricOf([-1, -2, -3]).cv > 0);
});

test("the spread of large numbers that lie close together is not lost", () => {
  assert.ok(Math.abs(metricOf([1e9 + 1, 1e9 + 2, 1e9 + 3]).sd - 1) < 1e-6);
});

test("the median is a middle value, whatever the order", () => {
  assert.equal(median([5, 1, 3]), 3);
  assert.equal(median([4, 1, Number.NaN, 3, 2]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

test("a reading of noise has no resistance", () => {
  assert.equal(resistance_ohm(0.5, 0.25), 2);
  assert.ok(Number.isNaN(resistance_ohm(0.1, -1e-12)) && Number.isNaN(resistance_ohm(0.1, 0)));
});

test("a histogram holds every finite value once, each within half a bin of its middle", () => {
  fc.assert(
    fc.property(fc.array(finite, { minLength: 1, maxLength: 200 }), (values) => {
      for (const { centres, counts } of [histogramOf(values), histogramOnGrid(values, 1e7)]) {
        assert.equal(
          counts.reduce((sum, count) => sum + count, 0),
          values.length,
        );
        assert.equal(centres.length, counts.length);
      }
    }),
  );
  const { centres, counts } = histogramOnGrid([0.165, 0.17, 0.17, 0.175, Number.NaN], 5e-3);
  assert.deepEqual(
    [Array.from(centres), Array.from(counts)],
    [
      [0.165, 0.17, 0.175],
      [1, 2, 1],
    ],
  );
});

test("equal neighbours make a span, and a missing table makes none", () => {
  assert.deepEqual(spansOf([1, 1, 2, 3, 3]), [
    { key: 1, from: 0, to: 2 },
    { key: 2, from: 2, to: 3 },
    { key: 3, from: 3, to: 5 },
  ]);
  assert.deepEqual(spansOf(numbersOf(undefined, "cycle")), []);
  const table = { length: 1, columns: { current_A: new Float64Array(1) } };
  assert.throws(() => numbersOf(table, "cycle"), /no column of numbers "cycle"; it has current_A/);
});

test("a window takes the samples between its ends, both included", () => {
  const trace = { start_s: -1, step_s: 0.5, values: [1, 2, 3, 4, 5] };
  assert.deepEqual(windowOf(trace, -0.5, 0.5), { mean: 3, sd: 1, n: 3 });
  assert.equal(windowOf(trace, 5, 6).n, 0);
  assert.equal(windowOf(trace, -9, 9).n, 5);
});

test("a crossing lies between its samples; one sample of noise is none", () => {
  const trace = { start_s: 0, step_s: 1, values: [0, 9, 0, 0, 4, 8, 8] };
  assert.equal(crossing_s(trace, 2, 1, 0, 6), 3.5);
  assert.ok(Number.isNaN(crossing_s(trace, 10, 1, 0, 6)));
  assert.equal(crossing_s({ ...trace, values: trace.values.map((v) => -v) }, -2, -1, 0, 6), 3.5);
});

test("the energy of a constant voltage and current is their product times the time", () => {
  const constant = (value: number) => ({ start_s: 0, step_s: 1e-9, values: new Float64Array(2001).fill(value) });
  assert.ok(Math.abs(pulseTotals(constant(1.5), constant(1e-3), 0, 2e-6).energy_J - 3e-9) < 1e-15);
});

test("the turn-on of a known waveform is found within a sample, and a resistor is not late", () => {
  const sample = (of: (t_s: number) => number) => ({
    start_s: -200e-9,
    step_s: 1e-9,
    values: Float64Array.from({ length: 2200 }, (_, k) => of(k * 1e-9 - 200e-9)),
  });
  const ramp = (t_s: number, from_s: number, over_s: number) => Math.min(1, Math.max(0, (t_s - from_s) / over_s));
  const voltage = sample((t_s) => 1.5 * ramp(t_s, -4e-9, 8e-9) - 1.3 * ramp(t_s, 18e-9, 4e-9));
  const current = sample((t_s) => 1e-3 * ramp(t_s, 18e-9, 4e-9));
  const found = turnOnOf(voltage, current, -20e-9, 2e-6);
  assert.ok(Math.abs(found.delay_s - 20e-9) < 0.2e-9, `${found.delay_s} s`);
  assert.ok(Math.abs(found.rise_s - 3.2e-9) < 0.5e-9 && found.late);
  const resistor = sample((t_s) => 1e-3 * ramp(t_s, -4e-9, 8e-9));
  assert.equal(turnOnOf(voltage, resistor, -20e-9, 2e-6).late, false);
});

test("averaging lowers the floor with the root of the samples, but not below half a step without noise", () => {
  const window = (n: number, sd: number) => ({ mean: 0, sd, n });
  const few = levelAbove(window(100, 1e-3), window(100, 1e-3), 1e-3).floor;
  const many = levelAbove(window(10_000, 1e-3), window(10_000, 1e-3), 1e-3).floor;
  assert.ok(Math.abs(few / many - 10) < 1e-9);
  assert.equal(levelAbove(window(10_000, 0), window(10_000, 0), 1e-3).floor, 0.5e-3);
});

test("a true level lies within the floor of the one that was read, in 99 of 100 cases", () => {
  const noise = noiseOf(21, 2e-3);
  const samples = (value: number, n: number) => ({
    start_s: 0,
    step_s: 1,
    values: Float64Array.from({ length: n }, () => Math.round((value + noise()) / 1e-3) * 1e-3),
  });
  let outside = 0;
  for (let k = 0; k < 1000; k++) {
    const { value, floor } = levelAbove(
      windowOf(samples(0, 200), 0, 199),
      windowOf(samples(0.4e-3, 300), 0, 299),
      1e-3,
    );
    if (Math.abs(value - 0.4e-3) > floor) outside++;
  }
  assert.ok(outside <= 10, `${outside} of 1000 outside`);
});

test("a current below its floor bounds the resistance from below, a voltage below its floor from above", () => {
  const level = (value: number, floor: number) => ({ value, floor });
  assert.deepEqual(boundedResistance(level(0.5, 1e-3), level(0.25, 1e-9)), {
    ohm: 2,
    atFloor: false,
    shorted: false,
  });
  assert.deepEqual(boundedResistance(level(0.5, 1e-3), level(-1e-10, 0.25)), {
    ohm: 2,
    atFloor: true,
    shorted: false,
  });
  const shorted = boundedResistance(level(-1e-4, 0.5), level(0.25, 1e-9));
  assert.deepEqual(shorted, { ohm: 2, atFloor: false, shorted: true });
});

test("thinning keeps the first and last point, the extremes, the order and the gaps", () => {
  const gaps = fc.array(fc.oneof({ weight: 9, arbitrary: finite }, { weight: 1, arbitrary: fc.constant(Number.NaN) }), {
    minLength: 50,
    maxLength: 500,
  });
  fc.assert(
    fc.property(gaps, (y) => {
      const x = y.map((_, k) => k);
      const thin = decimate(x, y, 40);
      const numbers = (values: Iterable<number>) => Array.from(values).filter(Number.isFinite);
      assert.ok(thin.x.length <= 45 && thin.x[0] === 0 && thin.x.at(-1) === y.length - 1);
      assert.deepEqual(
        Array.from(thin.x),
        Array.from(thin.x).sort((a, b) => a - b),
      );
      assert.equal(Math.max(...numbers(thin.y)), Math.max(...numbers(y)));
      assert.equal(Math.min(...numbers(thin.y)), Math.min(...numbers(y)));
    }),
  );
});
