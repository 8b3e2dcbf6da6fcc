import assert from "node:assert/strict";
import { test } from "node:test";
import type { SweepPlan, SweepPulse } from "../../src/capabilities/index.js";
import { baseCompliance, checkSweep, regionOf } from "../../drivers/smu/checks.js";
import type { SmuFacts } from "../../drivers/smu/checks.js";

const smu: SmuFacts = {
  label: "smu",
  channels: 2,
  ranges: {
    maxVoltage_V: 20,
    maxCurrent_A: 1,
    maxPower_W: 20,
    minDwell_s: 1e-3,
    pulse: {
      minWidth_s: 1e-4,
      maxWidth_s: 10,
      beyond: [
        { maxVoltage_V: 5, maxCurrent_A: 10, maxWidth_s: 1e-3, maxDuty: 0.02 },
        { maxVoltage_V: 18, maxCurrent_A: 5, maxWidth_s: 1e-3, maxDuty: 0.01 },
      ],
    },
  },
};
const plan: SweepPlan = {
  drive: "voltage",
  levels: [4],
  cycles: 1,
  compliance: 0.5,
  dwell_s: 0.1,
  pulse: { base: 0, width_s: 1e-3 },
};
const check = (change: Partial<SweepPlan>, facts = smu) => checkSweep(facts, { ...plan, ...change }, 1000);

test("a pulse may have what steady levels have, and more only where one region holds level, limit, width and duty", () => {
  check({});
  check({ pulse: { base: 0, width_s: 0.09 } }); // as a steady level: any duty
  check({ compliance: 10, dwell_s: 0.05 });
  check({ drive: "current", levels: [10], compliance: 5, dwell_s: 0.05 });
  check({ levels: [18], compliance: 5 });
  const refused: readonly [Partial<SweepPlan>, RegExp][] = [
    [{ compliance: 10, dwell_s: 0.049 }, /a compliance of 10 A was asked for/],
    [{ compliance: 10, pulse: { base: 0, width_s: 1.1e-3 } }, /pulses of up to 1 ms/],
    [{ levels: [18], compliance: 10 }, /10 A/],
    [{ levels: [18], compliance: 5, dwell_s: 0.09 }, /1 %/],
    [{ levels: [18], compliance: 1.3, pulse: { base: 0, width_s: 2e-3 } }, /compliance of 1\.3 A/],
    [{ compliance: -1 }, /-1 A/],
    [{ compliance: NaN }, /compliance/],
    [{ levels: [NaN] }, /level/],
    [{ levels: [] }, /without levels/],
  ];
  for (const [change, says] of refused) assert.throws(() => check(change), says, JSON.stringify(change));
});

test("the base of pulses is a steady level: it gets no more than that may have", () => {
  const strong: Partial<SweepPlan> = { compliance: 10 };
  assert.throws(() => check({ ...strong, pulse: { base: 21, width_s: 1e-3 } }), /21 V/);
  check({ ...strong, pulse: { base: 1, width_s: 1e-3 } });
  assert.equal(baseCompliance({ ...plan, compliance: 10 }, smu.ranges), 1);
  assert.equal(baseCompliance({ ...plan, compliance: 0.5 }, smu.ranges), 0.5);
  assert.equal(regionOf({ ...plan, compliance: 10 }, smu.ranges.pulse?.beyond ?? [])?.maxCurrent_A, 10);
  assert.equal(regionOf({ ...plan, compliance: 11 }, smu.ranges.pulse?.beyond ?? []), undefined);
});

test("widths and edges that an instrument does not have for pulses are refused by name", () => {
  const pulse = (change: Partial<SweepPulse>) => ({ pulse: { base: 0, width_s: 1e-3, ...change } });
  assert.throws(
    () => check(pulse({ width_s: 9e-5 })),
    /a pulse of 90 µs was asked for; this instrument takes 100 µs to 10 s/,
  );
  assert.throws(() => check(pulse({ edge_s: 1e-6 })), /edges of its own only/);
  assert.throws(
    () => check({}, { ...smu, ranges: { ...smu.ranges, pulse: undefined as never } }),
    /steady levels only/,
  );
  const reach = { minWidth_s: 1e-4, maxWidth_s: 1, edge_s: { min: 1e-7, max: 1e-3 } };
  const other: SmuFacts = { ...smu, ranges: { ...smu.ranges, pulse: reach } };
  check({ channel: 2, ...pulse({ edge_s: 1e-6 }) }, other);
  assert.throws(() => check({ channel: 2, ...pulse({ edge_s: 1e-8 }) }, other), /an edge of 10 ns/);
});
