import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runRamp } from "../../drivers/support/ramp.js";
import { dueLevel, LONGEST_SAFE_RAMP_S, rampBetween, RAMP_STEP_S } from "../../src/scpi/ramp.js";

const level = fc.double({ min: -200, max: 200, noNaN: true });
const slew = fc.double({ min: 0.1, max: 1e6, noNaN: true });

test("a ramp leads where it should, never beyond either end, and no step is steeper than it says", () => {
  fc.assert(
    fc.property(
      level,
      level,
      slew,
      fc.constantFrom(Infinity, LONGEST_SAFE_RAMP_S),
      (from, to, slew_per_s, longest_s) => {
        fc.pre(Number.isFinite(longest_s) || Math.abs(to - from) / slew_per_s < 100);
        const ramp = rampBetween(from, to, slew_per_s, longest_s);
        assert.equal(ramp.levels.at(-1) ?? from, to);
        assert.ok(ramp.slew_per_s >= slew_per_s);
        assert.ok(ramp.levels.length * RAMP_STEP_S <= longest_s + 1e-12);
        let before = from;
        for (const value of ramp.levels) {
          assert.ok(
            Math.abs(value - before) <= ramp.slew_per_s * RAMP_STEP_S * (1 + 1e-6) + 1e-12,
            `${before} ${value}`,
          );
          assert.ok(value >= Math.min(from, to) - 1e-12 && value <= Math.max(from, to) + 1e-12);
          before = value;
        }
      },
    ),
    { numRuns: 500 },
  );
});

test("1 V goes to zero at 20 V/s in five steps of 0.2 V", () => {
  const ramp = rampBetween(1, 0, 20, LONGEST_SAFE_RAMP_S);
  assert.deepEqual(
    ramp.levels.map((value) => Number(value.toFixed(9))),
    [0.8, 0.6, 0.4, 0.2, 0],
  );
  assert.equal(ramp.slew_per_s, 20);
});

test("200 V at 20 V/s would take ten seconds: within half a second it is 400 V/s, and says so", () => {
  const ramp = rampBetween(-200, 0, 20, LONGEST_SAFE_RAMP_S);
  assert.equal(ramp.levels.length, 50);
  assert.ok(Math.abs(ramp.slew_per_s - 400) < 1e-9);
});

test("a link that is late leaves steps out and still ends at the last one", () => {
  const ramp = rampBetween(1, 0, 20);
  assert.deepEqual(
    [0, 0.011, 0.035, 9].map((elapsed_s) => dueLevel(ramp, elapsed_s)),
    [0, 1, 3, 4],
  );
});

test("there is no ramp from a level that is not a number, nor at no slew", () => {
  assert.throws(() => rampBetween(NaN, 0, 20), RangeError);
  assert.throws(() => rampBetween(1, 0, 0), RangeError);
  assert.deepEqual(rampBetween(0, 0, 20).levels, []);
});

test("after a stall the steps that are late do not follow each other faster than the ramp has them", async () => {
  const set: number[] = [];
  await runRamp(rampBetween(0, 1, 20), async () => {
    set.push(performance.now());
    const until = performance.now() + (set.length === 1 ? 50 : 0);
    while (performance.now() < until); // a busy computer
  });
  assert.equal(set.length, 5);
  // Steps that make up for a stall follow each other at once; half a step is far from that, and leaves room for timers and this clock.
  for (let k = 2; k < set.length; k++) {
    const gap_ms = (set[k] ?? NaN) - (set[k - 1] ?? NaN);
    assert.ok(gap_ms >= 500 * RAMP_STEP_S, `${gap_ms} ms between two steps`);
  }
});
