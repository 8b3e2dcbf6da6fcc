import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkLimits, headroomOf, parseBench } from "../../../src/bench/index.js";
import { pulsePath } from "../../../src/bench/paths.js";
import { MemrigError } from "../../../src/errors.js";
import { protocols } from "../../../protocols/index.js";
import { cardBench } from "../../support/pulse-card.js";

const never = new AbortController().signal;
const refused = (kind: MemrigError["kind"]) => (error: unknown) => error instanceof MemrigError && error.kind === kind;
const bench = (rest: string) =>
  parseBench(
    `instruments: { analyzer: { driver: keithley-4200a, resource: virtual${rest} } }\ndut: { model: resistor, parameters: { R: 1000 } }\n` +
      "wiring: { analyzer.pmu2: { to: dut.top, through: { series: 950 ohm } } }\nlimits: { voltage: 2 V, current: 2 mA }\n",
    "bench.yaml",
  );

test("no sequence of calls brings more to a pulse card's messages, or to the device, than the limits", async (t) => {
  const most = { V: 2, A: 1e-3 };
  const { lab, station, sent } = await cardBench(
    t,
    "model: resistor, parameters: { R: 100 }",
    "voltage: 2 V, current: 1 mA",
    "{ to: dut.top, through: { series: 1450 ohm } }",
  );
  const seen = { V: 0, A: 0 };
  lab.watch(({ top0_V, top1_V, i0_A, i1_A }) => {
    seen.V = Math.max(seen.V, Math.abs(top0_V), Math.abs(top1_V));
    seen.A = Math.max(seen.A, Math.abs(i0_A), Math.abs(i1_A));
  });
  const { source, scope } = station;
  const level_V = fc.oneof(
    { arbitrary: fc.double({ min: -1.6, max: 1.6, noNaN: true }), weight: 4 },
    { arbitrary: fc.double({ min: -3, max: 3, noNaN: true }), weight: 1 },
    { arbitrary: fc.constantFrom(0, 1.5, -1.5, 2, 11, -39, NaN, Infinity), weight: 1 },
  );
  const duration_s = fc.oneof(
    { arbitrary: fc.double({ min: 4e-8, max: 1e-5, noNaN: true }), weight: 6 },
    { arbitrary: fc.constantFrom(0, -1, 1e-9, NaN), weight: 1 },
  );
  const rest = { level_V: 0, duration_s: 1e-6 };
  const segments = fc
    .array(fc.record({ level_V, duration_s }), { minLength: 1, maxLength: 3 })
    .map((levels) => [...levels, rest]);
  const limit = fc.oneof(
    { arbitrary: fc.constant({ low_V: -2, high_V: 2 }), weight: 3 },
    { arbitrary: fc.record({ low_V: level_V, high_V: level_V }), weight: 1 },
  );
  const call = fc.oneof(
    fc.record({ call: fc.constant("load" as const), segments, limit, cycles: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ call: fc.constantFrom("on" as const, "arm" as const, "trigger" as const, "off" as const) }),
  );
  let loads = 0;
  const plan = {
    channels: [{ channel: 1, range_V: 4, offset_V: 0 }],
    window_s: 1e-6,
    pretrigger_s: 0,
    trigger: { channel: 1, level_V: 0.01, slope: "rising" },
    segments: 1,
    points: 10,
  } as const;
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 3, maxLength: 8 }), async (calls) => {
      for (const one of calls) {
        const doing =
          one.call === "load"
            ? source.load(1, { segments: one.segments, limit: one.limit }, one.cycles).then(() => void (loads += 1))
            : one.call === "on"
              ? source.outputOn(1)
              : one.call === "arm"
                ? scope.arm(plan, never)
                : one.call === "trigger"
                  ? source.trigger(1)
                  : source.outputOff(1);
        await doing.catch((error: unknown) => assert.ok(error instanceof MemrigError, String(error)));
      }
      await source.outputOff(1);
    }),
    { numRuns: 40, seed: 1 },
  );
  assert.ok(loads > 5, `only ${loads} loads were allowed: the property says too little`);
  const volts = sent
    .filter((text) => /:(STARTV|STOPV)/.test(text))
    .flatMap((text) => text.replace(/\0|\n/g, "").split(",").slice(2).map(Number));
  assert.ok(volts.length > 10);
  const largest_V = Math.max(...volts.map(Math.abs));
  // 1.5 kΩ let 1 mA through at 1.5 V.
  assert.ok(largest_V <= 1.5 * (1 + 1e-9), `${largest_V} V was sent`);
  assert.ok(seen.V <= most.V && seen.A <= most.A * (1 + 1e-6), `${seen.V} V and ${seen.A} A`);
});

test("a plan is held to what a pulse card's terminal lets through, before anything is opened", () => {
  const protocol = protocols.get("pulse-train");
  assert.ok(protocol);
  const plan = (amplitude: number) => protocol.parameters.parse({ amplitude }) as object;
  const config = bench("");
  assert.deepEqual(pulsePath(config), {
    kind: "unit",
    label: "analyzer",
    terminal: "pmu2",
    channel: 2,
    series_ohm: 950,
  });
  checkLimits(config, protocol, plan(1.9)); // 1.9 mA through 1 kΩ
  assert.throws(() => checkLimits(config, protocol, plan(2.1)), refused("limit-refused"));
  const line = headroomOf(config, protocol, plan(1)).find(({ limit }) => limit === "current");
  assert.ok(Math.abs((line?.asked ?? NaN) - 1e-3) < 1e-9);
  const own = bench(", channels: { pmu2: { limits: { voltage: 0.5 V } } }");
  assert.throws(() => checkLimits(own, protocol, plan(1)), /500 mV/);
});

test("a level that an SMU of the same instrument holds at the device leaves a pulse no room", async (t) => {
  const { station, smu } = await cardBench(
    t,
    "model: resistor, parameters: { R: 1000 }",
    "voltage: 2 V, current: 50 mA",
  );
  const cycle = {
    segments: [
      { level_V: 1.9, duration_s: 1e-6 },
      { level_V: 0, duration_s: 1e-6 },
    ],
    limit: { low_V: 0, high_V: 1.9 },
  };
  await station.source.load(1, cycle, 1);
  await smu.hold({ drive: "voltage", level: 0.5, compliance: 40e-3 }, never);
  await assert.rejects(station.source.outputOn(1), MemrigError);
  await smu.makeSafe();
});

test("a wired pulse channel that a driver does not have is named with those that it has", () => {
  const text = (driver: string, terminal: string) =>
    `instruments: { a: { driver: ${driver}, resource: virtual } }\ndut: { model: resistor, parameters: { R: 1 } }\nwiring: { a.${terminal}: dut.top }\n`;
  assert.throws(() => parseBench(text("keithley-2450", "pmu1"), "b.yaml"), /pmu1.*high, low/s);
  assert.throws(() => parseBench(text("keithley-4200a", "pmu9"), "b.yaml"), /pmu9.*pmu1, pmu2/s);
});
