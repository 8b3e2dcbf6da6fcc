import assert from "node:assert/strict";
import { test } from "node:test";
import type { Capture, CapturePlan, PulseCycle } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { mean } from "./capture-scope.suite.js";
import { pulseUnit } from "./pmu-bench.js";
import { pulseSourceSuite } from "./pulse-source.suite.js";

const never = new AbortController().signal;
const refused = (kind: MemrigError["kind"]) => (error: unknown) => error instanceof MemrigError && error.kind === kind;
type Unit = Awaited<ReturnType<typeof pulseUnit>>;

const cycle: PulseCycle = {
  segments: [
    { level_V: 1, duration_s: 5e-6 },
    { level_V: 0, duration_s: 5e-6 },
    { level_V: -0.2, duration_s: 10e-6 },
    { level_V: 0, duration_s: 80e-6 },
  ],
  limit: { low_V: -0.2, high_V: 1 },
};
const plan: CapturePlan = {
  channels: [
    { channel: 1, range_V: 2, offset_V: 0.5 },
    { channel: 2, range_V: 15e-3, offset_V: 2e-3 },
  ],
  window_s: 25e-6,
  pretrigger_s: 2e-6,
  trigger: { channel: 1, level_V: 0.3, slope: "rising" },
  segments: 4,
  points: 500,
};

async function on(
  link: "socket" | "prologix",
  action: (unit: Unit) => Promise<void>,
  series_ohm?: number,
): Promise<void> {
  const unit = await pulseUnit(link, 950, series_ohm);
  try {
    await action(unit);
    await unit.source.makeSafe();
    assert.equal(await unit.source.outputIsOn(), false);
    assert.ok(Math.abs(unit.bench.lab.device_V) < 1e-9);
  } finally {
    await unit.close();
  }
}

async function play({ source, scope }: Unit, asked: CapturePlan): Promise<Capture[]> {
  await source.load(1, cycle, asked.segments);
  await source.outputOn(1);
  await scope.arm(asked, never);
  await source.trigger(1);
  const captures: Capture[] = [];
  for await (const capture of scope.captures(30, never)) captures.push(capture);
  return captures;
}

for (const link of ["socket", "prologix"] as const) {
  const name = `virtual 4225-PMU, ${link}`;
  pulseSourceSuite(name, () => pulseUnit(link, 1e4), "cycles");

  test(`${name}: each pulse is a record of voltage and current at the terminal, which 50 ohm leave it`, () =>
    on(link, async (unit) => {
      for (const segments of [1, 4]) {
        const captures = await play(unit, { ...plan, segments });
        assert.equal(captures.length, segments);
        for (const [k, capture] of captures.entries()) {
          assert.equal(capture.segment, k);
          assert.ok(Math.abs(capture.trigger_s - k * 100e-6) < 1e-9);
          assert.ok(Math.abs(capture.start_s + plan.pretrigger_s) < 1e-9);
          assert.ok((capture.volts.get(1)?.length ?? 0) * capture.step_s > 0.99 * plan.window_s);
          for (const [level_V, from_s, to_s] of [
            [0, -1.5e-6, -0.1e-6],
            [1, 0.1e-6, 4.9e-6],
            [0, 5.1e-6, 9.9e-6],
            [-0.2, 10.1e-6, 19.9e-6],
            [0, 20.1e-6, 22.9e-6],
          ] as const) {
            const current_A = level_V / (950 + 50);
            // A step of 14 bits over 20 V is 1.2 mV, over the 10 mA range 1.2 µA; noise makes it an average of steps.
            assert.ok(Math.abs(mean(capture, 1, from_s, to_s) - 950 * current_A) < 1.2e-3, `voltage at ${from_s} s`);
            assert.ok(Math.abs(mean(capture, 2, from_s, to_s) - current_A) < 1.2e-6, `current at ${from_s} s`);
          }
        }
      }
    }));
}

test("4225-PMU: with a resistor in the line its voltage includes what that drops, as the station is told", () =>
  on(
    "socket",
    async (unit) => {
      const [capture] = await play(unit, { ...plan, segments: 1 });
      assert.ok(capture);
      const current_A = 1 / (950 + 1000 + 50);
      assert.ok(Math.abs(mean(capture, 2, 0.1e-6, 4.9e-6) - current_A) < 1.2e-6);
      assert.ok(Math.abs(mean(capture, 1, 0.1e-6, 4.9e-6) - 1950 * current_A) < 1.2e-3);
    },
    1000,
  ));

test("4225-PMU: bursts follow each other, recorded and not, and each record is of its own burst", () =>
  on("socket", async (unit) => {
    const { source } = unit;
    for (const segments of [2, 1]) {
      assert.equal((await play(unit, { ...plan, segments })).length, segments);
      await source.trigger(1); // not armed: played, not recorded
    }
    assert.equal((await play(unit, plan)).length, 4);
  }));

