import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { CapturePlan, PulseCycle, SweepPlan } from "../../../src/capabilities/index.js";
import { exitCodeOf, MemrigError } from "../../../src/errors.js";
import { checkLimits, parseBench } from "../../../src/bench/index.js";
import type { Limits } from "../../../src/bench/index.js";
import { limitedScope } from "../../../src/bench/limited-others.js";
import { limitedSmu } from "../../../src/bench/limited-smu.js";
import { limitedSource } from "../../../src/bench/limited-source.js";
import { currentProbes, pulseWiring, sourcePath } from "../../../src/bench/paths.js";
import { protocols } from "../../../protocols/index.js";
import { fakeScope, fakeSmu, fakeSource } from "./fakes.js";
import type { SourceCall } from "./fakes.js";

const signal = new AbortController().signal;
const allowed = () => () => undefined;

const limits: Limits = {
  voltage: { max: 2, where: "bench.yaml:9" },
  current: { max: 1e-3, where: "bench.yaml:10" },
  power: { max: 1e-3, where: "bench.yaml:11" },
  energyPerPulse: { max: 1e-9, where: "bench.yaml:12" },
  slew: { max: 1e12, where: "bench.yaml:13" },
};

const sweep: SweepPlan = {
  drive: "voltage",
  levels: [0, 0.5, 1, 0],
  cycles: 1,
  compliance: 1e-4,
  dwell_s: 0.05,
  nplc: 1,
};

async function swept(plan: SweepPlan, held: Limits = limits): Promise<unknown> {
  const reached: SweepPlan[] = [];
  try {
    for await (const block of limitedSmu(fakeSmu(reached), () => held, allowed).sweep(plan, signal)) void block;
  } catch (error) {
    assert.deepEqual(reached, [], "something was sent all the same");
    return error;
  }
  assert.equal(reached.length, 1);
  return undefined;
}

test("a level of 12 V on a 2 V bench is refused with both numbers, the line to change, and exit code 4", async () => {
  const error = await swept({ ...sweep, levels: [0, 12] });
  assert.ok(error instanceof MemrigError);
  assert.equal(error.kind, "limit-refused");
  assert.equal(exitCodeOf(error), 4);
  assert.match(
    error.message,
    /smu: a voltage of 12 V was asked for; the bench allows 2 V \(bench\.yaml:9\)\. Nothing was sent/,
  );
});

test("a temperature, the controller's own limit included, is held to the bench's before anything is opened", () => {
  const heated = (temperature: string) =>
    parseBench(`instruments: { smu: { driver: keithley-2450, resource: virtual }, stage: { driver: lakeshore-336, resource: virtual } }\ndut: { model: vo2-mott }\nwiring: { smu.high: dut.top, smu.low: dut.bottom }\nlimits: { temperature: ${temperature} }`, "b.yaml"); // prettier-ignore
  const series = protocols.get("temperature-series");
  assert.ok(series);
  const plan = series.parameters.parse({ temperatures: "300 K; 310 K", limit: "330 K" }) as object;
  checkLimits(heated("330 K"), series, plan);
  assert.throws(() => checkLimits(heated("320 K"), series, plan), { kind: "limit-refused", message: /330 K.*320 K/ });
});

test("a compliance above the bench's current limit is refused, whatever the levels", async () => {
  const error = await swept({ ...sweep, compliance: 2e-3 });
  assert.match(String(error), /a current of 2 mA was asked for; the bench allows 1 mA \(bench\.yaml:10\)/);
});

test("a voltage limit holds the compliance of a current sweep too", async () => {
  assert.match(String(await swept({ ...sweep, drive: "current", levels: [1e-6], compliance: 5 })), /voltage of 5 V/);
});

test("levels and compliance that are allowed one by one may be too much together", async () => {
  const error = await swept({ ...sweep, levels: [-1.5], compliance: 1e-3 });
  assert.match(String(error), /with 1\.5 V at 1 mA a power of 1\.5 mW was asked for; the bench allows 1 mW/);
});

test("a jump is held to the slew limit, also the one from zero and the one back", async () => {
  const slow: Limits = { slew: { max: 1, where: "bench.yaml:13" } };
  assert.equal(await swept({ ...sweep, levels: [0.05, 0.1, 0.05] }, slow), undefined);
  assert.match(String(await swept({ ...sweep, levels: [0.2, 0.21] }, slow)), /a slew of 4\.2 V\/s/);
  assert.match(String(await swept({ ...sweep, levels: [0.05, 0.1, 0.15] }, slow)), /a slew of 3 V\/s/);
});

test("exactly the limit is allowed, also where rounding lands above it", async () => {
  const three = 0.1 + 0.2; // 0.30000000000000004
  assert.equal(await swept({ ...sweep, levels: [three] }, { voltage: { max: 0.3, where: "" } }), undefined);
});

