import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EdgeTrigger } from "../../src/virtual/scope/edge-trigger.js";
import { convert } from "../../src/virtual/scope/front-end.js";
import { History, type Traces } from "../../src/virtual/scope/history.js";
import { delay_s, measure, phase_deg } from "../../src/virtual/scope/measure.js";
import { PulseTrigger, pulseOf } from "../../src/virtual/scope/pulse-trigger.js";
import { averageInto, filterInto, peaksInto, sampleInto } from "../../src/virtual/scope/sampler.js";
import type { Trace } from "../../src/virtual/scope/sampler.js";
import { resetSettings } from "../../src/virtual/scope/settings.js";
import { Statistics } from "../../src/virtual/scope/statistics.js";

const voltage = fc.double({ min: -5, max: 5, noNaN: true });

/** Straight lines from corner to corner, some of them vertical. */
const trace: fc.Arbitrary<Trace> = fc
  .array(fc.tuple(fc.constantFrom(0, 0.1, 0.3, 1, 2.5), voltage), { minLength: 1, maxLength: 20 })
  .map((corners) => {
    let time_s = 0;
    const times_s = corners.map(([gap_s]) => (time_s += gap_s));
    return { times_s: Float64Array.from(times_s), values_V: Float64Array.from(corners, ([, value_V]) => value_V) };
  });
const grid = fc
  .tuple(fc.double({ min: -2, max: 12, noNaN: true }), fc.double({ min: 0.01, max: 1, noNaN: true }))
  .map(([start_s, step_s]) => ({ start_s, step_s, points: 40 }));

/** Value just after a time, by looking through all lines. */
function valueAt({ times_s, values_V }: Trace, time_s: number): number {
  const next = times_s.findIndex((corner_s) => corner_s > time_s);
  if (next === 0) return values_V[0] ?? NaN;
  if (next < 0) return values_V.at(-1) ?? NaN;
  const [t0, t1] = [times_s[next - 1] ?? NaN, times_s[next] ?? NaN];
  const [v0, v1] = [values_V[next - 1] ?? NaN, values_V[next] ?? NaN];
  return v0 + ((v1 - v0) * (time_s - t0)) / (t1 - t0);
}

test("a sample is the value of the trace at its time, wherever the grid lies", () => {
  fc.assert(
    fc.property(trace, grid, (drawn, where) => {
      const out = new Float64Array(where.points);
      sampleInto(out, drawn, where);
      out.forEach((value, k) => {
        assert.ok(Math.abs(value - valueAt(drawn, where.start_s + k * where.step_s)) < 1e-9);
      });
    }),
  );
});

test("high resolution is the mean over one step, as a sum of many samples gives it", () => {
  const fine = 2000;
  fc.assert(
    fc.property(trace, grid, (drawn, where) => {
      const out = new Float64Array(where.points);
      averageInto(out, drawn, where);
      const k = 17;
      let sum = 0;
      for (let j = 0; j < fine; j += 1) {
        sum += valueAt(drawn, where.start_s + (k - 0.5 + (j + 0.5) / fine) * where.step_s);
      }
      // Each of up to 20 jumps of at most 10 V costs half a fine sample.
      assert.ok(Math.abs((out[k] ?? NaN) - sum / fine) < (20 * 10) / fine);
    }),
    { numRuns: 60 },
  );
});

test("peak detection never loses a corner that lies between two points", () => {
  fc.assert(
    fc.property(trace, grid, (drawn, where) => {
      const out = new Float64Array(where.points);
      peaksInto(out, drawn, where);
      const end_s = where.start_s + where.points * where.step_s;
      drawn.times_s.forEach((time_s, k) => {
        if (time_s < where.start_s + 1e-9 || time_s > end_s - 1e-9) return;
        if (drawn.times_s[k - 1] === time_s || drawn.times_s[k + 1] === time_s) return; // part of a vertical line
        const bucket = 2 * Math.floor((time_s - where.start_s) / (2 * where.step_s));
        const at = (value: number) => value >= (out[bucket] ?? NaN) - 1e-9 && value <= (out[bucket + 1] ?? NaN) + 1e-9;
        const value_V = drawn.values_V[k] ?? NaN;
        const edge = Math.abs((time_s - where.start_s) / (2 * where.step_s) - bucket / 2) < 1e-6;
        assert.ok(at(value_V) || edge, `${value_V} V at ${time_s} s`);
      });
    }),
  );
});

