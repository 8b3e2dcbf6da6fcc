import assert from "node:assert/strict";
import { test } from "node:test";
import {
  colourAt,
  groupResults,
  metricOf,
  pooled,
  siteMetric,
  varianceComponents,
  waferMapSvg,
  works,
  yieldOf,
} from "../../../src/analysis/index.js";
import { createRandom } from "../../../src/simulator/index.js";

const near = (actual: number, expected: number, share = 1e-12) =>
  assert.ok(Math.abs(actual - expected) <= share * Math.abs(expected), `${actual}, expected ${expected}`);

test("variance components of three devices with three values each, by hand", () => {
  // means 2, 5, 8; grand mean 5; SSB = 3·(9 + 0 + 9) = 54, MSB = 27; SSW = 3·2 = 6, MSW = 1; (27 − 1)/3 = 26/3
  const found = varianceComponents([metricOf([1, 2, 3]), metricOf([4, 5, 6]), metricOf([7, 8, 9])]);
  near(found.mean, 5);
  near(found.betweenSd, Math.sqrt(26 / 3));
  near(found.withinSd, 1);
  near(found.betweenShare, 26 / 3 / (26 / 3 + 1));
  near(found.f, 27);
  assert.deepEqual([found.devices, found.values, found.df], [3, 9, [2, 6]]);
});

test("variance components with unlike numbers of values, by hand", () => {
  // devices {1, 3} and {4, 6, 8, 10}: means 2 and 7, N = 6, grand 32/6; SSB = 2·(10/3)² + 4·(5/3)² = 100/3; SSW = 2 + 20 = 22,
  // MSW = 22/4; n0 = 6 − (4 + 16)/6 = 8/3; (100/3 − 5.5)/(8/3)
  const found = varianceComponents([metricOf([1, 3]), metricOf([4, 6, 8, 10])]);
  near(found.withinSd, Math.sqrt(5.5));
  near(found.betweenSd, Math.sqrt((100 / 3 - 5.5) / (8 / 3)));
  near(found.mean, 32 / 6);
});

test("devices no more different than their own cycles have no variance between them", () => {
  const found = varianceComponents([metricOf([1, 9]), metricOf([2, 8]), metricOf([0, 10.2])]);
  assert.equal(found.betweenSd, 0);
  assert.equal(found.betweenShare, 0);
});

test("one value a device leaves all spread between devices; one device leaves none to be known", () => {
  const single = varianceComponents([metricOf([1]), metricOf([2]), metricOf([3])]);
  near(single.betweenSd, 1);
  assert.ok(Number.isNaN(single.withinSd) && Number.isNaN(single.f));
  assert.ok(Number.isNaN(varianceComponents([metricOf([1, 2])]).betweenSd));
  assert.equal(varianceComponents([]).devices, 0);
});

test("drawn devices and cycles are told apart: the mean estimate over 200 sets is what was drawn with", () => {
  const random = createRandom(3, "variance components");
  let [between, within] = [0, 0];
  for (let set = 0; set < 200; set++) {
    const devices = Array.from({ length: 12 }, () => {
      const own = 5 + 0.3 * random.normal();
      return metricOf(Array.from({ length: 2 + Math.floor(9 * random.uniform()) }, () => own + 0.2 * random.normal()));
    });
    const found = varianceComponents(devices);
    between += found.betweenSd ** 2 / 200;
    within += found.withinSd ** 2 / 200;
  }
  // Standard errors over 200 sets are near 3 % (11 degrees of freedom each) and 1 %: four of them.
  near(between, 0.09, 0.14);
  near(within, 0.04, 0.05);
});

test("two runs of a device together are as if all its cycles had been in one", () => {
  const [a, b] = [[1, 4, 2.5], [7, -3]]; // prettier-ignore
  const together = pooled(metricOf(a ?? []), metricOf(b ?? []));
  const whole = metricOf([...(a ?? []), ...(b ?? [])]);
  for (const key of ["mean", "sd", "cv", "n"] as const) near(together[key], whole[key], 1e-9);
});

test("a device with one run that gave nothing does not work, nor one out of bounds", () => {
  const rule = { metric: "vth_V", min: 0.1, max: 0.3 };
  const good = metricOf([0.2, 0.21]);
  assert.ok(works({ site: "A", runs: [good, good] }, rule));
  assert.ok(!works({ site: "A", runs: [good, undefined] }, rule));
  assert.ok(!works({ site: "A", runs: [good, metricOf([])] }, rule));
  assert.ok(!works({ site: "A", runs: [metricOf([0.4])] }, rule));
  assert.ok(!works({ site: "A", runs: [] }, rule));
  assert.equal(siteMetric({ site: "A", runs: [undefined] }).n, 0);
});

test("groups are counted each for itself and all together", () => {
  const site = (name: string, group: string, value: number) => ({
    site: name,
    group,
    runs: [metricOf([value, value + 0.02])],
  });
  const results = groupResults(
    [site("A", "50 nm", 1), site("B", "50 nm", 1.2), site("C", "100 nm", 2), site("D", "100 nm", 9)],
    { metric: "vth_V", max: 3 },
  );
  assert.deepEqual(
    results.map(({ group, yield: { good, of } }) => [group, good, of]),
    [
      ["50 nm", 2, 2],
      ["100 nm", 1, 2],
      ["all", 3, 4],
    ],
  );
  near(results[0]?.devices.cv ?? 0, Math.sqrt(0.02) / 1.11);
  assert.equal(results[0]?.events.n, 4);
});

test("a yield of 98 of 100 has Wilson's interval", () => {
  const { share, low, high } = yieldOf(98, 100);
  assert.equal(share, 0.98);
  near(low, 0.93, 2e-3); // 0.9300 and 0.9945: Newcombe, Stat. Med. 17 (1998) 857, method 3
  near(high, 0.9945, 1e-4);
  assert.ok(yieldOf(0, 20).low < 1e-12 && yieldOf(20, 20).high === 1);
});

test("a wafer map has a square for each die, its colour by the value, a scale with the unit, and a cross where nothing was found", () => {
  const die = (column: number, value: number) => ({ column, row: 1, value, good: 3, of: 4 });
  const svg = waferMapSvg({
    title: "W <1>",
    label: "vth",
    unit: "V",
    dies: [die(1, 0.1), die(2, 0.2), die(4, Number.NaN)],
  });
  assert.ok(svg.includes(`fill="${colourAt(0)}"`) && svg.includes(`fill="${colourAt(1)}"`));
  assert.equal(svg.match(/3\/4/g)?.length, 3);
  assert.equal(svg.match(/stroke="#bbb"/g)?.length, 1);
  assert.ok(svg.includes("vth (mV)") && svg.includes(">120</text>") && svg.includes("W &lt;1&gt;"));
  assert.ok(!svg.includes("NaN"));
});
