import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { atomsOf } from "../../../src/simulator/netlist/waveform.js";

/** Corners from the start, until there are no more or there are `most`. */
function corners(period_s: number, width_s: number, count: number, most: number): number[] {
  const wave = {
    kind: "pulse",
    low: 0,
    high: 1,
    delay_s: 1e-5,
    rise_s: 1e-8,
    fall_s: 1e-8,
    width_s,
    period_s,
    count,
  } as const;
  const [atom] = atomsOf(wave);
  const found: number[] = [];
  for (let t_s = 0; found.length < most;) {
    t_s = atom?.cornerAfter(t_s) ?? Infinity;
    if (t_s === Infinity) break;
    found.push(t_s);
  }
  return found;
}

test("a train of 10 us pulses every 100 us does not end after the third: every pulse has its four corners", () => {
  assert.equal(corners(1e-4, 1e-5, 10, 1000).length, 40);
});

test("whatever period and width, each pulse has four corners in rising order, and begins at its multiple of the period", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-6, max: 1, noNaN: true }),
      fc.double({ min: 0.01, max: 0.9, noNaN: true }),
      (period_s, share) => {
        const found = corners(period_s, share * period_s, 200, 2000);
        assert.equal(found.length, 800);
        assert.ok(found.every((t_s, k) => k === 0 || t_s > (found[k - 1] ?? Infinity)));
        for (let n = 0; n < 200; n++) assert.equal(found[4 * n], n === 0 ? 1e-5 : 1e-5 + n * period_s);
      },
    ),
  );
});