test("behind the 20 MHz limit a step rises with its time constant, and a ramp lags by it", () => {
  const tau_s = 8e-9;
  const step = { times_s: Float64Array.of(0, 1e-7, 1e-7, 1e-6), values_V: Float64Array.of(0, 0, 1, 1) };
  const out = new Float64Array(100);
  filterInto(out, step, { start_s: 0, step_s: 4e-9, points: 100 }, tau_s);
  for (const k of [30, 40, 60]) {
    const expected = 1 - Math.exp(-(k * 4e-9 - 1e-7) / tau_s);
    assert.ok(Math.abs((out[k] ?? NaN) - expected) < 1e-9, `${out[k]} at point ${k}, expected ${expected}`);
  }
  const ramp = { times_s: Float64Array.of(0, 1e-6), values_V: Float64Array.of(0, 1) };
  filterInto(out, ramp, { start_s: 0, step_s: 1e-8, points: 100 }, tau_s);
  assert.ok(Math.abs((out[90] ?? NaN) - (0.9 - 8e-3)) < 1e-9);
});

test("a voltage is read back within half a step, and beyond the screen as the code for clipping", () => {
  const [first] = resetSettings(1).channels;
  assert.ok(first);
  const channel = { ...first, range_V: 2, offset_V: 0.5 };
  fc.assert(
    fc.property(fc.array(voltage, { minLength: 1 }), fc.constantFrom(8, 10, 12), (given, bits) => {
      const words = new Uint16Array(given.length);
      const noNoise = { table: new Float64Array(65_536), begin: 0 };
      convert(words, Float64Array.from(given), channel, { bits, noise_V: 0 }, noNoise, new Uint16Array(given.length));
      const half_V = 2 / 2 ** bits / 2;
      given.forEach((value_V, k) => {
        const word = words[k] ?? NaN;
        const back_V = ((word - 32_768) * 2) / 65_536 + 0.5;
        if (value_V > 1.5) assert.equal(word, 0xffff);
        else if (value_V < -0.5) assert.equal(word, 1);
        else if (word !== 0xffff && word !== 1) assert.ok(Math.abs(back_V - value_V) <= half_V * (1 + 1e-9));
        else assert.ok(value_V > 1.5 - 2 * half_V || value_V < -0.5 + 2 * half_V);
      });
    }),
  );
});

test("an edge counts once, at the level, and only after the voltage was beyond the hysteresis", () => {
  const trigger = new EdgeTrigger(1, "POS", 0.1);
  const path = [0, 2, 0.95, 2, 0.5, 1.5];
  const times = path.slice(1).map((value, k) => trigger.follow(k, path[k] ?? 0, k + 1, value, 0));
  assert.deepEqual(times, [0.5, undefined, undefined, undefined, 4.5]);

  const falling = new EdgeTrigger(1, "NEG", 0.1);
  assert.equal(falling.follow(0, 2, 1, 0, 0), 0.5);
  const early = new EdgeTrigger(1, "EITH", 0.1);
  assert.equal(early.follow(0, 0, 1, 2, 0.6), undefined, "an edge before the earliest time does not count");
  assert.equal(early.follow(1, 2, 2, 0, 0.6), 1.5);
});

test("what is cut out of a long history is what was put in, though most of it was dropped", () => {
  const history = new History();
  const step = { t0_s: 0, t1_s: 0, top0_V: 0, top1_V: 0, bottom0_V: 0, bottom1_V: 0, i0_A: 0, i1_A: 0 };
  for (let k = 0; k < 50_000; k += 1) {
    Object.assign(step, { t0_s: k, t1_s: k + 1, top0_V: k, top1_V: k + 1, bottom0_V: -k, bottom1_V: -k - 1 });
    history.append(step, k - 100);
  }
  assertCut(history.cut(49_950.5, 49_960.5), 49_950);
});

