import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toArb } from "../../drivers/awg/arb-cycle.js";
import { modelOf } from "../../drivers/awg/keysight-33500-models.js";
import { rangesOf as scopeRangesOf } from "../../drivers/scope/keysight-infiniivision-models.js";
import { formatOf, parsePreamble } from "../../drivers/scope/infiniivision-waveform.js";
import { decodeBlock } from "../../src/visa/index.js";
import { asRamp } from "../../drivers/smu/sweep-shape.js";
import { drivers } from "../../drivers/index.js";
import { createDevice } from "../../src/simulator/index.js";
import { virtualInstruments } from "../../src/virtual/instruments.js";
import { Lab } from "../../src/virtual/lab.js";
import type { PulseSegment } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";

const ranges = modelOf("33512B")?.ranges;
assert.ok(ranges);
const wide = { low_V: -10, high_V: 10 };

/** What the generator plays, as volts by sample. */
function played(segments: readonly PulseSegment[]) {
  assert.ok(ranges);
  const arb = toArb("awg", { segments, limit: wide }, ranges);
  const middle = (arb.high_V + arb.low_V) / 2;
  const half = (arb.high_V - arb.low_V) / 2;
  return { ...arb, volts: Array.from(arb.codes, (code) => middle + (code / 32767) * half) };
}

test("an even ramp is known as one, there and back too, and nothing else is", () => {
  assert.deepEqual(asRamp([0, 0.1, 0.2]), { start: 0, stop: 0.2, points: 3, dual: false });
  assert.deepEqual(asRamp([1, 0, -1]), { start: 1, stop: -1, points: 3, dual: false });
  assert.deepEqual(asRamp([0, 0.1, 0.2, 0.1, 0]), { start: 0, stop: 0.2, points: 3, dual: true });
  assert.equal(asRamp([0, 0.1, 0.2, 0.2, 0.1, 0]), undefined);
  assert.equal(asRamp([0, 0.1, 0.3]), undefined);
  assert.equal(asRamp([0, 0.1, 0.2, 0.1, 0.05]), undefined);
  assert.equal(asRamp([1, 1, 1]), undefined);
  assert.equal(asRamp([1]), undefined);
  assert.equal(asRamp([]), undefined);
});

test("a ramp stands for the levels it was made of", () => {
  const level = fc.double({ min: -200, max: 200, noNaN: true });
  fc.assert(
    fc.property(level, level, fc.integer({ min: 2, max: 300 }), fc.boolean(), (start, stop, points, dual) => {
      fc.pre(Math.abs(stop - start) > 1e-6);
      const up = Array.from({ length: points }, (_, i) => start + (i * (stop - start)) / (points - 1));
      const levels = dual ? [...up, ...up.slice(0, -1).reverse()] : up;
      const ramp = asRamp(levels);
      assert.ok(ramp);
      // Two points there and back could be told as a list; a straight ramp never is dual.
      assert.deepEqual({ points: ramp.points, dual: ramp.dual }, { points, dual });
      assert.ok(Math.abs(ramp.start - start) < 1e-9 && Math.abs(ramp.stop - stop) < 1e-9);
    }),
  );
});

test("a pulse cycle becomes samples of its levels, each for its time, and the period is kept", () => {
  const { loaded, volts } = played([
    { level_V: 1.2, duration_s: 5e-6 },
    { level_V: 0, duration_s: 10e-6 },
    { level_V: 0.1, duration_s: 10e-6 },
    { level_V: 0, duration_s: 75e-6 },
  ]);
  const step_s = 1 / loaded.rate_Sa_per_s;
  assert.ok(Math.abs(loaded.samples * step_s - 100e-6) < 1e-12, `${loaded.samples} samples of ${step_s} s`);
  assert.equal(volts[0], 0, "it waits at 0 V");
  const at = (time_s: number) => volts[Math.round(time_s / step_s) + 1] ?? NaN; // one sample later: it waits first
  assert.ok(Math.abs(at(0) - 1.2) < 1e-4);
  assert.ok(Math.abs(at(4.9e-6) - 1.2) < 1e-4);
  assert.equal(at(5.1e-6), 0);
  assert.ok(Math.abs(at(20e-6) - 0.1) < 1e-4);
});

test("times without a common measure are rounded to the fastest samples, and what is played is told", () => {
  const { loaded } = played([
    { level_V: 0, duration_s: 1e-6 },
    { level_V: 1, duration_s: 333.3e-9 },
    { level_V: 0, duration_s: 2e-6 },
  ]);
  assert.equal(loaded.rate_Sa_per_s, 62.5e6);
  assert.ok(Math.abs((loaded.segments[1]?.duration_s ?? NaN) - 336e-9) < 1e-12, "21 samples of 16 ns");
});

