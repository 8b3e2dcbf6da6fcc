import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { drivers } from "../../../drivers/index.js";
import type { Bias, PulseCycle, PulseSource, SourceMeasureUnit } from "../../../src/capabilities/index.js";
import { limitsFor } from "../../../src/bench/bounds.js";
import { parseBench, virtualPlan } from "../../../src/bench/index.js";
import { limitedSmu } from "../../../src/bench/limited-smu.js";
import { limitedSource } from "../../../src/bench/limited-source.js";
import { sourcePath } from "../../../src/bench/paths.js";
import { Together } from "../../../src/bench/together.js";
import { serveVirtualBench } from "../../../src/virtual/serve.js";
import { openSession } from "../../../src/visa/index.js";

// Two sources at the two ends of a simulated resistor of 1 kΩ: what one instrument's limits can not see, the device does.

const signal = new AbortController().signal;
const allowed = () => () => undefined;
const settings = { ramp: { V_per_s: 1e5, A_per_s: 1e5 } };
const bothEnds = "smu.high: dut.top, smu.low: ground, smu.2.high: dut.bottom, smu.2.low: ground";

async function benchWith(t: TestContext, instruments: string, wiring: string, limits = "voltage: 2 V") {
  const config = parseBench(
    `instruments: { ${instruments} }
dut: { id: R, model: resistor, parameters: { R: 1000 } }
wiring: { ${wiring} }
limits: { ${limits} }
`,
    "bench.yaml",
  );
  const served = await serveVirtualBench(virtualPlan(config));
  t.after(() => served.close());
  const seen = { most_V: 0, most_A: 0 };
  served.lab.watch(({ top0_V, top1_V, bottom0_V, bottom1_V, i0_A, i1_A }) => {
    seen.most_V = Math.max(seen.most_V, Math.abs(top0_V - bottom0_V), Math.abs(top1_V - bottom1_V));
    seen.most_A = Math.max(seen.most_A, Math.abs(i0_A), Math.abs(i1_A));
  });
  const sent: string[] = [];
  const together = new Together(config);
  const open = async (label: string) => {
    const found = served.instruments.find(({ name }) => name === label);
    const entry = drivers.get(found?.driver ?? "");
    assert.ok(found && entry);
    const session = await openSession(found.resources[0] ?? "", {
      ...entry.session,
      onWire: (event) => void (event.kind === "sent" && sent.push(event.text)),
    });
    const instrument = await entry.open(session, label, settings);
    t.after(() => instrument.close());
    return instrument;
  };
  const smu = async (label = "smu") =>
    limitedSmu(
      (await open(label)) as SourceMeasureUnit,
      (channel) => limitsFor(config, label, channel),
      allowed,
      1,
      together.shareOf(label),
    );
  const awg = async (label = "awg") =>
    limitedSource(
      (await open(label)) as PulseSource,
      (channel) => limitsFor(config, label, channel),
      (channel) => sourcePath(config, label, String(channel)),
      allowed,
      together.shareOf(label),
    );
  /** Refused, and no instrument was told anything. */
  const refused = async (call: () => Promise<unknown>, message: RegExp) => {
    const before = sent.length;
    await assert.rejects(call, { kind: "limit-refused", message });
    assert.deepEqual(sent.slice(before), []);
  };
  return { lab: served.lab, seen, smu, awg, refused };
}

const bias = (level: number, channel: number, compliance = 1e-2): Bias => ({
  channel,
  drive: "voltage",
  level,
  compliance,
});
const pulse = (level_V: number): PulseCycle => ({
  segments: [
    { level_V, duration_s: 1e-5 },
    { level_V: 0, duration_s: 1e-5 },
  ],
  limit: { low_V: -2, high_V: 2 },
});

/** To the noise of the instruments' ranges. */
function near(actual: number, expected: number, within: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= within, `${what}: ${actual}, expected ${expected}`);
}