function assertCut({ times_s, top_V, bottom_V, first, end }: Traces, from_s: number): void {
  const own = (values: Float64Array) => [...values.subarray(first, end)];
  const expected = Array.from({ length: 12 }, (_, k) => from_s + k);
  assert.deepEqual(own(times_s), expected);
  assert.deepEqual(own(top_V), expected);
  assert.deepEqual(
    own(bottom_V),
    expected.map((value) => -value),
  );
}

test("what was cut out stays what it was, whatever is put in afterwards and though the history is cleared", () => {
  const history = new History();
  const step = { t0_s: 0, t1_s: 0, top0_V: 0, top1_V: 0, bottom0_V: 0, bottom1_V: 0, i0_A: 0, i1_A: 0 };
  const cuts: [Traces, number][] = [];
  for (let k = 0; k < 300_000; k += 1) {
    Object.assign(step, { t0_s: k, t1_s: k + 1, top0_V: k, top1_V: k + 1, bottom0_V: -k, bottom1_V: -k - 1 });
    history.append(step, k - 100);
    if (k % 5000 === 4999) cuts.push([history.cut(k - 50.5, k - 40.5), k - 51]);
    if (k % 20_000 === 19_999) history.clear();
  }
  for (const [cut, from_s] of cuts) assertCut(cut, from_s);
  history.clear(true); // given up: written over
  history.append(step, 0);
  const { times_s, first, end } = history.cut(299_999, 300_000);
  assert.deepEqual([first, end, times_s[0]], [0, 2, 299_999]);
});

test("of a history without a step nothing can be cut", () => {
  const { first, end } = new History().cut(0, 1);
  assert.equal(end - first, 0);
});

test("rise time, width, period and duty cycle of a pulse train come out as drawn, noise or not", () => {
  const step_s = 1e-8;
  const level = (time_s: number) => {
    const t = time_s % 10e-6;
    return t < 1e-6 ? t / 1e-6 : t < 3e-6 ? 1 : t < 4e-6 ? 4 - t / 1e-6 : 0;
  };
  const volts = Float64Array.from({ length: 4000 }, (_, k) => level(k * step_s) + 0.02 * Math.sin(k * k));
  const screen = { volts, start_s: 0, step_s };
  const near = (kind: Parameters<typeof measure>[0], expected: number, tolerance: number) => {
    const got = measure(kind, screen) ?? NaN;
    assert.ok(Math.abs(got - expected) <= tolerance, `${kind}: ${got}, expected ${expected}`);
  };
  near("RIS", 0.8e-6, 0.1e-6);
  near("FALL", 0.8e-6, 0.1e-6);
  near("PWID", 3e-6, 0.1e-6);
  near("PER", 10e-6, 0.1e-6);
  near("DUTY", 30, 1);
  near("VTOP", 1, 0.02);
  near("VBAS", 0, 0.02);
  assert.equal(measure("FREQ", { volts: new Float64Array(100), start_s: 0, step_s }), undefined);
});

test("an edge between two lines that do not quite meet is seen, at the beginning of the second", () => {
  const edge = new EdgeTrigger(0, "POS", 0.1);
  assert.equal(edge.follow(0, -1, 1, -1e-16, 0), undefined);
  assert.equal(edge.follow(1, 0, 2, 1, 0), 1);
  assert.equal(edge.follow(2, 1, 3, 2, 0), undefined);
  const jump = new EdgeTrigger(0, "NEG", 0.1);
  assert.equal(jump.follow(0, 1, 1, 1, 0), undefined);
  assert.equal(jump.follow(1, -1, 2, -1, 0), 1);
});

