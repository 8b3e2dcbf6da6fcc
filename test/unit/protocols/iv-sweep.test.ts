import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { ivSweep } from "../../../protocols/iv-sweep.js";
import { levelsOf } from "../../../protocols/sweep-levels.js";
import { figureSvg } from "../../../src/analysis/index.js";
import { noiseOf, runHere } from "./bench.js";
import { FakeSmu, resistor, volatileSwitch } from "./fake-smu.js";

const planOf = (settings: object) => ivSweep.parameters.parse(settings);
const messagesOf = (settings: object) =>
  ivSweep.parameters.safeParse(settings).error?.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`) ??
  [];

test("a sweep with nothing set is the ZnO paper's: 0 to 0.3 V and back in 5 mV steps at 10 µA, 121 points", () => {
  const plan = planOf({});
  const { levels, branches } = levelsOf(plan);

  assert.equal(levels.length, 121);
  assert.deepEqual([levels[0], levels[30], levels[60], levels[61], levels[120]], [0, 0.15, 0.3, 0.295, 0]);
  assert.deepEqual([branches[60], branches[61]], [0, 1]);
  assert.deepEqual([plan.compliance, plan.dwell, plan.cycles], [10e-6, 50e-3, 1]);
  assert.deepEqual(ivSweep.cost(plan), { rows: 121, duration_s: 121 * 50e-3 });
  assert.deepEqual(ivSweep.extremes(plan), { voltage_V: 0.3, current_A: 10e-6 });
});

test("a loop goes to both sides, to −stop when start is left at 0", () => {
  const { levels } = levelsOf(planOf({ stop: "0.2 V", step: "0.1 V", shape: "loop" }));
  assert.deepEqual(levels, [0, 0.1, 0.2, 0.1, 0, -0.1, -0.2, -0.1, 0]);
  const uneven = levelsOf(planOf({ start: "-0.1 V", stop: "0.2 V", step: "0.1 V", shape: "loop" }));
  assert.deepEqual(uneven.levels, [0, 0.1, 0.2, 0.1, 0, -0.1, 0]);
});

test("levels pass both ends, step evenly, and come back over the same levels", () => {
  const finite = fc.integer({ min: -4000, max: 4000 }).map((k) => k / 1000);
  fc.assert(
    fc.property(finite, finite, fc.integer({ min: 1, max: 500 }), (start, stop, step_mV) => {
      fc.pre(start !== stop);
      const step = step_mV / 1000;
      const { levels } = levelsOf({ start, stop, step, shape: "double" });
      const turn = (levels.length - 1) / 2;
      assert.equal(levels[0], start);
      assert.equal(levels[turn], stop);
      assert.deepEqual(levels.slice(0, turn), levels.slice(turn + 1).reverse());
      for (let k = 1; k < levels.length; k++) {
        const taken = Math.abs((levels[k] ?? 0) - (levels[k - 1] ?? 0));
        assert.ok(taken > 0 && taken <= step * (1 + 1e-9), `a step of ${taken} V where ${step} V was asked`);
      }
    }),
  );
});

test("the compliance is read in amperes under voltage drive and in volts under current drive", () => {
  assert.equal(planOf({ compliance: "100 nA" }).compliance, 100e-9);
  const current = planOf({ drive: "current", stop: "1 mA", step: "10 uA", compliance: "2 V" });
  assert.deepEqual([current.stop, current.step, current.compliance], [1e-3, 10e-6, 2]);
  assert.deepEqual(ivSweep.extremes(current), { voltage_V: 2, current_A: 1e-3 });
});

test("a wrong unit, no step, a one-sided loop and an unknown key are refused by name", () => {
  assert.match(messagesOf({ compliance: "2 V" }).join(), /^compliance: .*number in A/);
  assert.match(messagesOf({ drive: "current", compliance: "10 uA" }).join(), /compliance: .*number in V/);
  assert.match(messagesOf({ step: 0 }).join(), /^step: .*more than 0 V/);
  assert.match(messagesOf({ start: "0.1 V", shape: "loop" }).join(), /^start: a loop/);
  assert.match(messagesOf({ stop: 0 }).join(), /^stop: .*nothing to sweep/);
  assert.match(messagesOf({ step: "1 nV" }).join(), /^step: .*more than 100000 levels/);
  assert.match(messagesOf({ cycles: "2.5" }).join(), /^cycles: .*whole number/);
  assert.equal(messagesOf({ sweeps: 3 }).length, 1);
});

test("drive=current does not take the volts of the default sweep for amperes", () => {
  assert.match(messagesOf({ drive: "current" }).join(), /^stop: with drive=current stop, step and compliance/);
  assert.match(messagesOf({ drive: "current", compliance: "2 V" }).join(), /have to be given/);
  assert.match(messagesOf({ drive: "current", stop: "1 mA", step: "10 uA" }).join(), /have to be given/);
  assert.deepEqual(messagesOf({ drive: "current", stop: "1 mA", step: "10 uA", compliance: "2 V" }), []);
});

test("every parameter tells its unit, its description and its default", () => {
  const schema = z.toJSONSchema(ivSweep.parameters, { io: "input", unrepresentable: "any" });
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const { unit, description, default: fallback } = property as Record<string, unknown>;
    assert.ok(typeof unit === "string" && typeof description === "string" && fallback !== undefined, name);
  }
});

test("the SMU gets levels, limit and times in base units, every reading becomes a row, and the output is made safe", async () => {
  const smu = new FakeSmu(resistor(1e5));
  const { tables } = await runHere(ivSweep, smu, {
    stop: "0.1 V",
    step: "10 mV",
    cycles: 3,
    dwell: "1 ms",
    nplc: 0.01,
  });

  assert.deepEqual(smu.log, ["sweep", "safe"]);
  assert.deepEqual(
    [smu.asked?.drive, smu.asked?.compliance, smu.asked?.dwell_s, smu.asked?.cycles, smu.asked?.levels.length],
    ["voltage", 10e-6, 1e-3, 3, 21],
  );
  const points = tables["points"];
  assert.equal(points?.length, 63);
  assert.deepEqual(
    Array.from(points?.columns["cycle"] as Int32Array).filter((_, k) => k % 21 === 0),
    [1, 2, 3],
  );
});

test("times rise strictly even where the instrument gives the same time twice", async () => {
  const smu = new FakeSmu(resistor(1e5), 7, (index) => Math.floor(index / 4) * 1e-3);
  const { tables } = await runHere(ivSweep, smu, {});
  const time_s = tables["points"]?.columns["time_s"] as Float64Array;
  for (let k = 1; k < time_s.length; k++) assert.ok((time_s[k] ?? 0) > (time_s[k - 1] ?? 0));
});

test("a volatile switch shows its threshold, hold voltage and resistances in every cycle, noise or not", async () => {
  for (const amplitude_A of [0, 2e-10]) {
    const device = volatileSwitch(0.17, 0.1, 130, 130e6, noiseOf(5, amplitude_A));
    const settings = { cycles: 20, read: "0.14 V" };
    const { tables } = await runHere(ivSweep, new FakeSmu(device), settings);
    const metrics = ivSweep.analyse(tables, planOf(settings));

    assert.deepEqual([metrics["vth_V"]?.mean, metrics["vth_V"]?.n], [0.17, 20]);
    assert.ok(Math.abs((metrics["vhold_V"]?.mean ?? 0) - 0.095) < 1e-9, "the first level read in the off state");
    assert.ok(Math.abs((metrics["rOff_ohm"]?.mean ?? 0) / 130e6 - 1) < 0.1, `${metrics["rOff_ohm"]?.mean} ohm`);
    assert.ok(Math.abs((metrics["rOn_ohm"]?.mean ?? 0) / 14e3 - 1) < 1e-3, "0.14 V over the compliance");
    // 5 mV over log10(10 µA / 1.27 nA) = 3.896 decades; noise of ±0.2 nA moves a cycle by 0.07 decades at most
    assert.ok(Math.abs((metrics["slope_V_per_decade"]?.mean ?? 0) - 1.283e-3) < 3e-5);
    assert.ok(Math.abs((metrics["pSet_W"]?.mean ?? 0) - 1.7e-6) < 1e-9);
    assert.deepEqual([metrics["switched"]?.mean, metrics["switched"]?.n], [1, 20]);
  }
});

test("a loop finds the thresholds of both polarities", async () => {
  const settings = { shape: "loop", cycles: 4 };
  const { tables } = await runHere(ivSweep, new FakeSmu(volatileSwitch(0.2, 0.1, 1e3, 1e8)), settings);
  const metrics = ivSweep.analyse(tables, planOf(settings));
  assert.deepEqual([metrics["vth_V"]?.mean, metrics["vth_V"]?.n], [0.2, 4]);
  assert.deepEqual([metrics["vthNeg_V"]?.mean, metrics["vthNeg_V"]?.n], [-0.2, 4]);
  assert.ok(Math.abs((metrics["vholdNeg_V"]?.mean ?? 0) + 0.095) < 1e-9);
});

test("a device that does not switch has no threshold: n 0, mean NaN, and a figure without a histogram", async () => {
  for (const r_ohm of [1e3, 1e5, 1e9, 1e13]) {
    const settings = { cycles: 30 };
    const { tables } = await runHere(ivSweep, new FakeSmu(resistor(r_ohm, noiseOf(3, 1e-10))), settings);
    const metrics = ivSweep.analyse(tables, planOf(settings));
    assert.equal(metrics["vth_V"]?.n, 0, `${r_ohm} ohm`);
    assert.ok(Number.isNaN(metrics["vth_V"]?.mean));
    assert.deepEqual([metrics["switched"]?.mean, metrics["switched"]?.n], [0, 30]);
    if (r_ohm < 1e9) assert.ok(Math.abs((metrics["r_ohm"]?.mean ?? 0) / r_ohm - 1) < 0.01, "its resistance is told");
    assert.deepEqual(
      ivSweep.figures(tables, planOf(settings)).map((figure) => figure.name),
      ["iv", "iv-log"],
    );
  }
});

test("a sweep that ran into the compliance at every level is warned of", async () => {
  const shorted = await runHere(ivSweep, new FakeSmu(resistor(1e-3)), { start: "0.1 V" });
  assert.match(shorted.warnings.join(), /Every reading was limited to 10 µA/);
});

test("a current sweep over an S-shaped device gives the voltage of the fold and of the valley", async () => {
  // Off: 15 kohm up to 1.35 V at 90 µA; on: 0.3 V plus 100 ohm; the fold back lies at 60 µA.
  let on = false;
  const smu = new FakeSmu((level) => {
    if (level > 90e-6) on = true;
    if (level < 60e-6) on = false;
    return { voltage_V: on ? 0.3 + 100 * level : 15e3 * level, current_A: level, limited: false };
  });
  const settings = { drive: "current", stop: "500 uA", step: "5 uA", compliance: "2 V" };
  const { tables } = await runHere(ivSweep, smu, settings);
  const metrics = ivSweep.analyse(tables, planOf(settings));
  assert.ok(Math.abs((metrics["vth_V"]?.mean ?? 0) - 1.35) < 1e-9);
  assert.ok(Math.abs((metrics["vhold_V"]?.mean ?? 0) - 0.306) < 1e-9);
  assert.ok(Math.abs((metrics["rOff_ohm"]?.mean ?? 0) - 15e3) < 1e-6);
  assert.ok(Math.abs((metrics["rOn_ohm"]?.mean ?? 0) - 700) < 1e-6);
});

test("a run stopped half way is analysed as far as it went, and one without rows too", async () => {
  const { tables } = await runHere(ivSweep, new FakeSmu(volatileSwitch(0.17, 0.1, 130, 130e6)), { cycles: 2 });
  const whole = tables["points"];
  assert.ok(whole !== undefined);
  for (const rows of [0, 1, 50, 121, 150, 200]) {
    const cut = Object.fromEntries(Object.entries(whole.columns).map(([name, cells]) => [name, cells.slice(0, rows)]));
    const partly = { points: { length: rows, columns: cut } };
    const metrics = ivSweep.analyse(partly, planOf({ cycles: 2 }));
    assert.equal(metrics["vth_V"]?.n, rows < 50 ? 0 : rows < 160 ? 1 : 2, `${rows} rows`);
    for (const figure of ivSweep.figures(partly, planOf({}))) figureSvg(figure);
  }
});
