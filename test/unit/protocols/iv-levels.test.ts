import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { complianceSeries } from "../../../protocols/compliance-series.js";
import { ivSweep } from "../../../protocols/iv-sweep.js";
import { levelsOf } from "../../../protocols/sweep-levels.js";
import { hysteresisOf } from "../../../src/analysis/index.js";
import type { RunContext } from "../../../src/engine/protocol.js";
import { runHere } from "./bench.js";
import { FakeSmu, resistor, volatileSwitch } from "./fake-smu.js";

const planOf = (settings: object) => ivSweep.parameters.parse(settings);
const messagesOf = (settings: object) =>
  ivSweep.parameters.safeParse(settings).error?.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`) ??
  [];

test("spacing=log goes from 0 to the smallest level, on in equal ratios, and back over the same levels", () => {
  const { levels, branches } = levelsOf(planOf({ spacing: "log", step: "1 mV", stop: "0.1 V", per_decade: 1 }));
  assert.deepEqual(levels, [0, 1e-3, 1e-2, 0.1, 1e-2, 1e-3, 0]);
  assert.deepEqual(branches, [0, 0, 0, 0, 1, 1, 1]);
  const loop = levelsOf(planOf({ spacing: "log", step: "1 mV", stop: "5 mV", per_decade: 1, shape: "loop" }));
  assert.deepEqual(loop.levels, [0, 1e-3, 5e-3, 1e-3, 0, -1e-3, -5e-3, -1e-3, 0]);
});

test("log levels rise in one ratio whatever the ends are, and across 0 as well", () => {
  const level = fc.integer({ min: -5000, max: 5000 }).map((k) => k / 1000);
  fc.assert(
    fc.property(level, level, fc.integer({ min: 1, max: 40 }), (start, stop, per_decade) => {
      fc.pre(start !== stop);
      const { levels } = levelsOf({ start, stop, step: 1e-4, shape: "single", spacing: "log", per_decade });
      assert.deepEqual([levels[0], levels.at(-1)], [start, stop]);
      for (let k = 1; k < levels.length; k++) {
        const [a, b] = [levels[k - 1] ?? 0, levels[k] ?? 0];
        assert.ok(Math.sign(b - a) === Math.sign(stop - start), `${a} then ${b}`);
        if (a * b <= 0) continue;
        const ratio = Math.max(a / b, b / a);
        assert.ok(ratio <= 10 ** (1 / per_decade) * (1 + 1e-9), `${a} then ${b}`);
      }
    }),
  );
});

test("a list is taken as it is written, in its units, and its branches turn where it turns", () => {
  const plan = planOf({ shape: "list", levels: "0 V; 100 mV; 0.2; 0.1 V; -0.1 V; 0" });
  assert.deepEqual(plan.levels, [0, 0.1, 0.2, 0.1, -0.1, 0]);
  assert.deepEqual(levelsOf(plan).branches, [0, 0, 0, 1, 1, 2]);
  assert.deepEqual(ivSweep.extremes(plan), { voltage_V: 0.2, current_A: 10e-6 });
  assert.deepEqual(planOf({ shape: "list", levels: plan.levels }).levels, plan.levels, "as a kept run has it");
  const current = planOf({ drive: "current", shape: "list", levels: ["1 uA", 2e-6], compliance: "1 V" });
  assert.deepEqual(current.levels, [1e-6, 2e-6]);
});

test("a list without its shape, a shape without its list and a level in amperes are refused", () => {
  assert.match(messagesOf({ levels: "1 V" }).join(), /^levels: .*shape=list/);
  assert.match(messagesOf({ shape: "list" }).join(), /^levels: .*needs levels/);
  assert.match(messagesOf({ shape: "list", levels: "1 V; 2 mA" }).join(), /^levels: "\s*2 mA" .*number in V/);
  assert.match(messagesOf({ spacing: "log", stop: "1 V", step: 1e-300, per_decade: 1000 }).join(), /^step: .*levels/);
});

test("the hysteresis of a switch is the area between its two ways; a resistor has none", async () => {
  const settings = { stop: "0.3 V", step: "1 mV", compliance: "1 A" };
  const loop = await runHere(ivSweep, new FakeSmu(volatileSwitch(0.2, 0.1, 1e3, 1e9)), settings);
  const metrics = ivSweep.analyse(loop.tables, planOf(settings));
  // on between 0.1 V and 0.2 V on the way back only: (0.2² − 0.1²)/2/1 kΩ = 15 µW; steps of 1 mV at the two edges
  assert.ok(Math.abs((metrics["hysteresis_W"]?.mean ?? 0) - 15e-6) < 0.2e-6, `${metrics["hysteresis_W"]?.mean}`);
  const none = await runHere(ivSweep, new FakeSmu(resistor(1e3)), settings);
  assert.ok((ivSweep.analyse(none.tables, planOf(settings))["hysteresisShare"]?.mean ?? 1) < 1e-12);
});

test("an excursion without a way back has no hysteresis", () => {
  const readings = { drive: "voltage", cycle: [1, 1], asked: [0, 1], voltage_V: [0, 1], current_A: [0, 1] } as const;
  assert.ok(Number.isNaN(hysteresisOf(readings, { polarity: 1, upFrom: 0, peak: 1, downTo: 1 }).area_W));
});

test("a compliance series sweeps at each limit in turn, counts its sweeps on, and tells both thresholds of each", async () => {
  const smu = new FakeSmu(volatileSwitch(0.17, 0.1, 130, 130e6));
  const settings = { compliances: "100 nA; 10 uA", cycles: 2, read: "0.14 V" };
  const { tables } = await runHere(complianceSeries, smu, settings);

  const points = tables["points"];
  assert.equal(points?.length, 4 * 121);
  assert.equal((points?.columns["cycle"] as Int32Array).at(-1), 4);
  const time_s = points?.columns["time_s"] as Float64Array;
  for (let k = 1; k < time_s.length; k++) assert.ok((time_s[k] ?? 0) > (time_s[k - 1] ?? 0));
  const metrics = complianceSeries.analyse(tables, complianceSeries.parameters.parse(settings));
  for (const limit of ["100nA", "10uA"]) {
    assert.deepEqual([metrics[`vth_at_${limit}_V`]?.mean, metrics[`vth_at_${limit}_V`]?.n], [0.17, 2]);
  }
  assert.ok(Math.abs((metrics["pSet_at_100nA_W"]?.mean ?? 0) - 17e-9) < 1e-12);
  assert.deepEqual(metrics["vthShift_V"], { mean: 0, sd: 0, cv: 0, n: 2 });
});

test("a compliance series that was stopped goes on with the next limit", async () => {
  const smu = new FakeSmu(resistor(1e5));
  const plan = complianceSeries.parameters.parse({ compliances: [1e-6, 2e-6, 3e-6], cycles: 1 });
  const marks: number[] = [];
  const context: RunContext = {
    signal: new AbortController().signal,
    atEnd: () => undefined,
    wait: () => Promise.resolve(),
    completed: 2,
    between: async (completed) => void marks.push(completed),
    warn: () => undefined,
  };
  const limits = new Set<unknown>();
  for await (const batch of complianceSeries.run(smu, plan, context)) {
    if ("rows" in batch) for (const row of batch.rows) limits.add(row["asked_A"]);
  }
  assert.deepEqual([[...limits], marks], [[3e-6], [3]]);
});

test("the same limit twice, none, and a limit in volts are refused", () => {
  const refused = (settings: object) => complianceSeries.parameters.safeParse(settings).error?.issues[0]?.message ?? "";
  assert.match(refused({ compliances: "1 uA; 1 uA" }), /twice/);
  assert.match(refused({ compliances: "" }), /at least one/);
  assert.match(refused({ compliances: "1 V" }), /number in A/);
  assert.match(refused({ stop: 0 }), /nothing to sweep/);
});
