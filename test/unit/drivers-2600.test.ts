import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { channelsOf } from "../../drivers/switch/keithley-switch-cards.js";
import { lua, messagesOf } from "../../drivers/smu/keithley-2600-commands.js";
import { model2600 } from "../../drivers/smu/keithley-2600-models.js";
import { setUp } from "../../drivers/smu/keithley-2600-plan.js";
import { parseSpot, readingsOf } from "../../drivers/smu/keithley-2600-readings.js";
import { keithley2600 } from "../../drivers/smu/keithley-2600.js";
import type { SweepPlan } from "../../src/capabilities/index.js";
import { tspErrors } from "../../src/scpi/index.js";

const model = model2600("Model 2602B");
assert.ok(model);
const smu = { label: "smu", channels: 2, ranges: model.ranges };
const plan: SweepPlan = { drive: "voltage", levels: [0, 1], cycles: 1, compliance: 0.01, dwell_s: 0.05 };

test("a second channel is made safe only where the identity has one", () => {
  const messages = (identity: string) => {
    const { halt, off, isOn } = keithley2600.safeOf(identity);
    return [...halt, ...off, ...isOn].join(" ");
  };
  assert.doesNotMatch(messages("Keithley Instruments Inc., Model 2601B, 1, 3.3.5"), /smub/);
  assert.match(messages("Keithley Instruments Inc., Model 2612A, 1, 2.2.6"), /smub\.source\.output=0/);
  assert.equal(model2600("2450"), undefined);
});

test("more current than there is above the corner voltage is refused, in both drives", () => {
  const asked = (change: Partial<SweepPlan>) => () => setUp(smu, model, { ...plan, ...change }, 50);
  assert.doesNotThrow(asked({ levels: [6], compliance: 3 }));
  assert.throws(asked({ levels: [6.5], compliance: 3 }), /above 6\.06 V up to 1\.01 A/);
  assert.throws(asked({ drive: "current", levels: [2], compliance: 10 }), /above 6\.06 V up to 1\.01 A/);
});

test("the dwell holds settling and one integration, and nplc fits where it is left out", () => {
  const { nplc, delay_s } = setUp(smu, model, { ...plan, nplc: 1 }, 50);
  assert.deepEqual([nplc, delay_s], [1, 0.03]);
  fc.assert(
    fc.property(fc.double({ min: 1e-3, max: 100, noNaN: true }), (dwell_s) => {
      const setup = setUp(smu, model, { ...plan, dwell_s }, 50);
      assert.ok(setup.delay_s >= 0 && setup.delay_s + setup.nplc / 50 <= dwell_s + 1e-6);
    }),
  );
  assert.throws(() => setUp(smu, model, { ...plan, nplc: 5 }, 50), /at least 100 ms/);
});

test("levels that do not end at zero get a way home, and a run never holds more levels than a list may", () => {
  assert.deepEqual(setUp(smu, model, { ...plan, levels: [1, 0] }, 50).home, []);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9000 }), fc.integer({ min: 1, max: 1e6 }), (count, cycles) => {
      const levels = Array.from({ length: count }, () => 0.5);
      const { home, cyclesPerRun } = setUp(smu, model, { ...plan, levels, cycles }, 50);
      assert.equal(home.at(-1), 0);
      assert.ok(cyclesPerRun >= 1 && cyclesPerRun * count + home.length <= 10_000);
    }),
  );
});

test("a number that is sent reads back within a billionth, and no message is longer than the instrument takes", () => {
  fc.assert(
    fc.property(fc.double({ min: -200, max: 200, noNaN: true }), (value) => {
      assert.match(lua(value), /^-?\d+(\.\d+)?(e-?\d+)?$/);
      assert.ok(Math.abs(Number(lua(value)) - value) <= 1e-8 * Math.abs(value));
    }),
  );
  const statements = Array.from({ length: 5000 }, (_, i) => `x=${i}`);
  const messages = messagesOf(statements);
  assert.equal(messages.join(" "), statements.join(" "));
  assert.ok(messages.every((message) => message.length <= 16_000));
});

test("replies that are not what was asked for are told as such", () => {
  assert.throws(() => readingsOf(new Float64Array(5), 0), /5 values came where 4 for each reading/);
  assert.throws(() => parseSpot("1.0\t2.0\t3.0"), /came where a reading was asked for/);
  assert.equal(parseSpot("9.90000e+37\t1e-3\t1e-1\tfalse").voltage_V, NaN);
  assert.throws(() => tspErrors.parse("TSP>"), /came where an entry of the error queue was asked for/);
  assert.deepEqual(tspErrors.parse("-2.85000e+02\tTSP Syntax Error\t2.00000e+01\t1.00000e+00"), {
    code: -285,
    text: "TSP Syntax Error",
  });
});

test("an empty slot and a card of unknown size have no channels", () => {
  assert.deepEqual(channelsOf("707B", 1, "Empty Slot"), []);
  assert.deepEqual(channelsOf("3706A", 1, "9999,Something new,1,1"), []);
  assert.deepEqual(channelsOf("707B", 2, "7153,2x2 Matrix,1,1"), ["2A01", "2A02", "2B01", "2B02"]);
  assert.throws(() => channelsOf("707B", 3, ""), /says nothing/);
});