test("a pulse trigger comes at the edge that ends the first pulse of the width that is asked for", () => {
  // Pulses of 1, 3 and 2 s, 1 s apart; the last one is followed by none.
  const edges_s = [1, 2, 3, 6, 7, 9];
  const first = (trigger: PulseTrigger, from_s = 0, earliest_s = -Infinity): number | undefined => {
    let high = false;
    let now_s = 0;
    for (const edge_s of [...edges_s, 20]) {
      const [low_V, high_V] = [0, 2];
      const level_V = high ? high_V : low_V;
      const found = edge_s > from_s ? trigger.follow(now_s, level_V, edge_s, level_V, earliest_s) : undefined;
      if (found !== undefined) return found;
      now_s = edge_s;
      high = !high;
    }
    return undefined;
  };
  const on = (...asked: Parameters<typeof pulseOf>) => new PulseTrigger(1, pulseOf(...asked), 0.1);
  assert.equal(first(on("POS", "shorter", 1.5, 1.5)), 2);
  assert.equal(first(on("POS", "longer", 1.5, 1.5)), 6);
  assert.equal(first(on("POS", "within", 2.5, 1.5)), 9);
  assert.equal(first(on("POS", "outside", 0.5, 2.5)), 6);
  assert.equal(first(on("NEG", "longer", 0.5, 0.5)), 3);
  assert.equal(first(on("EITH", "longer", 0.5, 0.5), 0, 2.5), 3, "earlier ones are seen, but do not count");
  assert.equal(first(on("POS", "longer", 4, 4)), undefined);
  const interrupted = on("POS", "shorter", 1.5, 1.5);
  interrupted.follow(0, 0, 1, 0, -Infinity);
  interrupted.follow(1, 2, 1.5, 2, -Infinity);
  interrupted.interrupt();
  assert.equal(interrupted.follow(2, 0, 3, 0, -Infinity), undefined, "a pulse that began before is not measured");
});

test("duty, cycles, delay, phase and statistics are those of the waveform, and of nothing where there is none", () => {
  const step_s = 1e-4;
  const square = (shift_s: number, duty: number) => ({
    volts: Float64Array.from({ length: 1000 }, (_, k) =>
      ((((k * step_s - shift_s) / 0.02) % 1) + 1) % 1 < duty ? 3 : 1,
    ),
    start_s: 0,
    step_s,
  });
  const one = square(0.005, 0.25);
  const near = (got: number | undefined, wanted: number, within: number) =>
    assert.ok(Math.abs((got ?? NaN) - wanted) <= within, `${got} for ${wanted}`);
  near(measure("NDUT", one), 75, 0.5);
  near(measure("CAV", one), 1.5, 0.02);
  near(measure("CRMS", one), Math.sqrt(0.25 * 9 + 0.75), 0.02);
  near(measure("CSTD", one), Math.sqrt(0.25 * 0.75) * 2, 0.02);
  near(measure("CARE", one), 1.5 * 0.02, 1e-3);
  assert.deepEqual(
    [measure("CYC", one), measure("PEDG", one), measure("PPUL", one), measure("EDG", one)],
    [4, 5, 5, 10],
  );
  near(delay_s(one, square(0.008, 0.25)), 0.003, step_s);
  near(delay_s(one, square(0.003, 0.25)), -0.002, step_s);
  near(delay_s(one, one, [true, false]), 0.005, step_s);
  near(phase_deg(one, square(0.01, 0.25)), 90, 2);
  const flat = { volts: new Float64Array(100), start_s: 0, step_s };
  assert.equal(phase_deg(one, flat), undefined);
  assert.equal(measure("CAV", flat), undefined);
  const statistics = new Statistics();
  assert.deepEqual([statistics.mean, statistics.deviation, statistics.count], [undefined, undefined, 0]);
  for (const value of [1, 2, undefined, 6]) statistics.add(value);
  assert.deepEqual([statistics.min, statistics.max, statistics.mean, statistics.count], [1, 6, 3, 3]);
  near(statistics.deviation, Math.sqrt(7), 1e-12);
  near(statistics.rms, Math.sqrt(41 / 3), 1e-12);
});