test("without limits the sweep goes through, but nothing that is not a number does", async () => {
  assert.equal(await swept({ ...sweep, levels: [100] }, {}), undefined);
  const wrong: Partial<SweepPlan>[] = [
    { levels: [NaN] },
    { levels: [] },
    { compliance: NaN },
    { compliance: 0 },
    { compliance: -1 },
    { dwell_s: Infinity },
    { cycles: 0.5 },
    { nplc: NaN },
  ];
  for (const fault of wrong) {
    const error = await swept({ ...sweep, ...fault }, {});
    assert.ok(error instanceof MemrigError && error.kind === "invalid-request", JSON.stringify(fault));
  }
});

test("levels changed after the check do not reach the instrument", async () => {
  const levels = [1];
  const reached: SweepPlan[] = [];
  const smu = limitedSmu(
    fakeSmu(reached),
    () => limits,
    () => {
      levels[0] = 12;
      return () => undefined;
    },
  );
  for await (const block of smu.sweep({ ...sweep, levels }, signal)) void block;
  assert.deepEqual(reached[0]?.levels, [1]);
});

const pulse: PulseCycle = {
  segments: [
    { level_V: 1, duration_s: 1e-6 },
    { level_V: 0, duration_s: 1e-6 },
  ],
  limit: { low_V: 0, high_V: 1 },
};
const throughOneKiloohm = () => ({ outside_ohm: 1000 });

async function loaded(
  cycle: PulseCycle,
  held: Limits = limits,
  path = throughOneKiloohm,
  cycles = 1,
): Promise<unknown> {
  const reached: SourceCall[] = [];
  try {
    await limitedSource(fakeSource(reached), () => held, path, allowed).load(1, cycle, cycles);
  } catch (error) {
    assert.deepEqual(reached, [], "something was sent all the same");
    return error;
  }
  return undefined;
}

test("a pulse is held to the voltage limit segment by segment, and so are the levels the generator may reach", async () => {
  assert.equal(await loaded(pulse), undefined);
  const spike = { segments: [...pulse.segments, { level_V: -2.1, duration_s: 1e-9 }], limit: { low_V: -2, high_V: 2 } };
  assert.match(String(await loaded(spike)), /awg: a level of -?2\.1 V/);
  assert.match(String(await loaded({ ...pulse, limit: { low_V: 0, high_V: 5 } })), /a level limit of 5 V/);
});

test("a generator's current is what its resistors let through, and the refusal says how to lower it", async () => {
  const bare = () => ({ outside_ohm: 0 });
  const error = await loaded(pulse, { current: { max: 1e-3, where: "bench.yaml:10" } }, bare);
  assert.match(
    String(error),
    /at 1 V into a device that conducts fully a current of 20 mA was asked for; the bench allows 1 mA \(bench\.yaml:10\)/,
  );
  assert.match(String(error), /series/);
});

test("behind a stimulus isolator the current is the level times its conductance", async () => {
  const isolated = () => ({ outside_ohm: 0, isolator_A_per_V: 1e-4 });
  const held: Limits = { current: { max: 1e-4, where: "" } };
  assert.equal(await loaded(pulse, held, isolated), undefined);
  assert.match(
    String(
      await loaded({ segments: [{ level_V: 1.1, duration_s: 1 }], limit: { low_V: 0, high_V: 2 } }, held, isolated),
    ),
    /110 µA/,
  );
});

test("the energy of a pulse counts what follows without a rest, across the seam of two cycles too", async () => {
  // 1 V behind 1050 ohm brings at most 1/4200 W into a device: 238 pJ in 1 µs, and 1 nJ is the limit
  const long = (duration_s: number): PulseCycle => ({
    segments: [
      { level_V: 1, duration_s },
      { level_V: 0, duration_s: 1e-6 },
    ],
    limit: { low_V: 0, high_V: 1 },
  });
  assert.equal(await loaded(long(4e-6)), undefined);
  assert.match(String(await loaded(long(5e-6))), /a pulse of up to 1\.19 nJ/);
  const seam: PulseCycle = {
    segments: [
      { level_V: 1, duration_s: 3e-6 },
      { level_V: 0, duration_s: 1e-6 },
      { level_V: -1, duration_s: 3e-6 },
    ],
    limit: { low_V: -1, high_V: 1 },
  };
  assert.equal(await loaded(seam, limits, throughOneKiloohm, 1), undefined);
  assert.match(String(await loaded(seam, limits, throughOneKiloohm, 2)), /a pulse of up to 1\.429 nJ/);
  const dc: PulseCycle = { segments: [{ level_V: 1, duration_s: 1e-7 }], limit: { low_V: 0, high_V: 1 } };
  assert.equal(await loaded(dc, limits, throughOneKiloohm, 10), undefined);
  assert.match(String(await loaded(dc, limits, throughOneKiloohm, 1000)), /a pulse of up to/);
});

