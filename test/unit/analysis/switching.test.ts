import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { excursionsOf, findPeak, findSwitch, findValley, switchingOf } from "../../../src/analysis/index.js";
import { noiseOf } from "../protocols/bench.js";

const upTo = (stop: number, step: number) => Array.from({ length: Math.round(stop / step) + 1 }, (_, k) => k * step);

/** 130 Mohm with a sinh, then 10 µA of compliance from level `on` on. */
const threshold = (levels: number[], on: number) =>
  levels.map((v, k) => (k >= on ? 10e-6 : 0.566e-9 * Math.sinh(v / 0.1)));

test("the threshold is found wherever it lies, with three readings before it", () => {
  const levels = upTo(0.3, 5e-3);
  for (let on = 4; on < levels.length; on++) {
    assert.deepEqual(findSwitch(levels, threshold(levels, on)), { off: on - 1, on }, `on from reading ${on}`);
  }
});

test("noise about zero neither makes a threshold nor moves one", () => {
  const levels = upTo(0.3, 5e-3);
  for (let seed = 1; seed <= 300; seed++) {
    const noise = noiseOf(seed, 3e-10); // as large as the off current at 0.05 V
    const noisy = (currents: number[]) => currents.map((current) => current + noise());
    assert.deepEqual(findSwitch(levels, noisy(threshold(levels, 34))), { off: 33, on: 34 }, `seed ${seed}`);
    assert.equal(findSwitch(levels, noisy(threshold(levels, 1000))), undefined, `off throughout, seed ${seed}`);
    assert.equal(findSwitch(levels, noisy(levels.map(() => 0))), undefined, `open circuit, seed ${seed}`);
  }
});

test("a reading taken while the device switches is neither the last off nor the first on", () => {
  const levels = upTo(0.3, 5e-3);
  for (const share of [1e-3, 0.01, 0.1, 0.5]) {
    const currents = threshold(levels, 34);
    currents[33] = (currents[33] ?? 0) + share * 10e-6;
    assert.deepEqual(findSwitch(levels, currents), { off: 32, on: 34 }, `${share} of the reading in the on state`);
  }
});

test("resistors with and without compliance, diodes in fine and coarse steps, and a capacitor's charging current have no threshold", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 12, noNaN: true }),
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 20, max: 120 }),
      (decade, step_mV, slope_mV) => {
        const levels = upTo(2, step_mV / 1000);
        const limited = (current: number) => Math.min(current, 1e-3);
        assert.equal(
          findSwitch(
            levels,
            levels.map((v) => limited(v / 10 ** decade)),
          ),
          undefined,
          "resistor",
        );
        const diode = levels.map((v) => limited(1e-12 * (10 ** (v / (slope_mV / 1000)) - 1)));
        assert.equal(findSwitch(levels, diode), undefined, "diode");
        assert.equal(
          findSwitch(
            levels,
            levels.map(() => 1e-9),
          ),
          undefined,
          "constant current",
        );
      },
    ),
  );
});

test("a diode in steps of 100 mV, up and down, is not taken for a switch", () => {
  const up = upTo(1, 0.1);
  const asked = [...up, ...up.slice(0, -1).reverse()];
  const current_A = asked.map((v) => Math.min(1e-12 * (10 ** (v / 0.06) - 1), 1e-3));
  const cycle = asked.map(() => 1);
  const found = switchingOf({ drive: "voltage", cycle, asked, voltage_V: asked, current_A });
  assert.deepEqual(
    found.map(({ vth_V }) => vth_V),
    [Number.NaN],
  );
});

test("a device that shows a tenth of a decade at its threshold has none, one that shows a factor of three has", () => {
  const levels = upTo(1.5, 0.01);
  const step = (factor: number) => levels.map((v) => (v / 15e3) * (v >= 1.3 ? factor : 1));
  assert.equal(findSwitch(levels, step(1.25)), undefined);
  assert.equal(findSwitch(levels, step(3))?.on, 130);
});

test("an excursion is a way out and back: one for a double sweep, two for a loop, whatever the start", () => {
  const shape = (levels: number[]) => excursionsOf(levels, 0, levels.length);
  assert.deepEqual(shape([0, 1, 2, 1, 0]), [{ polarity: 1, upFrom: 0, peak: 2, downTo: 4 }]);
  assert.deepEqual(shape([0, 1, 2]), [{ polarity: 1, upFrom: 0, peak: 2, downTo: 2 }]);
  assert.deepEqual(
    shape([0, 1, 0, -1, -2, -1, 0]).map(({ polarity, peak }) => [polarity, peak]),
    [
      [1, 1],
      [-1, 4],
    ],
  );
  assert.deepEqual(
    shape([-1, 0, 1, 0, -1]).map(({ polarity, upFrom, downTo }) => [polarity, upFrom, downTo]),
    [
      [-1, 0, 1],
      [1, 1, 3],
      [-1, 3, 4],
    ],
  );
  assert.deepEqual(
    shape([-0.15, -0.05, 0.05, 0.15]).map(({ polarity, upFrom, downTo }) => [polarity, upFrom, downTo]),
    [
      [-1, 0, 1],
      [1, 2, 3],
    ],
  );
  assert.deepEqual(excursionsOf([], 0, 0), []);
});

test("a fold is found at its extreme voltage, through noise, and a resistor has none", () => {
  const noise = noiseOf(9, 5e-3);
  const out = [...upTo(1.3, 0.1), 1.2, 0.8, 0.6, 0.5, 0.45].map((v) => v + noise());
  assert.equal(findPeak(out)?.at, 13);
  const back = [0.45, 0.4, 0.35, 0.3, 0.5, 0.9, 1.1, 1, 0.5, 0].map((v) => v + noise());
  assert.equal(findValley(back)?.at, 3);
  const resistor = upTo(2, 0.05).map((v) => v + noise());
  assert.equal(findPeak(resistor), undefined);
  assert.equal(findValley(resistor.reverse()), undefined);
});