test("4225-PMU: what it can not record is refused, and a record that was not armed or not triggered does not come", () =>
  on("socket", async ({ source, scope }) => {
    await assert.rejects(scope.arm(plan, never), refused("invalid-request"), "nothing is loaded");
    await source.load(1, cycle, 4);
    const { maxSegments, maxPoints, channels } = scope.ranges;
    const changes: Partial<CapturePlan>[] = [
      { segments: 0 },
      { segments: maxSegments + 1 },
      { points: maxPoints * 2 },
      { window_s: 101e-6, pretrigger_s: 0 },
      { pretrigger_s: 80e-6, window_s: 99e-6 },
      { window_s: 1e-6, points: 300 },
      { channels: [] },
      { channels: [{ channel: 3, range_V: 1, offset_V: 0 }], trigger: { ...plan.trigger, channel: 3 } },
      { channels: [{ channel: channels + 1, range_V: 1, offset_V: 0 }] },
      {
        channels: [
          { channel: 1, range_V: 1, offset_V: 0 },
          { channel: 2, range_V: 1, offset_V: 0 },
        ],
      },
      { trigger: { channel: 1, level_V: 1.1, slope: "rising" } },
      { trigger: { channel: 1, level_V: 0.3, slope: "falling" } },
      { trigger: { channel: "external", level_V: 0.3, slope: "rising" } },
      { segments: 1, average: 2 },
    ];
    for (const change of changes) {
      await assert.rejects(
        scope.arm({ ...plan, ...change }, never),
        refused("invalid-request"),
        JSON.stringify(change),
      );
    }
    await assert.rejects(scope.captures(1, never).next(), refused("invalid-request"), "nothing is armed");
    await scope.arm(plan, never);
    await assert.rejects(scope.captures(0.1, never).next(), /0 of 4 triggers came/);
    const stop = new AbortController();
    const first = scope.captures(60, stop.signal).next();
    stop.abort();
    await assert.rejects(first, refused("aborted"));
  }));

test("4225-PMU: an SMU that holds keeps pulses off, and a pulse output that is on keeps the SMUs off", () =>
  on("socket", async ({ smu, source }) => {
    await smu.hold({ channel: 2, drive: "voltage", level: 0.1, compliance: 1e-3 }, never);
    await assert.rejects(source.load(1, cycle, 1), refused("busy"));
    await smu.release(2);
    await source.load(1, cycle, 1);
    await source.outputOn(1);
    const bias = { channel: 2, drive: "voltage", level: 0.1, compliance: 1e-3 } as const;
    await assert.rejects(smu.hold(bias, never), refused("busy"));
    const sweep = smu.sweep({ drive: "voltage", levels: [0], cycles: 1, compliance: 1e-3, dwell_s: 0.02 }, never);
    await assert.rejects(sweep.next(), refused("busy"));
    await source.outputOff(1);
    await smu.hold(bias, never);
    await smu.release(2);
  }));

test("4225-PMU: square waves and samples are cycles; curves, slow edges and what has no end are refused", () =>
  on("socket", async ({ source, bench }) => {
    const levels = {
      low_V: 0,
      high_V: 1,
      limit: { low_V: -1, high_V: 1 },
      burst: { cycles: 3, trigger: "bus" },
    } as const;
    const square = { ...levels, waveform: { shape: "square", frequency_Hz: 1e5, duty: 0.25 } } as const;
    assert.deepEqual(await source.setWaveform(1, square), { low_V: 0, high_V: 1, frequency_Hz: 1e5 });
    const seen_V: number[] = [];
    const end = bench.lab.watch(({ top1_V }) => void seen_V.push(top1_V));
    await source.outputOn(1);
    await source.trigger(1);
    await source.outputOff(1);
    end();
    assert.ok(Math.abs(Math.max(...seen_V) - 0.95) < 1e-3, `${Math.max(...seen_V)} V across 950 ohm behind 50`);
    const volts = Float64Array.of(0.5, 0.5, 1, 0);
    await source.setWaveform(1, { ...levels, waveform: { shape: "samples", volts, rate_Sa_per_s: 1e6 } });
    for (const waveform of [
      { shape: "sine", frequency_Hz: 1e3 },
      { shape: "ramp", frequency_Hz: 1e3, symmetry: 0.5 },
      { shape: "pulse", period_s: 1e-3, width_s: 1e-5, rise_s: 1e-6, fall_s: 1e-6 },
    ] as const) {
      await assert.rejects(source.setWaveform(1, { ...levels, waveform }), refused("invalid-request"), waveform.shape);
    }
    const { burst: _, ...endless } = square;
    await assert.rejects(source.setWaveform(1, endless), refused("invalid-request"));
    await assert.rejects(source.setWaveform(1, { ...square, low_V: -1 }), refused("invalid-request"));
  }));
