import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { asymmetryOf, decayAt, fitDecay, nonlinearityOf } from "../../../src/analysis/index.js";
import { noiseOf } from "../protocols/bench.js";

const near = (value: number, expected: number, relative: number, what: string) =>
  assert.ok(Math.abs(value / expected - 1) <= relative, `${what}: ${value}, expected ${expected}`);
const times = (tau_s: number, n: number) => Array.from({ length: n }, (_, k) => tau_s * 0.02 * 1.2 ** k);

test("an exponential and a stretched exponential are fitted back to what they were made of, at any scale", () => {
  const scale = fc.double({ min: 1e-9, max: 1e6, noNaN: true });
  const values = fc.double({ min: -5, max: 5, noNaN: true });
  fc.assert(
    fc.property(scale, scale, values, fc.double({ min: 0.35, max: 1, noNaN: true }), (tau_s, size, rest, beta) => {
      const t = times(tau_s, 40);
      for (const shape of ["exponential", "stretched"] as const) {
        const made = {
          tau_s,
          beta: shape === "stretched" ? beta : 1,
          amplitude: size,
          rest: rest * size,
          r2: 1,
          n: 40,
        };
        const fit = fitDecay(
          t,
          t.map((one) => decayAt(made, one)),
          { shape },
        );
        near(fit.tau_s, tau_s, 1e-3, `${shape} tau`);
        near(fit.beta, made.beta, 1e-3, `${shape} beta`);
        near(fit.amplitude, size, 1e-3, `${shape} amplitude`);
        assert.ok(fit.r2 > 0.999999);
      }
    }),
    { numRuns: 8 },
  );
});

test("through 5 % of noise the time constant is found within 15 %, and R² says that noise is there", () => {
  const t = times(1e-3, 40);
  const noise = noiseOf(5, 0.05);
  const fit = fitDecay(
    t,
    t.map((one) => Math.exp(-one / 1e-3) + noise()),
    { shape: "exponential", rest: 0 },
  );
  near(fit.tau_s, 1e-3, 0.15, "tau");
  assert.ok(fit.r2 > 0.95 && fit.r2 < 0.9999, `R² ${fit.r2}`);
});

test("what does not decay, is too short or has no spread gives no time constant instead of a guess", () => {
  const t = times(1, 30);
  assert.ok(
    Number.isNaN(
      fitDecay(
        t,
        t.map(() => 3),
        { shape: "exponential" },
      ).tau_s,
    ),
  );
  assert.ok(Number.isNaN(fitDecay(t.slice(0, 3), [3, 2, 1], { shape: "exponential" }).tau_s));
  assert.ok(
    Number.isNaN(
      fitDecay(
        t,
        t.map((one) => one),
        { shape: "exponential" },
      ).tau_s,
    ),
    "a straight line",
  );
});

test("equal steps have no nonlinearity, an exponential approach has the one of its formula, reversed it is the opposite", () => {
  near(1 + nonlinearityOf([1, 2, 3, 4, 5]), 1, 1e-12, "equal steps");
  near(nonlinearityOf([0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]), 0.9, 1e-12, "all at once");
  fc.assert(
    fc.property(
      fc.double({ min: 0.05, max: 5, noNaN: true }),
      fc.double({ min: 1e-9, max: 1, noNaN: true }),
      (a, scale) => {
        const g = Array.from({ length: 401 }, (_, k) => scale * (1 - Math.exp(-k / 400 / a)));
        const expected = 2 * (1 / (1 - Math.exp(-1 / a)) - a) - 1;
        assert.ok(Math.abs(nonlinearityOf(g) - expected) < 1e-4, `${nonlinearityOf(g)} and ${expected}`);
        assert.ok(Math.abs(nonlinearityOf(g.map((one) => 3 * scale - one)) - expected) < 1e-4, "the way down");
        assert.ok(Math.abs(nonlinearityOf([...g].reverse()) + expected) < 1e-4, "backwards");
      },
    ),
  );
  assert.ok(Number.isNaN(nonlinearityOf([1, 2])) && Number.isNaN(nonlinearityOf([1, 2, 1])));
});

test("a device that goes back the way it came has no asymmetry; one that falls at once has a large one", () => {
  const up = [1, 3, 4, 4.5, 4.8];
  assert.ok(Math.abs(asymmetryOf(up, [...up].reverse())) < 1e-12);
  const abrupt = asymmetryOf([1, 2, 3, 4, 5], [5, 1, 1, 1, 1]);
  assert.ok(abrupt > 0.3 && abrupt < 0.6, String(abrupt));
  assert.ok(Number.isNaN(asymmetryOf([1], [1, 2])) && Number.isNaN(asymmetryOf([2, 2], [2, 2])));
});
