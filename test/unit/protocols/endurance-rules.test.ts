import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { endurance } from "../../../protocols/endurance.js";
import { StopRules } from "../../../protocols/endurance-rules.js";
import { countOfReads, logSpaced } from "../../../protocols/log-cycles.js";
import { runHere } from "./bench.js";
import { fakePulseStation, volatileCell } from "./fake-pulse-station.js";

const none = { stop_failed: 0, stop_ratio: 0, stop_drift: 0 };
const cyclesOf = (tables: Awaited<ReturnType<typeof runHere>>["tables"]): number[] =>
  Array.from(tables["cycles"]?.columns["cycle"] as Int32Array);

/** A switch that is stuck at its off resistance, or another, from its n-th set pulse on. */
function wornFrom(setPulse: number, worn_ohm: number) {
  const sound = volatileCell(0.3, 0.1, 20e-9, 130, 1e6);
  let [pulses, high] = [0, false];
  const cell = (level_V: number, since_s: number): number => {
    if (level_V > 1 && !high) pulses++;
    high = level_V > 1;
    const ohm = sound(level_V, since_s);
    return pulses >= setPulse ? worn_ohm : ohm;
  };
  return fakePulseStation({ cell, shunt_ohm: 1e3, noise: () => 0, maxSegments: 4 });
}

test("log-spaced reads are the rounded powers, each once, with the first and the last cycle, whoever asks from where", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3000 }), (perDecade, cycles) => {
      const wanted = new Set([cycles]);
      for (let k = 0; Math.round(10 ** (k / perDecade)) <= cycles; k++) wanted.add(Math.round(10 ** (k / perDecade)));
      const next = logSpaced(perDecade, cycles);
      const found: number[] = [];
      for (let from = 1; from <= cycles; from++) if (next(from) === from) found.push(from);
      assert.deepEqual(new Set(found), wanted);
      assert.equal(countOfReads(perDecade, cycles), wanted.size);
    }),
    { numRuns: 100 },
  );
});

test("failed cycles in a row stop, others do not; the first rule that is met stays the reason", () => {
  const rules = new StopRules({ ...none, stop_failed: 3 });
  const seen = [false, false, true, false, false, false, true, false, false, false];
  seen.forEach((switched, k) => rules.see(k + 1, 100, 1e6, switched));
  assert.deepEqual([rules.met?.rule, rules.met?.cycle], ["failed", 6]);
  const off = new StopRules(none);
  for (let cycle = 1; cycle < 100; cycle++) off.see(cycle, 100, 1, false);
  assert.equal(off.met, undefined);
});

test("one bad cycle is no lost ratio and no drift; six of the last ten are, up or down, on or off", () => {
  for (const [plan, on_ohm, off_ohm, rule] of [
    [{ ...none, stop_ratio: 50 }, 100, 4000, "ratio"],
    [{ ...none, stop_drift: 2 }, 250, 1e4, "drift"],
    [{ ...none, stop_drift: 2 }, 40, 1e4, "drift"],
    [{ ...none, stop_drift: 2 }, 100, 4e3, "drift"],
  ] as const) {
    const rules = new StopRules(plan);
    for (let cycle = 1; cycle <= 20; cycle++) rules.see(cycle, 100, 1e4, true);
    rules.see(21, on_ohm, off_ohm, true);
    for (let cycle = 22; cycle <= 40; cycle++) rules.see(cycle, 100, 1e4, true);
    assert.ok(!rules.met?.rule);
    rules.see(41, Number.NaN, Number.NaN, false); // no resistance says nothing about either
    for (let cycle = 42; cycle <= 60; cycle++) rules.see(cycle, on_ohm, off_ohm, true);
    assert.equal(rules.met?.rule, rule);
    // The middle of ten lies halfway to the new values with five of them, and there with six.
    assert.ok([46, 47].includes(rules.met.cycle), `${rule} at ${rules.met.cycle}`);
  }
});

