import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { protocols } from "../../../protocols/index.js";
import { publishedFigures } from "../../../src/cli/demo/published.js";
import { publishedInFull } from "../../../src/cli/demo/published-in-full.js";
import { resultsTable, setBeside } from "../../../src/cli/demo/results.js";
import { demoBenches, demoSteps, fullSteps } from "../../../src/cli/demo/steps.js";

const examples = fileURLToPath(new URL("../../../examples/", import.meta.url));

test("every published figure is of a measurement that the demo makes, on a bench and by a protocol that there are", () => {
  const full = fullSteps(1000);
  for (const [figures, steps] of [
    [publishedFigures, demoSteps],
    [[...publishedFigures, ...publishedInFull], full],
  ] as const) {
    const names = steps.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const { measurement, quantity } of figures) assert.ok(names.includes(measurement), quantity);
  }
  for (const { name, bench, protocol, campaign, settings } of full) {
    assert.ok(existsSync(`${examples}${demoBenches[bench]}`), name);
    if (campaign) assert.ok(existsSync(`${examples}campaigns/${campaign}`), name);
    else assert.doesNotThrow(() => protocols.get(protocol)?.parameters.parse(settings), name);
  }
});

test("what was not measured is said to be, what is off is not met, and no share of 0 is shown", () => {
  const step = fullSteps(1000).find(({ name }) => name === "zno-compliances");
  assert.ok(step);
  const metric = (mean: number) => ({ mean, sd: 0, cv: 0, n: 5 });
  const metrics = { vthShift_V: metric(6e-3), vholdShift_V: metric(2e-3) };
  const results = setBeside(publishedInFull, [{ step, runs: ["a"], metrics }]);
  const verdicts = results.map(({ verdict }) => verdict);
  assert.deepEqual(verdicts.slice(0, 3), ["NOT met", "met", "not measured"]);
  assert.doesNotMatch(resultsTable(results), /Infinity|NaN|\+–/);
});
