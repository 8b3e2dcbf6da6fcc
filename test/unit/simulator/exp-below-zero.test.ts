import assert from "node:assert/strict";
import test from "node:test";
import { expBelowZero } from "../../../src/simulator/models/exp-below-zero.js";

test("it is within two units in the last place of Math.exp from 0 to -700", () => {
  let worst = 0;
  let at = 0;
  for (let k = 0; k <= 700_000; k++) {
    const x = -k / 1000;
    const error = Math.abs(expBelowZero(x) / Math.exp(x) - 1);
    if (error > worst) [worst, at] = [error, x];
  }
  assert.ok(worst <= 2 * Number.EPSILON, `${worst} at ${at}`);
});

test("it falls with x across every step of its table: a solver sees no bump", () => {
  for (let n = 0; n < 700 * 369; n++) {
    const border = (-(n + 0.5) * Math.LN2) / 256;
    const [above, below] = [expBelowZero(border * (1 - 1e-12)), expBelowZero(border * (1 + 1e-12))];
    if (border > -700) assert.ok(above >= below, `at ${border}: ${above} above, ${below} below`);
  }
});

test("0 gives exactly 1, what is far below gives 0, and what is no number stays none", () => {
  assert.equal(expBelowZero(0), 1);
  assert.equal(expBelowZero(-701), 0);
  assert.equal(expBelowZero(-Infinity), 0);
  assert.ok(Number.isNaN(expBelowZero(Number.NaN)));
});