test("a channel is turned on and triggered only with what was loaded through the limits", async () => {
  const reached: SourceCall[] = [];
  const source = limitedSource(fakeSource(reached), () => limits, throughOneKiloohm, allowed);
  await assert.rejects(source.outputOn(1), /no waveform was loaded/);
  await assert.rejects(source.trigger(1), /no waveform was loaded/);
  await source.load(1, pulse, 1);
  await source.outputOn(1);
  await assert.rejects(source.outputOn(2), { kind: "invalid-request" });
  await assert.rejects(source.load(1, { ...pulse, segments: [{ level_V: 9, duration_s: 1 }] }, 1), {
    kind: "limit-refused",
  });
  await source.trigger(1); // the refused one was not sent: the first still stands
  assert.deepEqual(
    reached.map(({ call }) => call),
    ["load", "outputOn", "trigger"],
  );
});

test("what was loaded before a load that failed on the way is not turned on", async () => {
  const source = limitedSource(fakeSource([], true), () => limits, throughOneKiloohm, allowed);
  await assert.rejects(source.load(1, pulse, 1), /refused/);
  await assert.rejects(source.outputOn(1), /no waveform was loaded/);
});

test("a scope input is not switched away from what the currents were worked out with", async () => {
  const reached: CapturePlan[] = [];
  const scope = limitedScope(
    fakeScope(reached),
    new Map([
      [1, "1M"],
      [2, "50"],
    ]),
  );
  const plan = (channel: number, impedance: "1M" | "50"): CapturePlan => ({
    channels: [{ channel, range_V: 1, offset_V: 0, impedance }],
    window_s: 1,
    pretrigger_s: 0,
    trigger: { channel: 1, level_V: 0, slope: "rising" },
    segments: 1,
    points: 100,
  });
  await scope.arm(plan(2, "50"), signal);
  await scope.arm(plan(4, "50"), signal);
  await assert.rejects(scope.arm(plan(1, "50"), signal), { kind: "limit-refused" });
  await assert.rejects(scope.arm(plan(2, "1M"), signal), { kind: "limit-refused" });
  assert.equal(reached.length, 2);
});

const anyNumber = fc.oneof(
  fc.double(),
  fc.double({ min: -3, max: 3, noNaN: true }),
  fc.constantFrom(0, -0, 2, -2, 2 + 1e-6, 1e-3, NaN, Infinity, -Infinity, 1e308),
);
const small = fc.oneof(fc.double({ min: 1e-9, max: 1e-2, noNaN: true }), anyNumber);
const count = fc.oneof(fc.integer({ min: 1, max: 5 }), anyNumber);

test("no sequence of calls with any numbers brings more to an SMU than the limits", async () => {
  const plans = fc.record({
    drive: fc.constantFrom("voltage", "current", "power" as "voltage"),
    levels: fc.array(fc.oneof(anyNumber, small), { maxLength: 5 }),
    cycles: count,
    compliance: small,
    dwell_s: small,
    nplc: small,
  });
  let through = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(plans, { maxLength: 4 }), async (sequence) => {
      const reached: SweepPlan[] = [];
      const smu = limitedSmu(fakeSmu(reached), () => limits, allowed);
      for (const plan of sequence) {
        try {
          for await (const block of smu.sweep(plan, signal)) void block;
        } catch (error) {
          assert.ok(error instanceof MemrigError, String(error));
        }
      }
      for (const { drive, levels, compliance } of reached) {
        through += 1;
        for (const level of levels) {
          const [voltage_V, current_A] =
            drive === "voltage" ? [Math.abs(level), compliance] : [compliance, Math.abs(level)];
          assert.ok(voltage_V <= 2 * (1 + 1e-9) && current_A <= 1e-3 * (1 + 1e-9), `${voltage_V} V, ${current_A} A`);
          assert.ok(voltage_V * current_A <= 1e-3 * (1 + 1e-9), `${voltage_V * current_A} W`);
        }
      }
    }),
    { numRuns: 3000 },
  );
  assert.ok(through > 50, `only ${through} plans were allowed: the property says too little`);
});

