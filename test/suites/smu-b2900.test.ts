import assert from "node:assert/strict";
import { test } from "node:test";
import type { SourceMeasureUnit, SweepPlan, SweepReading } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { resistorBench } from "./smu-bench.js";
import type { ResistorBench, ResistorBenchOptions } from "./smu-bench.js";

const never = new AbortController().signal;

async function on(action: (bench: ResistorBench) => Promise<void>, options: ResistorBenchOptions = {}): Promise<void> {
  const bench = await resistorBench("keysight-b2900", "B2902A", "vxi11")(options);
  try {
    await action(bench);
    assert.equal(await bench.smu.outputIsOn(), false, "the output at the end");
  } finally {
    await bench.close();
  }
}

async function collect(smu: SourceMeasureUnit, plan: SweepPlan): Promise<SweepReading[]> {
  const all: SweepReading[] = [];
  for await (const readings of smu.sweep(plan, never)) all.push(...readings);
  return all;
}

const pulses: SweepPlan = {
  drive: "voltage",
  levels: [0.5, -0.5, 1],
  cycles: 2,
  compliance: 10e-3,
  dwell_s: 5e-3,
  pulse: { base: 0, width_s: 100e-6 },
};

test("a way there and back that is too long for a list is a staircase, and its turning point is one reading", () =>
  on(async ({ smu }) => {
    const up = Array.from({ length: 1500 }, (_, i) => i / 1499);
    const levels = [...up, ...up.slice(0, -1).reverse()];
    const readings = await collect(smu, {
      drive: "voltage",
      levels,
      cycles: 2,
      compliance: 0.1,
      dwell_s: 1e-3,
      nplc: 0.01,
    });
    assert.equal(readings.length, 2 * levels.length);
    for (const [i, { index, voltage_V }] of readings.entries()) {
      assert.equal(index, i);
      const level = levels[i % levels.length] ?? NaN;
      assert.ok(Math.abs(voltage_V - level) < 1e-3, `reading ${i}: ${voltage_V} V where ${level} V was asked for`);
    }
  }));

test("one channel holds a level while the other sweeps, and keeps it", () =>
  on(async ({ smu }) => {
    await smu.hold({ channel: 2, drive: "voltage", level: 0.2, compliance: 1e-3 }, never);
    const sweep = { drive: "voltage", levels: [0, 0.1, 0], cycles: 1, compliance: 0.01, dwell_s: 0.02 } as const;
    const readings = await collect(smu, sweep);
    assert.equal(readings.length, 3);
    assert.equal(await smu.outputIsOn(), true);
    // Nothing is wired to it: what the sweep did is the other channel's.
    const { time_s } = await smu.measure(2, 0.1);
    assert.ok(time_s > 0.04, `${time_s} s`);
    await smu.release(2);
  }));

test("voltage and current that do not go together are refused before anything is sent", () =>
  on(async ({ smu, seen_V }) => {
    for (const [level, compliance] of [
      [10, 1.6],
      [30, 0.2],
    ] as const) {
      const refused = (error: unknown) => error instanceof MemrigError && /105 mA up to 210 V/.test(error.message);
      await assert.rejects(collect(smu, { ...pulses, levels: [level], compliance }), refused);
      await assert.rejects(smu.hold({ drive: "voltage", level, compliance }, never), refused);
    }
    assert.deepEqual(seen_V, [0]);
  }));
