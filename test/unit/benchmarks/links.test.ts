import assert from "node:assert/strict";
import { test } from "node:test";
import { Rounds, spread } from "../../../benchmarks/links/rounds.js";

test("a ratio pairs what was measured in the same round", () => {
  const rounds = new Rounds();
  for (const [ours, theirs] of [
    [10, 5],
    [40, 10],
    [9, 3],
  ] as const) {
    rounds.add("ours", { us: ours });
    rounds.add("theirs", { us: theirs });
  }
  assert.deepEqual(rounds.ratios("ours", "theirs", "us"), [2, 4, 3]);
  assert.deepEqual(rounds.ratios("left out", "theirs", "us"), []);
  assert.deepEqual(rounds.ratios("ours", "left out", "us"), []);
});

test("the spread of a figure is its median between its quarters, in whatever order it was measured", () => {
  assert.deepEqual(spread([5, 1, 3, 2, 4]), { median: 3, low: 2, high: 4 });
  assert.deepEqual(spread([1, 2]), { median: 1.5, low: 1.25, high: 1.75 });
  assert.ok(Number.isNaN(spread([]).median));
});