test("no sequence of calls with any numbers brings more to a generator's output than the limits", async () => {
  const segment = fc.record({
    level_V: anyNumber,
    duration_s: fc.oneof(fc.double({ min: 1e-9, max: 1e-5, noNaN: true }), anyNumber),
  });
  const cycle = fc.record({
    segments: fc.array(segment, { maxLength: 4 }),
    limit: fc.record({ low_V: anyNumber, high_V: anyNumber }),
  });
  const channel = fc.constantFrom(1, 2);
  const calls = fc.oneof(
    fc.record({ call: fc.constant("load" as const), channel, cycle, cycles: count }),
    fc.record({ call: fc.constantFrom("outputOn" as const, "trigger" as const), channel }),
  );
  let through = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(calls, { maxLength: 8 }), async (sequence) => {
      const reached: SourceCall[] = [];
      const source = limitedSource(
        fakeSource(reached),
        () => limits,
        (n) => ({ outside_ohm: n === 1 ? 4000 : 2000 }),
        allowed,
      );
      for (const step of sequence) {
        try {
          if (step.call === "load") await source.load(step.channel, step.cycle, step.cycles);
          else await source[step.call](step.channel);
        } catch (error) {
          assert.ok(error instanceof MemrigError, String(error));
        }
      }
      const known = new Set<number>();
      for (const step of reached) {
        if (step.call === "setWaveform") continue; // none was asked for here
        if (step.call !== "load") {
          assert.ok(known.has(step.channel), `channel ${step.channel} went on with something unknown in it`);
          continue;
        }
        through += 1;
        known.add(step.channel);
        const resistance_ohm = step.channel === 1 ? 4050 : 2050;
        for (const { level_V, duration_s } of step.cycle.segments) {
          const size_V = Math.abs(level_V);
          assert.ok(size_V <= 2 * (1 + 1e-9), `${level_V} V`);
          assert.ok(size_V / resistance_ohm <= 1e-3 * (1 + 1e-9));
          assert.ok((size_V ** 2 / (4 * resistance_ohm)) * duration_s <= 1e-9 * (1 + 1e-9));
        }
      }
    }),
    { numRuns: 3000 },
  );
  assert.ok(through > 50, `only ${through} loads were allowed: the property says too little`);
});

const pulseBench = (wiring: string, held = "voltage: 2 V, current: 2 mA") =>
  parseBench(
    `
instruments:
  smu: { driver: keithley-2450, resource: virtual }
  awg: { driver: keysight-33500, resource: virtual }
  scope: { driver: keysight-infiniivision, resource: virtual }
dut: { model: zno-diffusive }
wiring: { ${wiring} }
limits: { ${held} }
`,
    "bench.yaml",
  );

test("two scope channels at the bottom look across the same shunt, and its resistance limits the generator", () => {
  const config = pulseBench(
    "awg.1: dut.top, scope.1: dut.top, scope.2: { to: dut.bottom, through: { shunt: 1 kohm } }, scope.3: dut.bottom",
  );
  assert.deepEqual(pulseWiring(config), {
    source: "awg",
    sourceChannel: 1,
    scope: "scope",
    top: { channel: 1 },
    current: [
      { channel: 2, resistance_ohm: 1000, impedance: "1M" },
      { channel: 3, resistance_ohm: 1000, impedance: "1M" },
    ],
  });
  assert.deepEqual(sourcePath(config, "awg", "1"), { outside_ohm: 1000 });
  assert.equal(sourcePath(config, "awg", "2"), undefined);
});

test("without a shunt the first channel's own 50 ohm is it", () => {
  const config = pulseBench(
    "awg.1: { to: dut.top, through: { series: 100 ohm } }, scope.1: dut.top, scope.2: dut.bottom",
  );
  assert.deepEqual(currentProbes(config), [{ channel: 2, resistance_ohm: 50, impedance: "50" }]);
  assert.deepEqual(sourcePath(config, "awg", "1"), { outside_ohm: 150 });
});

test("a plan is refused before anything is opened, with the line of the bench file", () => {
  const config = pulseBench("smu.high: dut.top, smu.low: dut.bottom");
  const ivSweep = protocols.get("iv-sweep");
  assert.ok(ivSweep);
  const plan = (settings: object) => ivSweep.parameters.parse(settings) as object;
  checkLimits(config, ivSweep, plan({ stop: 0.3, compliance: 1e-5 }));
  assert.throws(() => checkLimits(config, ivSweep, plan({ stop: 12, compliance: 1e-5 })), {
    kind: "limit-refused",
    message: /iv-sweep: a voltage of 12 V was asked for; the bench allows 2 V \(bench\.yaml:8\)/,
  });
  assert.throws(() => checkLimits(config, ivSweep, plan({ stop: 0.3, compliance: 0.1 })), { kind: "limit-refused" });
});

test("a protocol that the wiring has no instruments for says which wire is missing", () => {
  const config = pulseBench("awg.1: dut.top, scope.1: dut.top");
  const ivSweep = protocols.get("iv-sweep");
  assert.ok(ivSweep);
  assert.throws(() => checkLimits(config, ivSweep, ivSweep.parameters.parse({}) as object), {
    kind: "invalid-request",
    message: /needs an SMU across the device.*Add under wiring: smu\.high: dut\.top/,
  });
  assert.throws(() => pulseWiring(config), { message: /shunt at the bottom.*scope\.2/ });
});
