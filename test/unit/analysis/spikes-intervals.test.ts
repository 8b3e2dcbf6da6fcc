import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { burstsOf, intervalsOf, multiplesOf, spikeTrainOf } from "../../../src/analysis/index.js";

/** Spike times from the intervals between them. */
function timesOf(intervals: readonly number[], from_s = 0): number[] {
  let t = from_s;
  return [from_s, ...intervals.map((interval) => (t += interval))];
}

const anyIntervals = fc.array(fc.double({ min: 1e-6, max: 1e-3, noNaN: true }), { minLength: 1, maxLength: 80 });

test("regular spikes have a frequency of one over their interval and no irregularity", () => {
  const train = spikeTrainOf(timesOf([2e-3, 2e-3, 2e-3, 2e-3]));
  assert.equal(train.spikes, 5);
  assert.ok(Math.abs(train.frequency_Hz - 500) < 1e-9);
  assert.ok(train.interval_s.cv < 1e-12 && train.cv2 < 1e-12);
  assert.ok(Math.abs(train.median_s - 2e-3) < 1e-15);
});

test("intervals add up to the length of the train; scaling time scales the interval and leaves C_v and CV2", () => {
  fc.assert(
    fc.property(anyIntervals, fc.double({ min: 0.01, max: 100, noNaN: true }), (intervals, factor) => {
      const times = timesOf(intervals);
      const found = intervalsOf(times);
      assert.equal(found.length, intervals.length);
      const total = found.reduce((sum, value) => sum + value, 0);
      assert.ok(Math.abs(total - (times.at(-1) ?? NaN)) < 1e-12);
      const [one, other] = [spikeTrainOf(times), spikeTrainOf(times.map((t) => factor * t))];
      assert.ok(Math.abs(other.interval_s.mean / (factor * one.interval_s.mean) - 1) < 1e-9);
      assert.ok(Math.abs(other.interval_s.cv - one.interval_s.cv) < 1e-9);
      if (intervals.length > 1) assert.ok(Math.abs(other.cv2 - one.cv2) < 1e-9 && one.cv2 >= 0 && one.cv2 <= 2);
    }),
  );
});

test("a rate that drifts by a factor of 20 has a large C_v but hardly any CV2", () => {
  const train = spikeTrainOf(timesOf(Array.from({ length: 100 }, (_, k) => 1e-3 * 1.03 ** k)));
  assert.ok(train.interval_s.cv > 0.7 && train.cv2 < 0.03, `${train.interval_s.cv}, ${train.cv2}`);
});

test("one spike or none has no interval and no frequency", () => {
  for (const times of [[], [1]]) {
    const train = spikeTrainOf(times);
    assert.equal(train.interval_s.n, 0);
    assert.ok(Number.isNaN(train.frequency_Hz) && Number.isNaN(train.cv2));
  }
});

test("intervals of 1, 2 and 3 cycles with 10 % jitter are told apart and give the cycle", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.double({ min: -0.1, max: 0.1, noNaN: true })), {
        minLength: 5,
        maxLength: 60,
      }),
      fc.double({ min: 1e-6, max: 1, noNaN: true }),
      (cycles, cycle_s) => {
        const intervals = [cycle_s, ...cycles.map(([n, jitter]) => (n + jitter) * cycle_s)];
        const found = multiplesOf(intervals);
        assert.deepEqual(Array.from(found.cycles), [1, ...cycles.map(([n]) => n)]);
        assert.ok(Math.abs(found.fundamental_s / cycle_s - 1) < 0.11);
        assert.ok(Math.abs(found.shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-12);
        assert.ok(found.misfit < 0.45, `${found.misfit}`); // 10 % jitter, and the cycle off by up to 10 % three times over
      },
    ),
  );
});

test("with a given cycle nothing is estimated; the misfit shows intervals of one and a half", () => {
  const found = multiplesOf([1, 1.5, 3], 1);
  assert.equal(found.fundamental_s, 1);
  assert.equal(found.misfit, 0.5);
  assert.equal(multiplesOf([]).shares.length, 0);
});

test("bursts of any shape, with pauses five times the longest interval inside, are found as they were made", () => {
  const burst = fc.array(fc.double({ min: 1e-6, max: 2e-6, noNaN: true }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(burst, fc.double({ min: 1e-5, max: 5e-5, noNaN: true })), { minLength: 2, maxLength: 10 }),
      (made) => {
        const intervals = made.flatMap(([inside, pause], b) => (b === made.length - 1 ? inside : [...inside, pause]));
        const times = timesOf(intervals);
        const found = burstsOf(times);
        assert.deepEqual(
          Array.from(found.spikes),
          made.map(([inside]) => inside.length + 1),
        );
        assert.equal(
          found.spikes.reduce((sum, n) => sum + n, 0),
          times.length,
        );
        assert.deepEqual(burstsOf(times, 5e-6).spikes, found.spikes);
        for (let b = 0; b < found.length; b++) {
          assert.equal(found.start_s[b], times[found.first[b] ?? -1]);
          assert.ok((found.end_s[b] ?? NaN) < (found.start_s[b + 1] ?? Infinity));
        }
      },
    ),
  );
});

test("spikes per burst and period leave out the first and the last burst, which the record may have cut", () => {
  const inside = [1, 1, 1];
  const times = timesOf([1, 10, ...inside, 10, ...inside, 10, ...inside, 10]);
  const found = burstsOf(times);
  assert.deepEqual(Array.from(found.spikes), [2, 4, 4, 4, 1]);
  assert.deepEqual(found.spikesPerBurst, { mean: 4, sd: 0, cv: 0, n: 3 });
  assert.deepEqual(found.period_s, { mean: 13, sd: 0, cv: 0, n: 3 });
});

test("a regular train is one burst without a pause; no spikes are no burst", () => {
  const found = burstsOf(timesOf([1, 1.2, 0.9, 1.1]));
  assert.equal(found.length, 1);
  assert.ok(Number.isNaN(found.pause_s));
  assert.equal(burstsOf([]).length, 0);
});
