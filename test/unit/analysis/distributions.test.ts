import assert from "node:assert/strict";
import test from "node:test";
import {
  type DistributionFit,
  fitDistributions,
  Gathered,
  normalCdf,
  normalQuantile,
} from "../../../src/analysis/index.js";
import { createRandom } from "../../../src/simulator/random.js";

/** What a distribution of known parameters gives n times, fitted. */
function fitted(n: number, draw: (random: ReturnType<typeof createRandom>) => number): Map<string, DistributionFit> {
  const random = createRandom(3, "fits");
  const gathered = new Gathered();
  for (let k = 0; k < n; k++) gathered.add(draw(random));
  return new Map(fitDistributions(gathered.sample).map((fit) => [fit.name, fit]));
}

const drawn = {
  gaussian: { place: 155, shape: 5, draw: (r: { normal(): number }) => 155 + 5 * r.normal() },
  lognormal: { place: 6e3, shape: 0.4, draw: (r: { normal(): number }) => 6e3 * Math.exp(0.4 * r.normal()) },
  weibull: { place: 2e9, shape: 3, draw: (r: { uniform(): number }) => 2e9 * (-Math.log1p(-r.uniform())) ** (1 / 3) },
};

for (const [name, { place, shape, draw }] of Object.entries(drawn)) {
  // 19 000 values are kept one by one, 40 000 in bins.
  for (const n of [19_000, 40_000]) {
    test(`${n} ${name} draws give their parameters back, and only that fit is a straight line in its plot`, () => {
      const fits = fitted(n, draw);
      const fit = fits.get(name);
      // Standard errors: shape/√n and less; five of them, and for bins their width of 0.23 %.
      const share = 5 / Math.sqrt(n) + (n > 20_000 ? 2e-3 : 0);
      assert.ok(Math.abs((fit?.place ?? 0) / place - 1) < share, `place ${fit?.place}`);
      assert.ok(Math.abs((fit?.shape ?? 0) / shape - 1) < share, `shape ${fit?.shape}`);
      assert.ok((fit?.r2 ?? 0) > 0.999, `R² ${fit?.r2}`);
      // Of the true distribution √n times the distance is beyond 1.63 once in a hundred; fitted ones are nearer.
      assert.ok((fit?.ks ?? 1) < 1.63 / Math.sqrt(n), `distance ${fit?.ks}`);
      for (const other of fits.values()) if (other !== fit) assert.ok(other.r2 < (fit?.r2 ?? 0), other.name);
    });
  }
}

test("values all of one size, and four values, have no distribution; what is no positive number is not counted", () => {
  assert.equal(fitted(100, () => 5).size, 0);
  assert.equal(fitted(4, (random) => random.uniform()).size, 0);
  const gathered = new Gathered();
  for (const value of [Number.NaN, 0, -1, Infinity, 2]) gathered.add(value);
  assert.equal(gathered.n, 1);
});

test("the normal distribution has its tabulated values, and its quantile leads back", () => {
  // Abramowitz and Stegun, table 26.1
  for (const [z, share] of [
    [0, 0.5],
    [1, 0.841344746068543],
    [2, 0.977249868051821],
    [5, 0.999999713348428],
  ] as const)
    assert.ok(Math.abs(normalCdf(z) - share) < 1e-14, `${z}: ${normalCdf(z)}`);
  for (const share of [1e-12, 1e-4, 0.3, 0.5, 0.9, 1 - 1e-9]) {
    const back = normalCdf(normalQuantile(share));
    assert.ok(Math.abs(back - share) < 1e-12 * Math.max(1, share), `${share}: ${back}`);
  }
});
