import assert from "node:assert/strict";
import { test } from "node:test";
import { drivers } from "../../drivers/index.js";
import type { DriverEntry, SafeState } from "../../drivers/index.js";
import { registry } from "../../drivers/registry.js";

const good = drivers.get("keithley-2450");
assert.ok(good?.kind === "smu");
const own: DriverEntry = { ...good, name: "acme-100" };
const ramp = good.safe.ramps[0];
assert.ok(ramp);
const safe = (change: Partial<SafeState>): Partial<DriverEntry> => ({ safe: { ...good.safe, ...change } });

test("a driver with a name of its own is registered beside the others", () => {
  assert.deepEqual([...registry([good, own]).keys()], ["keithley-2450", "acme-100"]);
});

for (const [what, change, why] of [
  ["the name of another driver", { name: good.name }, /another driver has this name/],
  ["a name that no bench file could hold", { name: "ACME 100" }, /small letters/],
  ["an identity that matches every other time", { identifies: /ACME/g }, /every other time/],
  ["an identity that matches anything", { identifies: /A?/ }, /says nothing/],
  ["a safe state that turns nothing off", safe({ off: [] }), /turns nothing off/],
  ["an empty message in its safe state", safe({ halt: [""] }), /no message/],
  ["two messages in one", safe({ off: [":OUTP OFF\n:ABOR"] }), /no message of one line/],
  ["a ramp that sets no level", safe({ ramps: [{ ...ramp, set: ":SOUR:VOLT 0" }] }), /no \{level\}/],
  [
    "a ramp whose condition is no pattern",
    safe({ ramps: [{ ...ramp, when: { question: ":SOUR:FUNC?", matches: "(" } }] }),
    /no regular expression/,
  ],
] as const) {
  test(`a driver with ${what} is not registered`, () => {
    assert.throws(() => registry([good, { ...own, ...change } as DriverEntry]), why);
  });
}
