import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { axisText, labelled, logSplits, rangeOf } from "../../../dashboard/web/chart-scale.js";

test("every value lies within the range that is shown, on a linear axis", () => {
  const values = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 });
  fc.assert(
    fc.property(values, (numbers) => {
      const [low, high] = rangeOf([numbers], "linear", 0.05);
      assert.ok(low < high);
      for (const value of numbers) assert.ok(value >= low && value <= high, `${value} in ${low}…${high}`);
    }),
    { examples: [[[5e-324]], [[0]], [[1e6, 1e6]]] },
  );
});

test("a logarithmic axis shows magnitudes, leaves zero out, and never less than a decade", () => {
  const [low, high] = rangeOf([[-1e-5, 0, null, 2e-5]], "log", 0.05);
  assert.ok(low > 0 && low <= 1e-5 && high >= 2e-5 && high / low >= 10, `${low}…${high}`);
});

test("the lines of a logarithmic axis stand at whole decades, wherever the range begins", () => {
  assert.deepEqual(logSplits(undefined, 0, 3.6e3, 9e9), [1e4, 1e5, 1e6, 1e7, 1e8, 1e9]);
  assert.deepEqual(logSplits(undefined, 0, 3e3, 4e4), [5e3, 1e4, 2e4]);
});

test("where few numbers fit, decades are named at even distances", () => {
  const splits = [1e-14, 1e-13, 1e-12, 1e-11, 1e-10, 1e-9];
  assert.deepEqual(labelled(splits, 3), [1e-14, null, 1e-12, null, 1e-10, null]);
  assert.deepEqual(labelled(splits, 10), splits);
});

test("an axis carries one prefix for all its numbers", () => {
  const current = axisText({ label: "Current", unit: "A", scale: "linear" }, [0, 1.05e-5], "linear");
  assert.equal(current.title, "Current (µA)");
  assert.equal(current.tick(1e-5), "10");
  assert.equal(current.tick(-2.5e-6), "−2.5");
  const resistance = axisText({ label: "Resistance", unit: "ohm", scale: "log" }, [1e3, 1e9], "log");
  assert.equal(resistance.tick(1e6), "1 MΩ");
});
