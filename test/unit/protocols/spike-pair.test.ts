import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { spikeLevel, spikePair } from "../../../protocols/spike-pair.js";

const shape = { head_V: 0.5, head_s: 1e-6, tail_V: 0.4, tail_s: 20e-6 };
const least_s = 1e-8;
const delay = fc.oneof(
  fc.double({ min: 2e-8, max: 1e-4, noNaN: true }),
  fc.double({ min: -1e-4, max: -2e-8, noNaN: true }),
);
const length = (segments: readonly { duration_s: number }[]) => segments.reduce((sum, one) => sum + one.duration_s, 0);

test("a pair lasts from the first head to the end of the last tail, has no step shorter than the generator plays, and never more than head plus tail", () => {
  fc.assert(
    fc.property(delay, (dt_s) => {
      const segments = spikePair(shape, dt_s, 1, least_s);
      assert.ok(Math.abs(length(segments) - (Math.abs(dt_s) + 81e-6)) < 2 * least_s, `${length(segments)} s`);
      for (const { level_V, duration_s } of segments) {
        assert.ok(duration_s >= least_s, `${duration_s} s`);
        assert.ok(Math.abs(level_V) <= shape.head_V + shape.tail_V, `${level_V} V`);
      }
      assert.ok(
        Math.abs(segments[0]?.level_V ?? 0) >= shape.head_V * 0.99,
        "the first step is a head: the scope triggers on it",
      );
    }),
  );
});

test("exchanging pre and post, or the sign, turns the voltage round; the largest level is head plus what is left of the other's tail", () => {
  fc.assert(
    fc.property(fc.double({ min: 1.2e-6, max: 6e-5, noNaN: true }), (dt_s) => {
      const levels = (dt: number, sign: 1 | -1) => spikePair(shape, dt, sign, least_s).map(({ level_V }) => level_V);
      const close = (a: number[], b: number[]) =>
        a.length === b.length && a.every((one, k) => Math.abs(one - (b[k] as number)) < 1e-9);
      assert.ok(close(levels(dt_s, 1), levels(-dt_s, -1)));
      assert.ok(
        close(
          levels(dt_s, -1),
          levels(dt_s, 1).map((one) => -one),
        ),
      );
      const expected = shape.head_V + shape.tail_V * Math.exp(-(dt_s - shape.head_s) / shape.tail_s);
      const most = Math.max(...levels(dt_s, 1));
      assert.ok(
        most <= expected + 1e-9 && most > expected - 0.05 * shape.tail_V,
        `${most} V, ${expected} V at the head's edge`,
      );
    }),
  );
  assert.deepEqual(
    [spikeLevel(shape, -1e-9), spikeLevel(shape, 0), spikeLevel(shape, 1e-6), spikeLevel(shape, 1e-3)],
    [0, 0.5, -0.4, 0],
  );
});
