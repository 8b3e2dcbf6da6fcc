import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bias, PulseCycle, SweepPlan } from "../../../src/capabilities/index.js";
import { limitsFor } from "../../../src/bench/bounds.js";
import { parseBench } from "../../../src/bench/index.js";
import { limitedSmu } from "../../../src/bench/limited-smu.js";
import { limitedSource } from "../../../src/bench/limited-source.js";
import { sourcePath } from "../../../src/bench/paths.js";
import { Together } from "../../../src/bench/together.js";
import { MemrigError } from "../../../src/errors.js";
import { fakeSmu, fakeSource } from "./fakes.js";
import type { SourceCall } from "./fakes.js";

const signal = new AbortController().signal;
const allowed = () => () => undefined;

/** A generator and a two-channel SMU at one device. @param wiring of `awg.1`, `awg.2`, `smu.…` */
function benchWith(wiring: string, limits = "voltage: 2 V", foundOn = false) {
  const config = parseBench(
    `instruments:
  smu: { driver: keithley-2600, resource: virtual }
  awg: { driver: keysight-33500, resource: virtual }
dut: { id: a, model: resistor }
wiring: { ${wiring} }
limits: { ${limits} }
`,
    "bench.yaml",
  );
  const together = new Together(config);
  const [held, swept, called]: [Bias[], SweepPlan[], SourceCall[]] = [[], [], []];
  const smuLimits = (channel: number) => limitsFor(config, "smu", channel);
  const awgLimits = (channel: number) => limitsFor(config, "awg", channel);
  const bare = fakeSmu(swept, held, 2);
  const smu = limitedSmu(bare, smuLimits, allowed, 1, together.shareOf("smu", foundOn));
  const path = (channel: number) => sourcePath(config, "awg", String(channel));
  const awg = limitedSource(fakeSource(called), awgLimits, path, allowed, together.shareOf("awg"));
  return { smu, awg, bare, held, swept, called };
}

const pulse = (level_V: number): PulseCycle => ({
  segments: [
    { level_V, duration_s: 1e-6 },
    { level_V: 0, duration_s: 1e-6 },
  ],
  limit: { low_V: -2, high_V: 2 },
});
const bias = (level: number, channel = 1): Bias => ({ channel, drive: "voltage", level, compliance: 1e-4 });
const across = "awg.1: dut.top, smu.high: dut.bottom, smu.low: ground";

test("a generator at one end and an SMU at the other are held together to the voltage across the device", async () => {
  const { smu, awg, held, called } = benchWith(across);
  await smu.hold(bias(-1.2), signal);
  await awg.load(1, pulse(1.5), 1);
  await assert.rejects(awg.outputOn(1), {
    kind: "limit-refused",
    message:
      /awg channel 1: with smu channel 1 on at the same time, across the device a voltage of up to 2\.7 V .* 2 V \(bench\.yaml:6\)\. Nothing was sent/,
  });
  assert.deepEqual(
    called.map(({ call }) => call),
    ["load"],
  );
  await awg.load(1, pulse(0.8), 1); // 0.8 V and 1.2 V are just 2 V
  await awg.outputOn(1);
  await assert.rejects(smu.hold(bias(-1.3), signal), { message: /smu channel 1: with awg channel 1 on/ });
  assert.deepEqual(
    held.map(({ level }) => level),
    [-1.2],
  );
  await assert.rejects(awg.load(1, pulse(2), 1), { message: /3\.2 V/ });
  // The same sign on both sides is a difference.
  await smu.hold(bias(1.9), signal);
  await awg.load(1, pulse(2), 1);
  await assert.rejects(awg.load(1, pulse(-0.2), 1), { message: /2\.1 V/ });
});