test("a device that wears out ends the run behind the burst that shows it, with the reason told, in the metrics too, and nothing more played", async () => {
  for (const [settings, worn_ohm, metric, cycle] of [
    [{ stop_failed: 3 }, 1e6, "stopFailed_cycle", 24],
    [{ stop_ratio: 100 }, 1e3, "stopRatio_cycle", 26],
    [{ stop_drift: 3 }, 1e3, "stopDrift_cycle", 26],
  ] as const) {
    const station = wornFrom(22, worn_ohm);
    const marks: number[] = [];
    const between = async (completed: number): Promise<void> => void marks.push(completed);
    const plan = { cycles: 100, ...settings };
    const { tables, warnings } = await runHere(endurance, station, plan, undefined, { between });
    const metrics = endurance.analyse(tables, endurance.parameters.parse(plan));
    const met = metrics[metric]?.mean ?? Number.NaN;
    assert.ok(Math.abs(met - cycle) <= 1, `${metric} ${met}`);
    const last = 4 * Math.ceil(met / 4);
    assert.deepEqual([cyclesOf(tables).at(-1), marks.at(-1)], [last, last]);
    assert.equal(metrics["beyondStop"]?.mean, last - met);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", new RegExp(`^Stopped behind cycle ${met}: `));
    assert.equal(warnings[0]?.includes(`gone through ${last - met} more`), last > met, warnings[0]);
    // One burst is read before the next is armed: nothing is played ahead of a rule.
    assert.equal(station.log.filter((line) => line === "trigger").length, last / 4);
  }
});

test("a device that has failed gets no more cycles than stop_within less one; without a rule the scope's memory is filled", async () => {
  const bursts = async (settings: Record<string, number>, completed = 0) => {
    const station = wornFrom(22, 1e6);
    const { tables } = await runHere(endurance, station, { cycles: 40, ...settings }, undefined, { completed });
    const armed = station.log.flatMap((line) => (line.startsWith("arm ") ? [Number(line.slice(4))] : []));
    return { last: cyclesOf(tables).at(-1), longest: Math.max(...armed) };
  };
  for (const stop_within of [1, 2, 3]) {
    for (const completed of [0, 1]) {
      const { last, longest } = await bursts({ stop_failed: 3, stop_within }, completed);
      assert.equal(longest, stop_within);
      const met = 24 + completed; // the device counts its own pulses
      assert.ok(last !== undefined && last >= met && last < met + stop_within, `${stop_within}: ${last}`);
    }
  }
  assert.deepEqual(await bursts({ stop_failed: 3, stop_within: 1000 }), { last: 24, longest: 4 });
  assert.deepEqual(await bursts({ stop_within: 1 }), { last: 40, longest: 4 });
});

test("with log-spaced reads all cycles are played and few are kept; going on from any cycle reads the same ones", async () => {
  const settings = { cycles: 200, reads: "log", reads_per_decade: 4 };
  const station = () => fakePulseStation({ cell: () => 1e4, shunt_ohm: 1e3, noise: () => 0, maxSegments: 4 });
  const whole = station();
  const { tables } = await runHere(endurance, whole, settings);
  const kept = cyclesOf(tables);
  assert.deepEqual(kept, [1, 2, 3, 6, 10, 18, 32, 56, 100, 178, 200]);
  assert.equal(endurance.cost(endurance.parameters.parse(settings)).rows, kept.length);
  let [played, loaded, armed] = [0, 0, 0];
  for (const line of whole.log) {
    if (line.startsWith("load ")) loaded = Number(line.slice(5));
    if (line.startsWith("arm ")) armed += Number(line.slice(4));
    if (line === "trigger") played += loaded;
  }
  assert.deepEqual([played, armed], [200, kept.length]);
  for (const completed of [2, 5, 17, 199]) {
    const rest = await runHere(endurance, station(), settings, undefined, { completed });
    assert.deepEqual(
      cyclesOf(rest.tables),
      kept.filter((cycle) => cycle > completed),
    );
  }
});

test("a drift factor that would be met at once is refused by name", () => {
  const { error } = endurance.parameters.safeParse({ stop_drift: 0.5 });
  assert.deepEqual(
    error?.issues.map(({ path }) => path),
    [["stop_drift"]],
  );
});
