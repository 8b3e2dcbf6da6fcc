import assert from "node:assert/strict";
import { test } from "node:test";
import { plainName, splitUnit } from "../../dashboard/web/text.js";
import { protocols } from "../../protocols/index.js";
import { metricsTable, nameAndUnit } from "../../src/cli/tables.js";
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
