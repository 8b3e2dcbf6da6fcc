import assert from "node:assert/strict";
import test from "node:test";
import { createRandom } from "../../../src/simulator/index.js";

test("a seed and a stream give these numbers on every machine", () => {
  const random = createRandom(7, "golden");
  const drawn = [random.uniform(), random.uniform(), random.normal(), random.normal(), random.normal()];
  assert.deepEqual(
    drawn,
    [0.38760463269550416, 0.844057851209815, 0.3743492342623119, 2.03377087193989, -1.2389926486735656],
  );
});

test("another seed, and another stream of the same seed, give other numbers", () => {
  const first = (seed: number, stream: string) => createRandom(seed, stream).uniform();
  const drawn = new Set([first(1, "a"), first(2, "a"), first(1, "b"), first(-1, "a"), first(1.5, "a"), first(12, "a")]);
  assert.equal(drawn.size, 6);
});

test("streams with neighbouring seeds do not move together", () => {
  const draws = Array.from({ length: 4000 }, (_, seed) => createRandom(seed, "device:x").normal());
  const lagged = draws.slice(1).reduce((sum, x, i) => sum + x * (draws[i] ?? NaN), 0) / (draws.length - 1);
  assert.ok(Math.abs(lagged) < 4 / Math.sqrt(draws.length), `correlation ${lagged}`);
});

test("uniform numbers fill [0, 1) evenly", () => {
  const random = createRandom(1, "uniform");
  const bins = new Array<number>(20).fill(0);
  for (let i = 0; i < 100_000; i++) {
    const u = random.uniform();
    assert.ok(u >= 0 && u < 1);
    bins[Math.floor(u * 20)]! += 1;
  }
  const chi2 = bins.reduce((sum, n) => sum + (n - 5000) ** 2 / 5000, 0);
  assert.ok(chi2 < 43.8, `chi squared ${chi2}`); // 0.1 % point of 19 degrees of freedom
});

test("normal numbers have the moments and the tails of a normal distribution", () => {
  const random = createRandom(1, "normal");
  const n = 200_000;
  const sums = [0, 0, 0, 0];
  const beyond = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const x = random.normal();
    for (let k = 0; k < 4; k++) sums[k]! += x ** (k + 1) / n;
    for (let k = 0; k < 3; k++) if (Math.abs(x) > k + 1) beyond[k]! += 1 / n;
  }
  const [m1, m2, m3, m4] = sums as [number, number, number, number];
  const within = (value: number, wanted: number, sd: number, what: string) =>
    assert.ok(Math.abs(value - wanted) < (4 * sd) / Math.sqrt(n), `${what} ${value}, wanted ${wanted}`);
  within(m1, 0, 1, "mean");
  within(m2, 1, Math.sqrt(2), "variance");
  within(m3, 0, Math.sqrt(15), "third moment");
  within(m4, 3, Math.sqrt(96), "fourth moment");
  [0.317311, 0.0455, 0.0026998].forEach((p, k) =>
    within(beyond[k] ?? NaN, p, Math.sqrt(p * (1 - p)), `share beyond ${k + 1} sigma`),
  );
});
