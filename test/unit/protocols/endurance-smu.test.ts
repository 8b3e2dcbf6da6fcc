import assert from "node:assert/strict";
import test from "node:test";
import { enduranceSmu } from "../../../protocols/endurance-smu.js";
import type { Columns } from "../../../src/store/shapes.js";
import { runHere } from "./bench.js";
import { type FakeDevice, FakeSmu } from "./fake-smu.js";

/** A cell that is set from 1 V on, reset from -1 V on; its wear: never reset again after so many sets. */
function memory(sets = Infinity): FakeDevice {
  let [on, count] = [false, 0];
  return (level) => {
    if (level >= 1) count++;
    if (level >= 1) on = true;
    else if (level <= -1 && count <= sets) on = false;
    return { voltage_V: level, current_A: level / (on ? 1e4 : 1e6), limited: false };
  };
}

/** Off below its threshold, but for what it leaks. */
const volatile: FakeDevice = (level) => ({
  voltage_V: level,
  current_A: level >= 0.3 ? level / 5e4 : 1e-13,
  limited: false,
});

const memoryCycle = { set_amplitude: 1.5, reset_amplitude: -1.5, read_amplitude: 0.1, cycles_per_sweep: 5 };
const numbers = (values: unknown): number[] => Array.from(values as ArrayLike<number>);

test("a memory cell's states are read after set and after reset; each cycle once, its times rising over the sweeps", async () => {
  const smu = new FakeSmu(memory());
  const marks: number[] = [];
  const between = async (completed: number): Promise<void> => void marks.push(completed);
  const { tables } = await runHere(enduranceSmu, smu, { ...memoryCycle, cycles: 12 }, undefined, { between });
  const columns: Columns["columns"] = tables["cycles"]?.columns ?? {};
  assert.deepEqual(numbers(columns["cycle"]), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  assert.ok(numbers(columns["rOn_ohm"]).every((ohm) => Math.abs(ohm - 1e4) < 1e-6));
  assert.ok(numbers(columns["rOff_ohm"]).every((ohm) => Math.abs(ohm - 1e6) < 1e-4));
  const time_s = numbers(columns["time_s"]);
  assert.ok(time_s.every((value, k) => k === 0 || value > (time_s[k - 1] ?? Infinity)));
  assert.deepEqual(marks, [0, 5, 10, 12]);
  assert.deepEqual(smu.log, ["sweep", "sweep", "sweep", "safe"]);
  assert.deepEqual(smu.asked?.levels, [1.5, 0.1, -1.5, 0.1]);

  const rest = await runHere(enduranceSmu, new FakeSmu(memory()), { ...memoryCycle, cycles: 12 }, undefined, {
    completed: 10,
    earlier: { time_s: 7, gap_s: 60 },
  });
  assert.deepEqual(numbers(rest.tables["cycles"]?.columns["cycle"]), [11, 12]);
  assert.ok((numbers(rest.tables["cycles"]?.columns["time_s"])[0] ?? 0) >= 67);
});

test("a volatile device is read on while it is set; an off current below the floor gives the bound, and says so", async () => {
  const { tables } = await runHere(enduranceSmu, new FakeSmu(volatile), { cycles: 3, read_amplitude: 0.05 });
  const columns: Columns["columns"] = tables["cycles"]?.columns ?? {};
  assert.ok(numbers(columns["rOn_ohm"]).every((ohm) => Math.abs(ohm - 5e4) < 1e-6));
  assert.ok(numbers(columns["rOff_ohm"]).every((ohm) => Math.abs(ohm - 5e9) < 1)); // 0.05 V over 10 pA
  assert.deepEqual(
    [numbers(columns["off_at_floor"]), numbers(columns["switched"])],
    [
      [1, 1, 1],
      [1, 1, 1],
    ],
  );
});

test("a cell that stays on ends the run behind the sweep that shows it", async () => {
  const smu = new FakeSmu(memory(6));
  const settings = { ...memoryCycle, cycles: 100, stop_failed: 2 };
  const { tables, warnings } = await runHere(enduranceSmu, smu, settings);
  assert.deepEqual([tables["cycles"]?.length, smu.log.filter((line) => line === "sweep").length], [10, 2]);
  assert.deepEqual(
    warnings.map((text) => text.split(":")[0]),
    ["Stopped behind cycle 8"],
  );
  const metrics = enduranceSmu.analyse(tables, enduranceSmu.parameters.parse(settings));
  assert.equal(metrics["stopFailed_cycle"]?.mean, 8);
});

test("with a pulse width every level is a pulse from zero, shorter than the dwell", async () => {
  const smu = new FakeSmu(memory());
  await runHere(enduranceSmu, smu, { ...memoryCycle, cycles: 2, pulse_width: 1e-3 });
  assert.deepEqual(smu.asked?.pulse, { base: 0, width_s: 1e-3 });
  const held = new FakeSmu(memory());
  await runHere(enduranceSmu, held, { ...memoryCycle, cycles: 2 });
  assert.equal(held.asked?.pulse, undefined);
  const tooLong = { ...memoryCycle, cycles: 2, dwell: 1e-3, pulse_width: 1e-3 };
  await assert.rejects(runHere(enduranceSmu, new FakeSmu(memory()), tooLong), /shorter than the dwell/);
});
