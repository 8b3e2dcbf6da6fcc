import assert from "node:assert/strict";
import { test } from "node:test";
import { plainName, splitUnit } from "../../dashboard/web/text.js";
import { protocols } from "../../protocols/index.js";
import { metricsTable, nameAndUnit } from "../../src/cli/tables.js";
import { distributionsApart } from "../../src/distribution-metrics.js";
import type { AnyProtocol } from "../../src/engine/protocol.js";
import { percentOf } from "../../src/units.js";

/** Names of the metrics that a protocol tells of a run without rows. */
const metricsOf = (protocol: AnyProtocol): string[] =>
  Object.keys(protocol.analyse({}, protocol.parameters.parse({}) as object));

test("no two metrics of a protocol are shown under one name, and terminal and dashboard read the same unit", () => {
  const all = [...protocols.values()].flatMap((protocol) => {
    const names = metricsOf(protocol);
    const shown = names.map((name) => nameAndUnit(name).quantity);
    assert.deepEqual([...new Set(shown)], shown, protocol.name);
    return names;
  });
  for (const name of all) assert.deepEqual(splitUnit(name), nameAndUnit(name));
  assert.ok(all.includes("charge_C") && all.includes("activation_eV") && all.includes("hysteresis_W"));
});

test("a metric at a current limit is named with the limit as people write it", () => {
  assert.deepEqual(["rOn_at_100nA", "vth_at_1uA", "pSet"].map(plainName), ["R_on at 100 nA", "V_th at 1 µA", "P_set"]);
});

test("deviations are written in plain digits, and a run without metrics says so", () => {
  assert.deepEqual([0.0296, -0.05, 4.26, -1, 0.996].map(percentOf), ["3.0 %", "-5.0 %", "426 %", "-100 %", "100 %"]);
  assert.equal(metricsTable({}), "No metrics.");
});

test("the fits of an endurance run are one line a quantity, beside what was measured, and the nearest is named", () => {
  const one = (mean: number) => ({ mean, sd: 0, cv: 0, n: 100 });
  const fits = (quantity: string, ks: readonly number[]) =>
    ["gaussian", "lognormal", "weibull"].flatMap((name, k) => [
      [`${quantity}_${name}_r2`, one(0.99)] as const,
      [`${quantity}_${name}_ks`, one(ks[k] ?? NaN)] as const,
      ...(k === 0 ? [] : [[`${quantity}_${name}_shape`, one(17.44)] as const]),
    ]);
  const metrics = {
    rOn_ohm: { mean: 83, sd: 4, cv: 0.05, n: 100 },
    ...Object.fromEntries([...fits("rOn", [0.03, 0.02, 0.08]), ...fits("ratio", [0.01, 0.02, 0.08])]),
    yield: one(1),
  };

  const { others, distributions } = distributionsApart(metrics);

  assert.deepEqual(Object.keys(others), ["rOn_ohm", "yield"]);
  assert.deepEqual(
    distributions.map(({ quantity, nearest }) => [quantity, nearest]),
    [
      ["rOn", "lognormal"],
      ["ratio", "gaussian"],
    ],
  );
  const lines = metricsTable(metrics).split("\n");
  assert.equal(lines.length, 2 + 2 + 1 + 2 + 2, lines.join("\n"));
  assert.match(lines.at(-2) ?? "", /^rOn +lognormal +0\.99 +0\.03 +0\.99 +0\.02 +17\.4 +0\.99 +0\.08 +17\.4$/);
});
