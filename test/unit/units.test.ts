import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MemrigError } from "../../src/errors.js";
import { parseQuantity, quantity, sci, si } from "../../src/units.js";

test("quantities as people write them come out in base units", () => {
  const cases: [string | number, Parameters<typeof parseQuantity>[1], number][] = [
    ["2 V", "V", 2],
    ["10 µA", "A", 10e-6], // micro sign
    ["10 μA", "A", 10e-6], // Greek mu
    ["10uA", "A", 10e-6],
    ["470 kHz", "Hz", 470e3],
    ["5 us", "s", 5e-6],
    ["6k", "ohm", 6000],
    ["1 MΩ", "ohm", 1e6],
    ["50ohm", "ohm", 50],
    ["0.1 mA/V", "A/V", 1e-4],
    ["-4E-3", "V", -4e-3],
    [".5", "V", 0.5],
    [0.3, "V", 0.3],
    ["22pF", "F", 22e-12],
    ["300 K", "K", 300],
  ];
  for (const [text, unit, value] of cases) assert.equal(parseQuantity(text, unit), value, `${text} in ${unit}`);
});

test("a wrong unit, a bare word and a unit where none belongs are refused with what to write", () => {
  for (const [text, unit] of [
    ["10 mV", "A"],
    ["ten", "V"],
    ["5 s", ""],
    ["1e400", "V"],
    ["", "V"],
    ["1,5 V", "V"],
  ] as const) {
    assert.throws(
      () => parseQuantity(text, unit),
      (error: unknown) =>
        error instanceof MemrigError && error.kind === "invalid-request" && /Write for example/.test(error.message),
      `${text} as ${unit}`,
    );
  }
});

test("a number written for an instrument reads back as the same double", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      assert.equal(Number(sci(value)), value === 0 ? 0 : value);
    }),
  );
});

test("a number written for a person reads back within its four digits", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-14, max: 1e11, noNaN: true }), fc.boolean(), (magnitude, negative) => {
      const value = negative ? -magnitude : magnitude;
      const back = parseQuantity(si(value, "A"), "A");
      assert.ok(Math.abs(back - value) <= Math.abs(value) * 5.1e-4, `${value} was written ${si(value, "A")}`);
    }),
  );
});

test("si writes what is on an instrument's front panel", () => {
  assert.equal(si(10e-6, "A"), "10 µA");
  assert.equal(si(1.3e8, "ohm"), "130 MΩ");
  assert.equal(si(0.999999, "V"), "1 V");
  assert.equal(si(0, "V"), "0 V");
  assert.equal(si(Number.NaN, "V"), "NaN V");
});

test("a quantity schema keeps its unit and range for help texts and forms, and refuses what is out of range", () => {
  const schema = quantity("A", "compliance", { above: 0, max: 1 });
  assert.equal(schema.parse("10 mA"), 0.01);
  assert.deepEqual(schema.meta(), { unit: "A", description: "compliance", range: { above: 0, max: 1 } });
  const refused = schema.safeParse("0 A");
  assert.equal(refused.success, false);
  assert.match(refused.error?.issues[0]?.message ?? "", /more than 0 A/);
});
