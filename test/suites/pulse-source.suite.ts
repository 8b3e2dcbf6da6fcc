import assert from "node:assert/strict";
import { test } from "node:test";
import type { PulseCycle, PulseSource } from "../../src/capabilities/index.js";
import type { MemrigError } from "../../src/errors.js";

export interface SourceBench {
  readonly source: PulseSource;
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

/** What every pulse source must do, real or simulated. */
export function pulseSourceSuite(name: string, open: () => Promise<SourceBench>): void {
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
}
