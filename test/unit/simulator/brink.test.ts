import assert from "node:assert/strict";
import test from "node:test";
import { Brink } from "../../../src/simulator/transient/brink.js";

const last_s = 1e-8;
/** What the engine hands over: rate and speed of a state, in 1/step. */
function at(rate: number, speed: number): Float64Array {
  return Float64Array.of(0, 0, 0, 0, rate / last_s, speed / last_s);
}

test("a state that followed its circuit and slows down gets a tolerance a thousand times smaller, until it leaves", () => {
  const brink = new Brink(1e-8, 5);

  assert.equal(brink.look(at(-20, 1e-3), last_s), false);
  assert.equal(brink.look(at(-1, 1e-3), last_s), true);
  assert.equal(brink.part, 1e-3);
  assert.equal(brink.look(at(0.3, 1e-3), last_s), false, "it held before");
  assert.equal(brink.near, true);
  brink.look(at(0.5, 0.05), last_s);
  assert.equal(brink.near, false, "it has left");
  brink.look(at(0.3, 1e-3), last_s);
  assert.equal(brink.near, false, "and does not come near before it has followed again");
});

test("a state that was never faster than the steps changes nothing: a membrane is no switch", () => {
  const brink = new Brink(1e-8, 5);
  for (const rate of [-1, -0.5, 0.1, -0.1]) brink.look(at(rate, 1e-4), last_s);
  assert.equal(brink.near, false);
});

test("loose tolerances are left alone, and no tolerance falls below what rounding allows", () => {
  const loose = new Brink(1e-4, 5);
  loose.look(at(-20, 1e-3), last_s);
  loose.look(at(-1, 1e-3), last_s);
  assert.equal(loose.near, false);
  assert.ok(1e-12 * new Brink(1e-12, 5).part >= 0.99e-13);
});