for (const [driver, model] of [
  ["keithley-2600", "2602B"],
  ["keysight-b2900", "B2902A"],
] as const) {
  test(`both channels of a ${model}, one at each end, are held to the limit across the device, and measure it`, async (t) => {
    const bench = await benchWith(t, `smu: { driver: ${driver}, resource: virtual, model: ${model} }`, bothEnds);
    const smu = await bench.smu();
    await smu.hold(bias(1.2, 1), signal);
    await bench.refused(() => smu.hold(bias(-1, 2), signal), /smu channel 2: with smu channel 1 on .* 2\.2 V/);
    await smu.hold(bias(-0.7, 2), signal);
    const [top, bottom] = [await smu.measure(1, 1), await smu.measure(2, 1)];
    near(top.voltage_V, 1.2, 1e-3, "top, V");
    near(bottom.voltage_V, -0.7, 1e-3, "bottom, V");
    near(top.current_A, 1.9e-3, 1e-5, "top, A");
    near(bottom.current_A, -1.9e-3, 1e-5, "bottom, A");
    assert.deepEqual([top.inCompliance, bottom.inCompliance], [false, false]);
    near(bench.seen.most_V, 1.9, 1e-3, "the device saw");

    await smu.hold(bias(-0.7, 2, 1e-3), signal);
    const [free, limited] = [await smu.measure(1, 1), await smu.measure(2, 1)];
    assert.deepEqual([free.inCompliance, limited.inCompliance], [false, true]);
    near(free.current_A, 1e-3, 1e-5, "top, A, the bottom in compliance");
    near(limited.voltage_V, 0.2, 1e-3, "bottom, V, in compliance");
    await smu.release(1);
    await smu.release(2);
    assert.ok(bench.seen.most_V < 2, `the device saw ${bench.seen.most_V} V`);
  });
}

test("an SMU each at the two ends, of different makers, are held together", async (t) => {
  const bench = await benchWith(
    t,
    "a: { driver: keithley-2450, resource: virtual }, b: { driver: keithley-2400, resource: virtual }",
    "a.high: dut.top, a.low: ground, b.high: dut.bottom, b.low: ground",
  );
  const [a, b] = [await bench.smu("a"), await bench.smu("b")];
  await a.hold(bias(1.5, 1), signal);
  await bench.refused(() => b.hold(bias(-0.6, 1), signal), /b channel 1: with a channel 1 on .* 2\.1 V/);
  await b.hold({ drive: "current", channel: 1, level: -2e-4, compliance: 0.4 }, signal);
  const reading = await b.measure(1, 1);
  // It sinks no more than 0.2 mA, and the end would have to go to 1.3 V for that: not to -0.4 V, its limit.
  near(reading.current_A, -2e-4, 1e-6, "b, A");
  near(reading.voltage_V, 1.3, 1e-2, "b, V");
  near((await a.measure(1, 1)).current_A, 2e-4, 1e-6, "a, A");
});

test("a generator at the top and an SMU at the bottom, and then its second channel, are held together", async (t) => {
  const bench = await benchWith(
    t,
    "smu: { driver: keithley-2450, resource: virtual }, awg: { driver: keysight-33500, resource: virtual, model: 33522B }, " +
      "scope: { driver: keysight-infiniivision, resource: virtual }",
    "awg.1: dut.top, awg.2: dut.bottom, smu.high: dut.bottom, smu.low: ground, " +
      "scope.1: dut.top, scope.2: { to: dut.bottom, through: { shunt: 1 kohm } }",
    "voltage: 2 V, current: 40 mA",
  );
  const [smu, awg] = [await bench.smu(), await bench.awg()];
  await smu.hold(bias(-1.2, 1), signal);
  await awg.load(1, pulse(1.5), 3);
  await bench.refused(() => awg.outputOn(1), /awg channel 1: with smu channel 1 on .* 2\.7 V/);
  await awg.load(1, pulse(0.7), 3);
  await awg.outputOn(1);
  await awg.trigger(1);
  const reading = await smu.measure(1, 0.1);
  near(bench.seen.most_V, (1.9 * 1000) / 1050, 1e-2, "the device saw");
  near(reading.voltage_V, -1.2, 1e-3, "the SMU holds its end");
  // Through the shunt beside the device, too.
  near(reading.current_A, -1.2e-3 - 1.2 / 1050, 1e-5, "the SMU delivers between pulses");
  await bench.refused(() => smu.hold(bias(-1.4, 1), signal), /smu channel 1: with awg channel 1 on .* 2\.1 V/);
  await smu.release(1);
  await awg.load(2, pulse(-1.4), 3);
  await bench.refused(() => awg.outputOn(2), /awg channel 2: with awg channel 1 on .* 2\.1 V/);
  await awg.load(2, pulse(-1.2), 3);
  await awg.outputOn(2);
  await awg.makeSafe();
  assert.ok(bench.seen.most_V < 2, `the device saw ${bench.seen.most_V} V`);
});