test("any cycle within the ranges is played within its own levels, begins at 0 V, and its times are right to a sample", () => {
  const segment = fc.record({
    level_V: fc.oneof(fc.constant(0), fc.double({ min: -10, max: 10, noNaN: true })),
    duration_s: fc.integer({ min: 1, max: 5000 }).map((n) => n * 20e-9),
  });
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 8 }), (segments) => {
      // Shorter than eight samples is refused.
      fc.pre(segments.reduce((sum, one) => sum + one.duration_s, 0) > 400e-9);
      const { loaded, volts, low_V, high_V } = played(segments);
      const step_s = 1 / loaded.rate_Sa_per_s;
      assert.ok(loaded.samples <= 1e6 && loaded.samples >= 8 && loaded.rate_Sa_per_s <= 62.5e6 * (1 + 1e-9));
      assert.ok(volts.every((volt) => volt >= low_V - 1e-9 && volt <= high_V + 1e-9));
      assert.ok(low_V >= -10.02 && high_V <= 10.02);
      assert.ok(Math.abs(volts[0] ?? NaN) < 4e-4, `the first sample is ${volts[0]} V`);
      loaded.segments.forEach(({ duration_s, level_V }, i) => {
        assert.equal(level_V, segments[i]?.level_V);
        assert.ok(Math.abs(duration_s - (segments[i]?.duration_s ?? NaN)) <= step_s);
      });
      const asked_s = segments.reduce((sum, one) => sum + one.duration_s, 0);
      assert.ok(Math.abs(loaded.samples * step_s - asked_s) <= (segments.length + 2) * step_s);
    }),
  );
});

for (const [name, segments, limit, why] of [
  [
    "a level outside its limits",
    [{ level_V: 2, duration_s: 1e-6 }],
    { low_V: -1, high_V: 1 },
    /2 V is outside its own limits/,
  ],
  [
    "a level no generator has",
    [{ level_V: 12, duration_s: 1e-6 }],
    { low_V: -20, high_V: 20 },
    /up to 10 V is possible/,
  ],
  ["a segment too short", [{ level_V: 1, duration_s: 1e-9 }], wide, /at least 16 ns/],
  ["limits without 0 V", [{ level_V: 1, duration_s: 1e-6 }], { low_V: 0.5, high_V: 1 }, /leave out 0 V/],
  ["a level that is no number", [{ level_V: NaN, duration_s: 1e-6 }], wide, /NaN V/],
  ["no segment", [], wide, /without segments/],
] as const) {
  test(`${name} is refused`, () => {
    assert.throws(
      () => toArb("awg", { segments, limit }, ranges),
      (error: MemrigError) => error.kind === "invalid-request" && why.test(error.message),
    );
  });
}

test("models are told apart by their names, and others are not taken", () => {
  assert.equal(modelOf("33512B")?.channels, 2);
  assert.equal(modelOf("33509B")?.channels, 1);
  assert.equal(modelOf("33622A")?.ranges.minSegment_s, 4e-9);
  assert.equal(modelOf("33250A"), undefined);
  assert.equal(scopeRangesOf("MSO-X 3104T")?.channels, 4);
  assert.equal(scopeRangesOf("DSO-X 2002A")?.maxSegments, 25);
  assert.equal(scopeRangesOf("DSO9404A"), undefined);
});

test("codes become volts by the preamble", () => {
  const preamble = parsePreamble("+1,+0,+3,+1,+1.0E-09,-5.0E-07,+0,+1.0E-03,+2.0E-01,+32768", 2);
  assert.equal(preamble.start_s, -5e-7);
  const block = new Uint8Array([0xff, 0x80, 0x00, 0x80, 0x01, 0x7f, 0xff]);
  const volts = new Float64Array(3);
  decodeBlock(block, formatOf(preamble), 1, volts);
  assert.deepEqual(
    [...volts].map((volt) => Number(volt.toFixed(6))),
    [0.2, 0.201, 0.199],
  );
  assert.throws(() => parsePreamble("+0,+0,+3,+1,1,0,0,1,0,128", 2), /16-bit words/);
});

test("every driver says what makes it safe, has a twin, and alone knows its twin by its identity", () => {
  assert.deepEqual([...drivers.keys()].sort(), [...virtualInstruments.keys()].sort());
  const device = createDevice("resistor", { R: 1000 });
  for (const [name, create] of virtualInstruments) {
    const lab = new Lab(device, [], "fast");
    const { identity } = create({ plan: { label: "x", driver: name }, lab, seed: 1 }).device;
    lab.close();
    const knowing = [...drivers.values()].filter(({ identifies }) => identifies.test(identity)).map((one) => one.name);
    assert.deepEqual(knowing, [name], identity);
    assert.equal(drivers.get(name)?.name, name);
    assert.notEqual(drivers.get(name)?.safe.off.length, 0, `${name} can be made safe`);
  }
});