test("what was released or turned off counts no more, and a failure that may have left it on still does", async () => {
  const { smu, awg, bare, held } = benchWith(across);
  await awg.load(1, pulse(1.5), 1);
  await smu.hold(bias(-1.2), signal);
  await assert.rejects(awg.outputOn(1), { kind: "limit-refused" });
  await smu.release(1);
  await awg.outputOn(1);
  await assert.rejects(smu.hold(bias(-1.2), signal), { kind: "limit-refused" });
  await awg.outputOff(1);
  await smu.hold(bias(-1.2), signal);
  await smu.makeSafe();
  await awg.outputOn(1);
  await awg.makeSafe();
  const failing = async (kind: "no-answer" | "invalid-request") => {
    bare.hold = () => Promise.reject(new MemrigError(kind, "it failed", {}));
    await assert.rejects(smu.hold(bias(-1.2), signal), { kind });
  };
  await failing("invalid-request");
  await awg.outputOn(1);
  await awg.outputOff(1);
  await failing("no-answer");
  await assert.rejects(awg.outputOn(1), { message: /with smu channel 1 on/ });
  assert.equal(held.length, 2);
});

test("a sweep counts while it lasts, with its base and its compliance, and no longer", async () => {
  const { smu, awg, swept } = benchWith(across);
  const plan: SweepPlan = { drive: "voltage", levels: [0, -1], cycles: 1, compliance: 1e-4, dwell_s: 0.1 };
  const run = async (change: Partial<SweepPlan>) => {
    for await (const block of smu.sweep({ ...plan, ...change }, signal)) void block;
  };
  await awg.load(1, pulse(1.5), 1);
  await awg.outputOn(1);
  await assert.rejects(run({}), { message: /2\.5 V/ });
  await assert.rejects(run({ levels: [0.1], pulse: { base: -0.6, width_s: 0.01 } }), { message: /2\.1 V/ });
  await assert.rejects(run({ drive: "current", levels: [1e-6], compliance: 1 }), { message: /2\.5 V/ });
  assert.deepEqual(swept, []);
  await run({ levels: [0, 1, -0.4] });
  await awg.outputOff(1);
  await run({});
  await awg.outputOn(1);
});

test("two channels of one generator at the two ends are held together, at one end they are not added", async () => {
  const ends = benchWith("awg.1: dut.top, awg.2: dut.bottom");
  for (const channel of [1, 2]) await ends.awg.load(channel, pulse(channel === 1 ? 1.5 : -1.5), 1);
  await ends.awg.outputOn(1);
  await assert.rejects(ends.awg.outputOn(2), { message: /awg channel 2: with awg channel 1 on .* 3 V/ });
  const same = benchWith("awg.1: dut.top, awg.2: dut.top");
  for (const channel of [1, 2]) await same.awg.load(channel, pulse(channel === 1 ? 1.5 : -1.5), 1);
  for (const channel of [1, 2]) await same.awg.outputOn(channel);
});

test("two at one end add their currents; in line the weaker one limits them", async () => {
  const beside = benchWith("smu.high: dut.top, smu.2.high: dut.top", "current: 150 uA");
  await beside.smu.hold(bias(1), signal);
  await assert.rejects(beside.smu.hold(bias(1, 2), signal), { message: /a current of up to 200 µA/ });
  const inLine = benchWith("smu.high: dut.top, smu.2.high: dut.bottom", "current: 150 uA, power: 250 uW");
  await inLine.smu.hold(bias(1), signal);
  await inLine.smu.hold(bias(-1, 2), signal);
  await assert.rejects(inLine.smu.hold(bias(-2, 2), signal), { message: /a power of up to 300 µW/ });
});

test("what is not wired to the device, or sees it from ground, adds nothing", async () => {
  const { smu, awg } = benchWith("awg.1: dut.top, smu.high: ground");
  await awg.load(1, pulse(2), 1);
  await awg.outputOn(1);
  await smu.hold(bias(-2), signal);
  await smu.hold(bias(-2, 2), signal);
});

test("beside a source that was found on nothing else is driven at the same device", async () => {
  const { awg } = benchWith(across, "voltage: 2 V", true);
  await awg.load(1, pulse(0.1), 1);
  await assert.rejects(awg.outputOn(1), { kind: "limit-refused", message: /smu was found on .* Turn smu off first/ });
});
