import assert from "node:assert/strict";
import { test } from "node:test";
import type {
  CapturePlan,
  CaptureScope,
  PulseCycle,
  PulseSource,
  Waveform,
  WaveformPlan,
} from "../../src/capabilities/index.js";
import type { MemrigError } from "../../src/errors.js";
import { mean } from "./capture-scope.suite.js";

/** A source at the top of a resistor to a scope's 50 Ω; channel 1 of the scope sees the top. */
export interface SourceBench {
  readonly source: PulseSource;
  readonly scope: CaptureScope;
  readonly resistance_ohm: number;
  close(): Promise<void>;
}

const cycle: PulseCycle = {
  segments: [
    { level_V: 1, duration_s: 5e-6 },
    { level_V: 0, duration_s: 5e-6 },
    { level_V: -0.5, duration_s: 10e-6 },
    { level_V: 0, duration_s: 30e-6 },
  ],
  limit: { low_V: -0.6, high_V: 1 },
};
const refused = (error: MemrigError) => error.kind === "invalid-request";

/**
 * What every pulse source must do, real or simulated.
 *
 * @param plays `cycles`: of waveforms it has none of a generator's own
 */
export function pulseSourceSuite(
  name: string,
  open: () => Promise<SourceBench>,
  plays: "waveforms" | "cycles" = "waveforms",
): void {
  async function on(action: (source: PulseSource) => Promise<void>): Promise<void> {
    const bench = await open();
    try {
      await action(bench.source);
      await bench.source.makeSafe();
      assert.equal(await bench.source.outputIsOn(), false, "the output is off at the end");
    } finally {
      await bench.close();
    }
  }

  test(`${name}: loading tells what will be played, and turns nothing on`, () =>
    on(async (source) => {
      const loaded = await source.load(1, cycle, 3);
      assert.deepEqual(
        loaded.segments.map(({ level_V }) => level_V),
        cycle.segments.map(({ level_V }) => level_V),
      );
      const step_s = 1 / loaded.rate_Sa_per_s;
      loaded.segments.forEach(({ duration_s }, i) => {
        assert.ok(
          Math.abs(duration_s - (cycle.segments[i]?.duration_s ?? NaN)) <= step_s,
          `segment ${i}: ${duration_s} s`,
        );
      });
      assert.equal(await source.outputIsOn(), false);
    }));

  test(`${name}: the output goes on and off as told, off as often as one likes`, () =>
    on(async (source) => {
      await source.load(1, cycle, 1);
      await source.outputOn(1);
      assert.equal(await source.outputIsOn(), true);
      await source.outputOff(1);
      await source.outputOff(1);
      assert.equal(await source.outputIsOn(), false);
    }));

  test(`${name}: an output that was on is on after another cycle was loaded`, () =>
    on(async (source) => {
      await source.load(1, cycle, 1);
      await source.outputOn(1);
      await source.load(1, { ...cycle, limit: { low_V: -2, high_V: 2 } }, 5);
      assert.equal(await source.outputIsOn(), true);
    }));

  test(`${name}: cycles of other levels follow each other, up and down, near and far`, () =>
    on(async (source) => {
      const { maxLevel_V } = source.ranges;
      for (const level_V of [0.05, maxLevel_V, -maxLevel_V, 0.5, -0.01, 0]) {
        const segments = [
          { level_V, duration_s: 1e-6 },
          { level_V: 0, duration_s: 9e-6 },
        ];
        await source.load(1, { segments, limit: { low_V: Math.min(0, level_V), high_V: Math.max(0, level_V) } }, 10);
        await source.outputOn(1);
        await source.trigger(1);
        await source.outputOff(1);
      }
    }));

  test(`${name}: the shortest segment it has is taken`, () =>
    on(async (source) => {
      const segments = [
        { level_V: 0.5, duration_s: source.ranges.minSegment_s },
        { level_V: 0, duration_s: 1e-6 },
      ];
      const loaded = await source.load(1, { segments, limit: { low_V: 0, high_V: 1 } }, 1);
      assert.ok(Math.abs((loaded.segments[0]?.duration_s ?? NaN) - source.ranges.minSegment_s) < 1e-12);
    }));

  test(`${name}: what it can not play is refused, and nothing goes on`, () =>
    on(async (source) => {
      const { maxLevel_V, minSegment_s, maxCycles } = source.ranges;
      const one = (level_V: number, duration_s: number): PulseCycle => ({
        segments: [{ level_V, duration_s }],
        limit: { low_V: -100, high_V: 100 },
      });
      await assert.rejects(source.load(1, one(maxLevel_V * 1.01, 1e-6), 1), refused);
      await assert.rejects(source.load(1, one(1, minSegment_s / 2), 1), refused);
      await assert.rejects(source.load(1, cycle, maxCycles + 1), refused);
      await assert.rejects(source.load(1, cycle, 0.5), refused);
      await assert.rejects(source.load(source.channels + 1, cycle, 1), refused);
      await assert.rejects(source.load(1, { ...cycle, limit: { low_V: -0.6, high_V: 0.9 } }, 1), refused);
      assert.equal(await source.outputIsOn(), false);
    }));

  test(`${name}: an output whose levels are not known is not turned on`, () =>
    on(async (source) => {
      await assert.rejects(source.outputOn(1), refused);
      await assert.rejects(source.trigger(1), refused);
      assert.equal(await source.outputIsOn(), false);
    }));

  test(`${name}: making safe turns off what is on, in the middle of a burst too`, () =>
    on(async (source) => {
      await source.load(1, cycle, 100_000);
      await source.outputOn(1);
      await source.trigger(1);
      await source.makeSafe();
      assert.equal(await source.outputIsOn(), false);
      await source.makeSafe();
    }));

  test(`${name}: what was loaded is what a scope sees, level by level`, async () => {
    const bench = await open();
    const { source, scope, resistance_ohm } = bench;
    try {
      const never = new AbortController().signal;
      const plan: CapturePlan = {
        channels: [{ channel: 1, range_V: 3.2, offset_V: 0.4 }],
        window_s: 45e-6,
        pretrigger_s: 2e-6,
        trigger: { channel: 1, level_V: 0.5, slope: "rising" },
        segments: 2,
        points: 1000,
      };
      await source.load(1, cycle, 2);
      await scope.arm(plan, never);
      await source.outputOn(1);
      await source.trigger(1);
      const share = 1 - source.ranges.sourceResistance_ohm / (resistance_ohm + 1e6);
      for await (const capture of scope.captures(30, never)) {
        for (const [level_V, from_s, to_s] of [
          [1, 1e-6, 4e-6],
          [0, 6e-6, 9e-6],
          [-0.5, 11e-6, 19e-6],
          [0, 21e-6, 41e-6],
        ] as const) {
          const seen_V = mean(capture, 1, from_s, to_s);
          assert.ok(
            Math.abs(seen_V - share * level_V) < 0.035,
            `${seen_V} V at ${from_s} s, where ${level_V} V was asked for`,
          );
        }
      }
    } finally {
      await source.makeSafe();
      await bench.close();
    }
  });

  if (plays === "cycles") return;
  const limit = { low_V: -2, high_V: 2 };
  const shaped = (waveform: Waveform): WaveformPlan => ({ waveform, low_V: -0.5, high_V: 1, limit });
  const shapes: readonly Waveform[] = [
    { shape: "sine", frequency_Hz: 12_345 },
    { shape: "square", frequency_Hz: 20e3, duty: 0.25 },
    { shape: "ramp", frequency_Hz: 1e3, symmetry: 0.1 },
    { shape: "pulse", period_s: 100e-6, width_s: 5e-6, rise_s: 100e-9, fall_s: 200e-9 },
    { shape: "noise" },
    { shape: "samples", volts: Float64Array.from({ length: 200 }, (_, i) => (i % 3) / 2 - 0.25), rate_Sa_per_s: 1e6 },
  ];

  test(`${name}: each of its own waveforms reads back as asked, and turns nothing on`, () =>
    on(async (source) => {
      for (const waveform of shapes) {
        const played = await source.setWaveform(1, shaped(waveform));
        assert.ok(Math.abs(played.low_V + 0.5) < 5e-3, `${waveform.shape}: ${played.low_V} V`);
        assert.ok(Math.abs(played.high_V - 1) < 5e-3, `${waveform.shape}: ${played.high_V} V`);
        const wanted_Hz = { sine: 12_345, square: 20e3, ramp: 1e3, pulse: 10e3, samples: 5e3, noise: NaN, dc: NaN }[
          waveform.shape
        ];
        if (Number.isNaN(wanted_Hz)) assert.equal(played.frequency_Hz, undefined);
        else assert.ok(Math.abs((played.frequency_Hz ?? NaN) / wanted_Hz - 1) < 1e-4, `${played.frequency_Hz} Hz`);
        assert.equal(await source.outputIsOn(), false);
      }
    }));

  test(`${name}: waveforms of other times follow each other, slow after fast and fast after slow`, () =>
    on(async (source) => {
      const others: readonly Waveform[] = [
        { shape: "sine", frequency_Hz: 10e6 },
        { shape: "ramp", frequency_Hz: 100, symmetry: 0.5 },
        { shape: "square", frequency_Hz: 1e6, duty: 0.3 },
        { shape: "pulse", period_s: 1e-6, width_s: 100e-9, rise_s: 20e-9, fall_s: 20e-9 },
        { shape: "square", frequency_Hz: 0.1, duty: 0.9 },
        { shape: "pulse", period_s: 1, width_s: 0.5, rise_s: 500e-9, fall_s: 500e-9 },
        { shape: "sine", frequency_Hz: 1e6 },
      ];
      for (const waveform of others) await source.setWaveform(1, shaped(waveform));
    }));

  test(`${name}: a constant level has one level`, () =>
    on(async (source) => {
      const level: WaveformPlan = { waveform: { shape: "dc" }, low_V: 0.75, high_V: 0.75, limit };
      const played = await source.setWaveform(1, level);
      assert.ok(Math.abs(played.high_V - 0.75) < 5e-3 && Math.abs(played.low_V - 0.75) < 5e-3);
      await source.outputOn(1);
      assert.equal(await source.outputIsOn(), true);
    }));

  test(`${name}: a load changes what is shown, not the open-circuit levels that were asked for`, () =>
    on(async (source) => {
      for (const load_ohm of [50, 1000]) {
        const played = await source.setWaveform(1, { ...shaped({ shape: "sine", frequency_Hz: 1e3 }), load_ohm });
        assert.ok(Math.abs(played.high_V - 1) < 1e-2, `${load_ohm} ohm: ${played.high_V} V`);
      }
    }));

  test(`${name}: a burst waits for its trigger, upside down too`, () =>
    on(async (source) => {
      const pulse = shaped({ shape: "pulse", period_s: 100e-6, width_s: 5e-6, rise_s: 1e-7, fall_s: 1e-7 });
      await source.setWaveform(1, { ...pulse, polarity: "inverted", burst: { cycles: 3, trigger: "bus" } });
      await source.outputOn(1);
      await source.trigger(1);
      await source.outputOff(1);
    }));

  test(`${name}: after a waveform a cycle is what it was before, and the other way round`, () =>
    on(async (source) => {
      const before = await source.load(1, cycle, 3);
      await source.setWaveform(1, { ...shaped({ shape: "square", frequency_Hz: 1e5, duty: 0.5 }), load_ohm: 50 });
      assert.deepEqual(await source.load(1, cycle, 3), before);
    }));

  test(`${name}: a waveform that it can not play, or that breaks its own limits, is refused, and nothing goes on`, () =>
    on(async (source) => {
      const { maxLevel_V } = source.ranges;
      const sine = shaped({ shape: "sine", frequency_Hz: 1e3 });
      const wrong: WaveformPlan[] = [
        { ...sine, high_V: 2.1 },
        { ...sine, low_V: -2.1 },
        { ...sine, low_V: 1 },
        { ...sine, high_V: NaN },
        { ...sine, high_V: 1.01 * maxLevel_V, limit: { low_V: -100, high_V: 100 } },
        { ...sine, load_ohm: 0 },
        { ...sine, burst: { cycles: 0, trigger: "bus" } },
        { ...sine, burst: { cycles: source.ranges.maxCycles + 1, trigger: "bus" } },
        shaped({ shape: "sine", frequency_Hz: NaN }),
        shaped({ shape: "square", frequency_Hz: 1e3, duty: 1.1 }),
        shaped({ shape: "pulse", period_s: 1e-6, width_s: 2e-6, rise_s: 1e-8, fall_s: 1e-8 }),
        shaped({ shape: "samples", volts: Float64Array.of(0, 1.2, 0), rate_Sa_per_s: 1e6 }),
        shaped({ shape: "samples", volts: Float64Array.of(0, NaN, 0), rate_Sa_per_s: 1e6 }),
        { ...shaped({ shape: "noise" }), burst: { cycles: 1, trigger: "bus" } },
      ];
      for (const plan of wrong) await assert.rejects(source.setWaveform(1, plan), refused, JSON.stringify(plan));
      await assert.rejects(source.setWaveform(source.channels + 1, sine), refused);
      assert.equal(await source.outputIsOn(), false);
    }));
}
