import assert from "node:assert/strict";
import { test } from "node:test";
import type { Capture, CapturePlan, CaptureScope, PulseCycle, PulseSource } from "../../src/capabilities/index.js";
import type { MemrigError } from "../../src/errors.js";

/** A source on a resistor and 50 Ω behind it: channel 1 sees the top, channel 2 the bottom. */
export interface CaptureBench {
  readonly scope: CaptureScope;
  readonly source: PulseSource;
  readonly resistance_ohm: number;
  /** Channel 2 has no 50 Ω of its own: a shunt is there. */
  readonly shunt: boolean;
  close(): Promise<void>;
}

const never = new AbortController().signal;
const inputResistance_ohm = 50;

const cycle: PulseCycle = {
  segments: [
    { level_V: 1, duration_s: 5e-6 },
    { level_V: 0, duration_s: 5e-6 },
    { level_V: 0.2, duration_s: 10e-6 },
    { level_V: 0, duration_s: 80e-6 },
  ],
  limit: { low_V: 0, high_V: 1 },
};
const plan: CapturePlan = {
  channels: [
    { channel: 1, range_V: 1.6, offset_V: 0.6 },
    { channel: 2, range_V: 0.08, offset_V: 0.03, impedance: "50" },
  ],
  window_s: 25e-6,
  pretrigger_s: 2e-6,
  trigger: { channel: 1, level_V: 0.5, slope: "rising" },
  segments: 4,
  points: 500,
};

/** Mean of a channel between two times after the trigger. */
export function mean(capture: Capture, channel: number, from_s: number, to_s: number): number {
  const index = (time_s: number) => Math.round((time_s - capture.start_s) / capture.step_s);
  const part = capture.volts.get(channel)?.subarray(index(from_s), index(to_s)) ?? new Float64Array(0);
  assert.ok(part.length > 0);
  return part.reduce((sum, volt) => sum + volt, 0) / part.length;
}

