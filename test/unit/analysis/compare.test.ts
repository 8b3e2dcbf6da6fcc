import assert from "node:assert/strict";
import { test } from "node:test";
import { columnResiduals, compareMetrics, overallVerdict } from "../../../src/analysis/compare.js";
import type { Metric } from "../../../src/store/shapes.js";

const metric = (mean: number, sd = 0, n = 1): Metric => ({ mean, sd, cv: sd / mean, n });

test("values within two joint spreads agree, beyond them they differ", () => {
  const model = { vth_V: metric(0.17, 0.003, 100) };
  const near = compareMetrics({ vth_V: metric(0.175, 0.004, 100) }, model);
  const far = compareMetrics({ vth_V: metric(0.19, 0.004, 100) }, model);
  assert.equal(overallVerdict(near), "agrees");
  assert.equal(overallVerdict(far), "differs");
  assert.equal(far[0]?.spreads.toFixed(1), "4.0");
});

test("without any spread, five per cent decide, and it is said", () => {
  const [comparison] = compareMetrics({ rOn_ohm: metric(104) }, { rOn_ohm: metric(100) });
  assert.equal(comparison?.verdict, "agrees");
  assert.match(comparison?.because ?? "", /one value each: 4\.0 % apart/);
  assert.equal(compareMetrics({ rOn_ohm: metric(106) }, { rOn_ohm: metric(100) })[0]?.verdict, "differs");
});

test("what a fit of noise gives is not judged, nor how well a law fits; what a good fit gives is", () => {
  const fits = [{ r2: "driftR2", of: ["drift"] }];
  const of = (drift: number, r2: number) => ({ r_ohm: metric(100), drift: metric(drift), driftR2: metric(r2) });
  const noise = compareMetrics(of(1e-4, 0.05), of(-3e-4, 0.4), fits);
  assert.deepEqual(
    noise.map(({ verdict }) => verdict),
    ["agrees", "not judged", "not judged"],
  );
  assert.match(noise[1]?.because ?? "", /R² 0\.05 measured, 0\.40 in the model/);
  assert.equal(overallVerdict(noise), "agrees");
  assert.equal(overallVerdict(compareMetrics(of(0.02, 0.99), of(0.04, 0.98), fits)), "differs");
  assert.equal(overallVerdict(noise.slice(1)), "unclear");
});

test("a device that never switched differs from a model that did", () => {
  const [comparison] = compareMetrics({ vth_V: metric(Number.NaN, Number.NaN, 0) }, { vth_V: metric(0.17, 0.003, 10) });
  assert.equal(comparison?.verdict, "differs");
  assert.equal(comparison?.because, "absent in the measurement");
});

test("residuals compare as far as the shorter run goes and leave out what is not a number", () => {
  const residuals = columnResiduals(
    { length: 3, columns: { current_A: Float64Array.of(1, 2, Number.NaN), branch: ["up", "up", "down"] } },
    { length: 4, columns: { current_A: Float64Array.of(1, 5, 3, 9), branch: ["up", "up", "down", "down"] } },
  );
  assert.deepEqual(residuals, [{ column: "current_A", rms: Math.sqrt(4.5), rows: 2 }]);
});
