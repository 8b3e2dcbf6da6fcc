import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bias, PulseCycle, SweepPlan, WaveformPlan } from "../../../src/capabilities/index.js";
import { limitsFor } from "../../../src/bench/bounds.js";
import { checkLimits, headroomOf, parseBench } from "../../../src/bench/index.js";
import { forceOfCycle, forceOfWaveform } from "../../../src/bench/force.js";
import { limitedSmu } from "../../../src/bench/limited-smu.js";
import { limitedSource } from "../../../src/bench/limited-source.js";
import { sourcePath } from "../../../src/bench/paths.js";
import { limitFaults } from "../../../src/cli/desk/order.js";
import { Together } from "../../../src/bench/together.js";
import { pulseTrain } from "../../../protocols/pulse-train.js";
import type { AnyProtocol } from "../../../src/engine/index.js";
import { MemrigError } from "../../../src/errors.js";
import { fakeSmu, fakeSource } from "./fakes.js";
import type { SourceCall } from "./fakes.js";

const signal = new AbortController().signal;
const allowed = () => () => undefined;

const configWith = (wiring: string, limits: string) =>
  parseBench(
    `instruments:
  smu: { driver: keithley-2600, resource: virtual }
  awg: { driver: keysight-33500, resource: virtual }
  scope: { driver: keysight-infiniivision, resource: virtual }
dut: { id: a, model: resistor }
wiring: { ${wiring} }
limits: { ${limits} }
`,
    "bench.yaml",
  );

