import assert from "node:assert/strict";
import { test } from "node:test";
import { excursionsOf } from "../../../src/analysis/index.js";

test("a turning point that was read twice does not tear the way out from the way back", () => {
  const levels = [0, 0.1, 0.2, 0.3, 0.3, 0.2, 0.1, 0];
  assert.deepEqual(excursionsOf(levels, 0, levels.length), [{ polarity: 1, upFrom: 0, peak: 4, downTo: 7 }]);
});

test("a loop whose zero was read twice has one excursion to each side", () => {
  const levels = [0, 1, 2, 2, 1, 0, 0, -1, -2, -2, -1, 0];
  assert.deepEqual(
    excursionsOf(levels, 0, levels.length).map(({ polarity }) => polarity),
    [1, -1],
  );
});

test("a level that never changes is no excursion", () => {
  assert.deepEqual(excursionsOf([0.2, 0.2, 0.2], 0, 3), []);
});
