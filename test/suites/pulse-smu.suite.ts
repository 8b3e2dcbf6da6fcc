import assert from "node:assert/strict";
import { test } from "node:test";
import type { SweepPlan, SweepPulse } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { collect, never } from "../support/sweep-dialogue.js";
import { largestStep_V } from "./smu-bench.js";
import type { OpenResistorBench, ResistorBench, ResistorBenchOptions } from "./smu-bench.js";

/** What differs between instruments that pulse. */
export interface PulseSuite {
  /** Shortest pulse that this suite asks for. */
  readonly width_s: number;
  /** How much longer or shorter a pulse may be, and how much later the next one: what the instrument takes around it. */
  readonly slack_s: number;
  /** Pulses may begin from another level than zero. */
  readonly base: boolean;
}

/** What every source-measure unit with pulses must do, real or simulated. The device is a resistor of 1 kΩ. */
export function pulseSmuSuite(name: string, open: OpenResistorBench, { width_s, slack_s, base }: PulseSuite): void {
  const plan: SweepPlan = {
    drive: "voltage",
    levels: [0.5, -0.5, 1],
    cycles: 2,
    compliance: 10e-3,
    dwell_s: 5e-3,
    pulse: { base: 0, width_s },
  };
  const rounded = (value: number) => Math.round(value * 100) / 100;

  async function on(
    action: (bench: ResistorBench) => Promise<void>,
    options: ResistorBenchOptions = {},
  ): Promise<void> {
    const bench = await open(options);
    try {
      await action(bench);
      assert.equal(await bench.smu.outputIsOn(), false, "the output is off at the end");
    } finally {
      await bench.close();
    }
  }

  test(`${name}: pulses go to each level for their width and back to zero, one every dwell, measured before they end`, () =>
    on(async ({ smu, stays, resistance_ohm }) => {
      const readings = await collect(smu.sweep(plan, never));
      assert.deepEqual(
        readings.map(({ index, voltage_V }) => [index, rounded(voltage_V)]),
        [0.5, -0.5, 1, 0.5, -0.5, 1].map((level, index) => [index, level]),
      );
      for (const [i, { voltage_V, current_A, time_s, inCompliance }] of readings.entries()) {
        assert.ok(Math.abs(current_A - voltage_V / resistance_ohm) < 1e-5, `${current_A} A at ${voltage_V} V`);
        assert.ok(Math.abs(time_s - i * plan.dwell_s) <= i * slack_s + 1e-6, `pulse ${i}: ${time_s} s`);
        assert.equal(inCompliance, false);
      }
      const pulses = stays.filter(({ voltage_V }) => Math.abs(voltage_V) > 0.1);
      assert.deepEqual(
        pulses.map(({ voltage_V }) => rounded(voltage_V)),
        [0.5, -0.5, 1, 0.5, -0.5, 1],
      );
      for (const { duration_s } of pulses) assert.ok(Math.abs(duration_s - width_s) <= slack_s, `${duration_s} s long`);
    }));

  test(`${name}: current pulses go to each level, and their voltage is read`, () =>
    on(async ({ smu, resistance_ohm }) => {
      const levels = [1e-4, -1e-3];
      const readings = await collect(smu.sweep({ ...plan, drive: "current", levels, compliance: 2, cycles: 1 }, never));
      for (const [i, { voltage_V, current_A }] of readings.entries()) {
        const level_A = levels[i] ?? NaN;
        assert.ok(Math.abs(current_A - level_A) < 2e-6, `${current_A} A where ${level_A} A was asked for`);
        assert.ok(Math.abs(voltage_V - level_A * resistance_ohm) < 2e-3, `${voltage_V} V at ${level_A} A`);
      }
      assert.equal(readings.length, 2);
    }));

  test(`${name}: the compliance holds inside a pulse, and a pulse that meets it says so`, () =>
    on(async ({ smu, seen_V }) => {
      const readings = await collect(smu.sweep({ ...plan, levels: [0.2, 1], compliance: 0.5e-3, cycles: 1 }, never));
      assert.deepEqual(
        readings.map(({ inCompliance }) => inCompliance),
        [false, true],
      );
      assert.ok(Math.abs((readings[1]?.current_A ?? NaN) - 0.5e-3) < 1e-6, `${readings[1]?.current_A} A`);
      assert.ok(Math.max(...seen_V) < 0.501, `the device saw ${Math.max(...seen_V)} V`);
    }));

  test(`${name}: who stops reading, and an abort, leave the output off`, () =>
    on(async ({ smu }) => {
      const long = { ...plan, cycles: 400 };
      for await (const some of smu.sweep(long, never)) {
        assert.ok(some.length > 0);
        break;
      }
      assert.equal(await smu.outputIsOn(), false);
      const stop = new AbortController();
      const sweep = smu.sweep(long, stop.signal);
      await sweep.next();
      stop.abort();
      await assert.rejects(collect(sweep), (error: MemrigError) => error.kind === "aborted");
    }));

  test(`${name}: pulses that it does not have are refused, and no output goes on`, () =>
    on(async ({ smu, seen_V }) => {
      const reach = smu.ranges.pulse;
      assert.ok(reach);
      const pulsed = (change: Partial<SweepPulse>) => ({ pulse: { base: 0, width_s, ...change } });
      const changes: Partial<SweepPlan>[] = [
        pulsed({ width_s: reach.minWidth_s * 0.9 }),
        { dwell_s: width_s },
        { ...pulsed({ width_s: reach.maxWidth_s * 1.1 }), dwell_s: 2 * reach.maxWidth_s },
        pulsed({ base: smu.ranges.maxVoltage_V * 1.01 }),
        pulsed({ base: NaN }),
        { nplc: 1 },
        ...(reach.edge_s ? [] : [pulsed({ edge_s: 1e-6 })]),
        ...(base ? [] : [pulsed({ base: 0.1 })]),
        // One thing too much for each of the regions that only pulses reach.
        ...(reach.beyond ?? []).flatMap(({ maxVoltage_V, maxCurrent_A, maxWidth_s, maxDuty }) => {
          const most = { levels: [maxVoltage_V], compliance: maxCurrent_A };
          return [
            { ...most, ...pulsed({ width_s: maxWidth_s * 1.1 }), dwell_s: maxWidth_s * 400 },
            { ...most, dwell_s: (width_s / maxDuty) * 0.9 },
            { ...most, compliance: maxCurrent_A * 1.1, dwell_s: width_s * 400 },
          ];
        }),
      ];
      for (const change of changes) {
        const refused = (error: MemrigError) => error.kind === "invalid-request";
        await assert.rejects(collect(smu.sweep({ ...plan, ...change }, never)), refused, JSON.stringify(change));
      }
      assert.deepEqual(seen_V, [0]);
    }));

  test(`${name}: what only pulses reach is played and measured, as often as it may be`, () =>
    on(async ({ smu, resistance_ohm }) => {
      for (const { maxVoltage_V, maxCurrent_A, maxDuty } of smu.ranges.pulse?.beyond ?? []) {
        const level = Math.min(20, maxVoltage_V); // the interlock of the virtual ones is open
        const strong = {
          ...plan,
          levels: [level, -level],
          compliance: maxCurrent_A,
          dwell_s: Math.max(width_s / maxDuty, smu.ranges.minDwell_s),
        };
        const readings = await collect(smu.sweep(strong, never));
        assert.equal(readings.length, 4);
        for (const [i, { voltage_V, current_A, time_s }] of readings.entries()) {
          assert.ok(Math.abs(voltage_V - (i % 2 === 0 ? level : -level)) < 2e-3 * level, `pulse ${i}: ${voltage_V} V`);
          // On the range of the compliance.
          assert.ok(Math.abs(current_A - voltage_V / resistance_ohm) < 2e-3, `${current_A} A at ${voltage_V} V`);
          assert.ok(Math.abs(time_s - i * strong.dwell_s) <= i * slack_s + 1e-6, `pulse ${i}: ${time_s} s`);
        }
      }
    }));

  if (!base) return;
  test(`${name}: a base that is not zero is reached in steps before the first pulse, and left in steps`, () =>
    on(
      async ({ smu, seen_V }) => {
        const from = { ...plan, levels: [0.75], pulse: { base: 0.6, width_s: 1e-3 } };
        assert.equal((await collect(smu.sweep(from, never))).length, 2);
        // Steps of 0.05 V; on a busy computer some come together.
        assert.ok(largestStep_V(seen_V) <= 0.203, `seen: ${seen_V.join(", ")}`);
        assert.equal(seen_V.filter((voltage_V) => voltage_V > 0.74).length, 2, `seen: ${seen_V.join(", ")}`);
      },
      { time: "real", settings: { ramp: { V_per_s: 5, A_per_s: 1 } } },
    ));
}