/** A generator and a two-channel SMU at one device. @param wiring of `awg.1`, `awg.2`, `smu.…` */
function benchWith(wiring: string, limits = "voltage: 2 V", foundOn = false) {
  const config = configWith(wiring, limits);

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
      /awg channel 1: with smu channel 1 on at the same time, across the device a voltage of up to 2\.7 V .* 2 V \(bench\.yaml:7\)\. Nothing was sent/,
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

test("edges of both sides add up to the slew; a level that stays adds none", async () => {
  // 0.5 V in 2.9 ns is 172 MV/s.
  const ends = benchWith("awg.1: dut.top, awg.2: dut.bottom", "voltage: 2 V, slew: 300 MV/s");
  for (const channel of [1, 2]) await ends.awg.load(channel, pulse(0.5), 1);
  await ends.awg.outputOn(1);
  await assert.rejects(ends.awg.outputOn(2), { kind: "limit-refused", message: /a slew of up to 344\.8 MV\/s/ });
  const { smu, awg } = benchWith(across, "voltage: 2 V, slew: 185 MV/s");
  await awg.load(1, pulse(0.5), 1);
  await smu.hold({ ...bias(-0.5), slew_per_s: 20e6 }, signal);
  await awg.outputOn(1);
  await assert.rejects(smu.hold({ ...bias(-0.6), slew_per_s: 20e6 }, signal), { message: /a slew of up to 192\.4 MV/ });
  await smu.hold({ ...bias(-0.6), slew_per_s: 10e6 }, signal);
});

test("a pulse of one side has the power of both; where each fills the other's rests it has no end", async () => {
  // 0.8 V behind 10.05 kΩ and -1.2 V: into a matching device 2² / (4 · 10.05 k) = 99.5 µW, for 1 µs. Alone it is 15.9 pJ.
  const line = across.replace("awg.1: dut.top", "awg.1: { to: dut.top, through: { series: 10 kohm } }");
  for (const [limit, refused] of [
    ["99 pJ", true],
    ["100 pJ", false],
  ] as const) {
    const { smu, awg } = benchWith(line, `voltage: 2 V, energy per pulse: ${limit}`);
    await awg.load(1, pulse(0.8), 5);
    await smu.hold(bias(-1.2), signal);
    const on = awg.outputOn(1);
    await (refused ? assert.rejects(on, { kind: "limit-refused", message: /a pulse of up to 99\.5 pJ/ }) : on);
  }
  const ends = "awg.1: { to: dut.top, through: { series: 10 kohm } }, awg.2: dut.bottom";
  const { awg } = benchWith(ends, "voltage: 2 V, energy per pulse: 1 nJ");
  for (const channel of [1, 2]) await awg.load(channel, pulse(0.4), 1);
  for (const channel of [1, 2]) await awg.outputOn(channel); // one pulse of each may meet
  await assert.rejects(awg.load(2, pulse(0.4), 100), { message: /a pulse of up to no end/ });
});

test("the longest stretch and the shortest rest of a train are found across its seam", () => {
  const cycle = (...pieces: (readonly [level_V: number, duration_s: number])[]): PulseCycle => ({
    segments: pieces.map(([level_V, duration_s]) => ({ level_V, duration_s })),
    limit: { low_V: -2, high_V: 2 },
  });
  const split = cycle([1, 2], [0, 5], [-1, 1], [0, 0], [1, 3]); // 4 s at its end, and 2 s at the beginning of the next one
  const pulses = (cycles: number, one = split) => forceOfCycle(one, cycles, 50).pulses;
  assert.deepEqual(pulses(1), { longest_s: 4, rest_s: 5 });
  assert.deepEqual(pulses(2), { longest_s: 6, rest_s: 5 });
  assert.deepEqual(pulses(3, cycle([0, 2], [1, 1], [0, 1])), { longest_s: 1, rest_s: 3 });
  assert.deepEqual(pulses(3, cycle([1, 2], [2, 1])), { longest_s: 9, rest_s: Infinity });
  const waveform = (plan: Partial<WaveformPlan>) =>
    forceOfWaveform({ waveform: { shape: "dc" }, low_V: 0, high_V: 1, limit: split.limit, ...plan }, 50).pulses;
  const never = { longest_s: Infinity, rest_s: 0 };
  assert.deepEqual(waveform({}), never);
  const edges = { shape: "pulse", period_s: 8, width_s: 2, rise_s: 0.5, fall_s: 0.5 } as const;
  assert.deepEqual(waveform({ waveform: edges }), { longest_s: 3, rest_s: 5 });
  assert.deepEqual(waveform({ waveform: edges, low_V: -1 }), never);
  const samples = { shape: "samples", volts: Float64Array.of(0, 1, 1, 0), rate_Sa_per_s: 1 } as const;
  assert.deepEqual(waveform({ waveform: samples }), { longest_s: 2, rest_s: 2 });
  assert.deepEqual(waveform({ waveform: { shape: "square", frequency_Hz: 0.25, duty: 0.25 } }), {
    longest_s: 1,
    rest_s: 3,
  });
});

const twoAtOnce = (low_V: number, high_V: number): AnyProtocol => ({
  ...pulseTrain,
  extremes: () => ({
    voltage_V: 1,
    channels: [
      { channel: 1, low_V: 0, high_V: 1 },
      { channel: 2, low_V, high_V },
    ],
  }),
});

test("before anything is opened, channels that a protocol drives at once are held to the limits together", () => {
  const scope = "scope.1: dut.top, scope.2: { to: dut.bottom, through: { shunt: 1 kohm } }";
  const config = configWith(`awg.1: dut.top, awg.2: dut.bottom, ${scope}`, "voltage: 2 V");
  checkLimits(config, twoAtOnce(-1, 0), {});
  checkLimits(config, twoAtOnce(0, 2), {});
  const [voltage] = headroomOf(config, twoAtOnce(-1.5, 0), {});
  assert.deepEqual([voltage?.asked, voltage?.headroom], [2.5, -0.25]);
  assert.throws(() => checkLimits(config, twoAtOnce(-1.5, 0), {}), {
    kind: "limit-refused",
    message: /awg channel 2: with awg channel 1 on at the same time, across the device a voltage of up to 2\.5 V/,
  });
  // Alone it passes already.
  assert.throws(() => checkLimits(config, twoAtOnce(-2.5, 0), {}), {
    message: /pulse-train, awg channel 2: a level of 2\.5 V/,
  });
});

test("the form says at each field which channel it is and which limit the channels pass together, where none passes it alone", () => {
  const scope = "scope.1: dut.top, scope.2: { to: dut.bottom, through: { shunt: 1 kohm } }";
  const config = configWith(`awg.1: dut.top, awg.2: dut.bottom, ${scope}`, "voltage: 2 V");
  const plan = { amplitude: 1, read_amplitude: 1.5, width: 1 };
  assert.deepEqual(limitFaults(config, twoAtOnce(-1.5, 0), plan), [
    {
      field: "amplitude",
      message:
        "with its 1 V channel 1 is one of 2 that bring 2.5 V to the device together: more than the voltage of 2 V that the bench allows (bench.yaml:7).",
    },
    {
      field: "read_amplitude",
      message:
        "with its 1.5 V channel 2 is one of 2 that bring 2.5 V to the device together: more than the voltage of 2 V that the bench allows (bench.yaml:7).",
    },
  ]);
  assert.deepEqual(limitFaults(config, twoAtOnce(-1, 0), { ...plan, read_amplitude: 1 }), []);
  const alone = limitFaults(config, twoAtOnce(-2.5, 0), { ...plan, read_amplitude: 2.5 });
  assert.deepEqual(
    alone.map(({ field, message }) => [field, message]),
    [["read_amplitude", "2.5 V is more than the 2 V that the bench allows (bench.yaml:7)."]],
  );
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