/** What every segmented scope must do, real or simulated, with a source that plays known pulses. */
export function captureScopeSuite(name: string, open: () => Promise<CaptureBench>): void {
  async function on(action: (bench: CaptureBench) => Promise<void>): Promise<void> {
    const bench = await open();
    try {
      await action(bench);
      await bench.source.makeSafe();
      await bench.scope.makeSafe();
      assert.equal(await bench.scope.outputIsOn(), false);
    } finally {
      await bench.close();
    }
  }

  /** With the shunt in place of the 50 Ω input where the scope has none. */
  function onBench({ shunt }: CaptureBench, asked: CapturePlan): CapturePlan {
    if (!shunt) return asked;
    return { ...asked, channels: asked.channels.map((one) => ({ ...one, impedance: "1M" })) };
  }

  async function play(bench: CaptureBench, asked: CapturePlan, bursts = asked.segments): Promise<void> {
    const { source, scope } = bench;
    await source.load(1, cycle, bursts);
    await scope.arm(onBench(bench, asked), never);
    await source.outputOn(1);
    await source.trigger(1);
  }

  for (const wanted of [1, 4]) {
    test(`${name}: ${wanted} pulse(s) give as many records of what was played, on both channels`, () =>
      on(async (bench) => {
        const segments = Math.min(wanted, bench.scope.ranges.maxSegments);
        await play(bench, { ...plan, segments });
        const total_ohm = bench.resistance_ohm + inputResistance_ohm + bench.source.ranges.sourceResistance_ohm;
        let count = 0;
        for await (const capture of bench.scope.captures(30, never)) {
          assert.equal(capture.segment, count++);
          assert.ok(
            Math.abs(capture.trigger_s - capture.segment * 100e-6) < 1e-7,
            `triggered at ${capture.trigger_s} s`,
          );
          assert.ok(
            Math.abs(capture.start_s + plan.pretrigger_s) < 2 * capture.step_s,
            `begins at ${capture.start_s} s`,
          );
          assert.ok((capture.volts.get(1)?.length ?? 0) * capture.step_s > 0.99 * plan.window_s);
          for (const [level_V, from_s, to_s] of [
            [0, -1.5e-6, -0.5e-6],
            [1, 1e-6, 4e-6],
            [0, 6e-6, 9e-6],
            [0.2, 11e-6, 19e-6],
          ] as const) {
            const current_A = level_V / total_ohm;
            const top_V = level_V - current_A * bench.source.ranges.sourceResistance_ohm;
            // One code of an 8-bit converter is 1/256 of the range; noise averages out.
            const code_V = 1.6 / 256;
            assert.ok(Math.abs(mean(capture, 1, from_s, to_s) - top_V) < code_V, `top at ${from_s} s`);
            const bottom_V = current_A * inputResistance_ohm;
            assert.ok(Math.abs(mean(capture, 2, from_s, to_s) - bottom_V) < 0.08 / 256, `bottom at ${from_s} s`);
          }
        }
        assert.equal(count, segments);
      }));
  }

  test(`${name}: an average of many pulses is one record, with less noise than each`, () =>
    on(async (bench) => {
      const scatter = async (average: number): Promise<number> => {
        // Fine enough for the scope's own noise to be more than a code.
        const channels = [{ channel: 2, range_V: 0.016, offset_V: 0.005, impedance: "50" as const }];
        const trigger = { channel: 2, level_V: 0.008, slope: "rising" as const };
        await play(bench, { ...plan, channels, trigger, segments: 1, average }, average);
        const captures: Capture[] = [];
        for await (const capture of bench.scope.captures(30, never)) {
          const volts = Float64Array.from(capture.volts.get(2) ?? []);
          captures.push({ ...capture, volts: new Map([[2, volts]]) });
        }
        assert.equal(captures.length, 1);
        const [capture] = captures;
        assert.ok(capture);
        const level_V = mean(capture, 2, 11e-6, 19e-6);
        const index = (time_s: number) => Math.round((time_s - capture.start_s) / capture.step_s);
        const flat = capture.volts.get(2)?.subarray(index(11e-6), index(19e-6)) ?? new Float64Array(0);
        return Math.sqrt(flat.reduce((sum, volt) => sum + (volt - level_V) ** 2, 0) / flat.length);
      };
      const one_V = await scatter(1);
      const many_V = await scatter(64);
      assert.ok(many_V < 0.5 * one_V, `${many_V} V with an average, ${one_V} V without`);
    }));

  test(`${name}: a coupled channel loses its mean`, () =>
    on(async (bench) => {
      const channels = [{ channel: 1, range_V: 3.2, offset_V: 0, coupling: "ac" as const, bandwidth_Hz: 20e6 }];
      await play(bench, { ...plan, segments: 1, channels, trigger: { ...plan.trigger, level_V: 0.4 } });
      let count = 0;
      for await (const capture of bench.scope.captures(30, never)) count = capture.segment + 1;
      assert.equal(count, 1);
    }));

  test(`${name}: triggers that do not come end the wait with their number`, () =>
    on(async (bench) => {
      const segments = Math.min(4, bench.scope.ranges.maxSegments);
      const { source, scope } = bench;
      await source.load(1, cycle, 3);
      await scope.arm(onBench(bench, { ...plan, segments }), never);
      if (segments > 1) {
        await source.outputOn(1);
        await source.trigger(1);
      }
      const wait = async () => {
        for await (const capture of scope.captures(1, never)) assert.fail(`record ${capture.segment} came`);
      };
      await assert.rejects(wait(), (error: MemrigError) => {
        assert.equal(error.kind, "no-answer");
        assert.match(error.message, segments > 1 ? /3 of 4 triggers came/ : /0 of 1 triggers came/);
        return true;
      });
    }));

  test(`${name}: a level that is never passed triggers nothing by itself`, () =>
    on(async (bench) => {
      await play(bench, { ...plan, segments: 1, trigger: { ...plan.trigger, level_V: 1.2 } }, 3);
      await assert.rejects(bench.scope.captures(0.5, never).next(), /0 of 1 triggers came/);
    }));

  test(`${name}: an abort ends the wait at once`, () =>
    on(async (bench) => {
      const stop = new AbortController();
      await bench.scope.arm(onBench(bench, { ...plan, segments: 1 }), never);
      const first = bench.scope.captures(60, stop.signal).next();
      stop.abort();
      await assert.rejects(first, (error: MemrigError) => error.kind === "aborted");
    }));

  test(`${name}: it is armed anew after anything`, () =>
    on(async (bench) => {
      const { maxSegments } = bench.scope.ranges;
      await bench.scope.arm(onBench(bench, { ...plan, segments: 1 }), never);
      await bench.scope.makeSafe();
      await assert.rejects(
        bench.scope.captures(1, never).next(),
        (error: MemrigError) => error.kind === "invalid-request",
      );
      for (const segments of [2, 1, 3].map((wanted) => Math.min(wanted, maxSegments))) {
        await play(bench, { ...plan, segments });
        let count = 0;
        for await (const capture of bench.scope.captures(30, never)) count = capture.segment + 1;
        assert.equal(count, segments);
      }
    }));

  test(`${name}: what it can not capture is refused`, () =>
    on(async (bench) => {
      const { scope } = bench;
      const { channels, maxSegments, maxPoints, minStep_s } = scope.ranges;
      const changes: Partial<CapturePlan>[] = [
        { segments: 0 },
        { segments: maxSegments + 1 },
        { points: maxPoints * 2 },
        { window_s: minStep_s * 10 },
        { channels: [] },
        { channels: [{ channel: channels + 1, range_V: 1, offset_V: 0 }] },
        { trigger: { channel: 3, level_V: 0, slope: "rising" } },
        { pretrigger_s: -1 },
        { segments: 1, average: 0 },
        { segments: 1, average: scope.ranges.maxAverage + 1 },
        { segments: 4, average: 4 },
        { channels: [{ channel: 1, range_V: 1, offset_V: NaN }] },
      ];
      for (const change of changes) {
        const refused = (error: MemrigError) => error.kind === "invalid-request";
        const asked = onBench(bench, { ...plan, segments: 1, ...change });
        await assert.rejects(scope.arm(asked, never), refused, JSON.stringify(change));
      }
    }));
}
