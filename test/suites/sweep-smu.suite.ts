import assert from "node:assert/strict";
import { test } from "node:test";
import type { SweepPlan, SweepReading } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { largestStep_V } from "./smu-bench.js";
import type { OpenResistorBench, ResistorBench, ResistorBenchOptions } from "./smu-bench.js";

const never = new AbortController().signal;
const mirrored = (up: readonly number[]) => [...up, ...up.slice(0, -1).reverse()];
const steps = (count: number, step: number) => Array.from({ length: count }, (_, i) => i * step);

const plan: SweepPlan = {
  drive: "voltage",
  levels: mirrored(steps(11, 0.1)),
  cycles: 2,
  compliance: 0.1,
  dwell_s: 20e-3,
  nplc: 0.1,
};

async function collect(sweep: AsyncGenerator<SweepReading[]>): Promise<SweepReading[]> {
  const all: SweepReading[] = [];
  for await (const readings of sweep) all.push(...readings);
  return all;
}

/**
 * What every SMU with a sweep must do, real or simulated.
 *
 * @param wires `connected`: sense leads are what a person connects, and no command chooses between two wires and four
 */
export function sweepSmuSuite(name: string, open: OpenResistorBench, wires: "told" | "connected" = "told"): void {
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

  /** The forced quantity is what was asked for, and the other one follows from the resistor. */
  function assertOhmsLaw(readings: readonly SweepReading[], asked: SweepPlan, resistance_ohm: number): void {
    assert.equal(readings.length, asked.levels.length * asked.cycles);
    const largest = Math.max(...asked.levels.map(Math.abs));
    for (const [i, { index, voltage_V, current_A, inCompliance }] of readings.entries()) {
      assert.equal(index, i);
      const level = asked.levels[i % asked.levels.length] ?? NaN;
      const forced = asked.drive === "voltage" ? voltage_V : current_A;
      // Accuracy of a range of such an instrument, with room.
      assert.ok(Math.abs(forced - level) < 2e-3 * largest, `reading ${i}: ${forced} where ${level} was asked for`);
      const expected_A = voltage_V / resistance_ohm;
      const slack_A = 2e-3 * (asked.drive === "voltage" ? largest / resistance_ohm : largest);
      assert.ok(Math.abs(current_A - expected_A) < slack_A, `reading ${i}: ${current_A} A at ${voltage_V} V`);
      assert.equal(inCompliance, false);
    }
  }

  function assertTimesRise(readings: readonly SweepReading[], dwell_s: number): void {
    assert.equal(readings[0]?.time_s, 0);
    for (let i = 1; i < readings.length; i++) {
      const step_s = (readings[i]?.time_s ?? NaN) - (readings[i - 1]?.time_s ?? NaN);
      assert.ok(step_s > 0, `reading ${i} is ${step_s} s after the one before`);
      assert.ok(step_s < 10 * dwell_s || step_s < 2, `reading ${i} is ${step_s} s after the one before`);
    }
  }

  test(`${name}: there and back gives each level its reading, in order, by Ohm's law`, () =>
    on(async ({ smu, resistance_ohm }) => {
      const readings = await collect(smu.sweep(plan, never));
      assertOhmsLaw(readings, plan, resistance_ohm);
      assertTimesRise(readings, plan.dwell_s);
    }));

  test(`${name}: levels of any shape, and one single level, are swept as they are`, () =>
    on(async ({ smu, resistance_ohm }) => {
      const zigzag = { ...plan, levels: Array.from({ length: 230 }, (_, i) => ((i * 7) % 11) / 10 - 0.5), cycles: 1 };
      assertOhmsLaw(await collect(smu.sweep(zigzag, never)), zigzag, resistance_ohm);
      const single = { ...plan, levels: [0.2], cycles: 3 };
      assertOhmsLaw(await collect(smu.sweep(single, never)), single, resistance_ohm);
    }));

  test(`${name}: a current is forced and its voltage measured`, () =>
    on(async ({ smu, resistance_ohm }) => {
      const most_A = 0.5 / resistance_ohm;
      const current: SweepPlan = { ...plan, drive: "current", levels: [0, most_A / 2, most_A, -most_A], compliance: 2 };
      assertOhmsLaw(await collect(smu.sweep(current, never)), current, resistance_ohm);
    }));

  test(`${name}: the compliance limits the current, and the readings where it does say so`, () =>
    on(async ({ smu, resistance_ohm }) => {
      const compliance = 0.55 / resistance_ohm;
      const readings = await collect(smu.sweep({ ...plan, compliance }, never));
      for (const { index, voltage_V, current_A, inCompliance } of readings) {
        const asked_V = plan.levels[index % plan.levels.length] ?? NaN;
        assert.ok(current_A <= compliance * 1.01, `${current_A} A with a compliance of ${compliance} A`);
        assert.equal(inCompliance, asked_V > 0.56, `at ${asked_V} V`);
        if (inCompliance) assert.ok(voltage_V < asked_V - 0.01, `${voltage_V} V where ${asked_V} V was asked for`);
      }
    }));

  test(`${name}: the output is on in a sweep, and off when its reader leaves`, () =>
    on(async ({ smu }) => {
      const long = { ...plan, cycles: 2000 };
      for await (const readings of smu.sweep(long, never)) {
        assert.ok(readings.length > 0);
        assert.equal(await smu.outputIsOn(), true);
        break;
      }
      assert.equal(await smu.outputIsOn(), false);
    }));

  test(`${name}: an abort ends a sweep as aborted, with the output off`, () =>
    on(async ({ smu }) => {
      const stop = new AbortController();
      const sweep = smu.sweep({ ...plan, cycles: 2000 }, stop.signal);
      assert.equal((await sweep.next()).done, false);
      stop.abort();
      await assert.rejects(collect(sweep), (error: MemrigError) => error.kind === "aborted");
      assert.equal(await smu.outputIsOn(), false);
    }));

  test(`${name}: making safe in mid-sweep ends the sweep with an error, not with missing rows`, () =>
    on(async ({ smu }) => {
      const sweep = smu.sweep({ ...plan, cycles: 2000 }, never);
      assert.equal((await sweep.next()).done, false);
      await smu.makeSafe();
      assert.equal(await smu.outputIsOn(), false);
      await assert.rejects(collect(sweep), MemrigError);
    }));

  test(`${name}: making safe is safe in any state, any number of times`, () =>
    on(async ({ smu }) => {
      await smu.makeSafe();
      await smu.makeSafe();
      await collect(smu.sweep({ ...plan, cycles: 1 }, never));
      await smu.makeSafe();
    }));

  test(`${name}: what the instrument can not do is refused, and no output goes on`, () =>
    on(async ({ smu }) => {
      const { maxVoltage_V, maxCurrent_A, minDwell_s } = smu.ranges;
      const changes: Partial<SweepPlan>[] = [
        { levels: [0, maxVoltage_V * 1.01] },
        { levels: [] },
        { levels: [NaN] },
        { compliance: 0 },
        { compliance: -1e-3 },
        { compliance: maxCurrent_A * 1.01 },
        { dwell_s: minDwell_s / 2 },
        { cycles: 0 },
        { channel: smu.channels + 1 },
        { channel: 0 },
        { measureRange: 0 },
        { measureRange: maxCurrent_A * 1.01 },
        ...(smu.ranges.pulse ? [] : [{ pulse: { base: 0, width_s: 1e-3 } }]),
      ];
      for (const change of changes) {
        const refused = (error: MemrigError) => error.kind === "invalid-request";
        await assert.rejects(collect(smu.sweep({ ...plan, ...change }, never)), refused, JSON.stringify(change));
      }
    }));

  test(`${name}: an abort before the beginning sends nothing`, () =>
    on(async ({ smu }) => {
      const sweep = smu.sweep(plan, AbortSignal.abort());
      await assert.rejects(collect(sweep), (error: MemrigError) => error.kind === "aborted");
    }));

  test(`${name}: more readings than its buffer holds are taken all the same, on one clock`, () =>
    on(async ({ smu, resistance_ohm }) => {
      const long = { ...plan, levels: mirrored(steps(61, 0.01)), cycles: 500, compliance: 1e-3, nplc: 0.1 };
      const readings = await collect(smu.sweep(long, never));
      assertOhmsLaw(readings, long, resistance_ohm);
      assertTimesRise(readings, long.dwell_s);
    }));

  test(`${name}: a sweep that ends away from zero is brought to zero in steps before its output goes off`, () =>
    on(
      async ({ smu, resistance_ohm, seen_V }) => {
        const single = { ...plan, levels: steps(11, 0.1), cycles: 2 };
        assertOhmsLaw(await collect(smu.sweep(single, never)), single, resistance_ohm);
        const last = seen_V.lastIndexOf(Math.max(...seen_V));
        // A step is what the default slew goes in a dwell of 20 ms.
        assert.ok(largestStep_V(seen_V.slice(last)) <= 0.401, `seen: ${seen_V.slice(last).join(", ")}`);
        assert.ok(Math.abs(seen_V.at(-1) ?? NaN) < 1e-3, `seen: ${seen_V.slice(last).join(", ")}`);
      },
      { time: "real" },
    ));

  test(`${name}: readings are taken on the measuring range that is asked for`, () =>
    on(async ({ smu, resistance_ohm }) => {
      const ranged: SweepPlan = { ...plan, measureRange: 2 / resistance_ohm };
      assertOhmsLaw(await collect(smu.sweep(ranged, never)), ranged, resistance_ohm);
    }));

  if (wires === "connected") return;
  test(`${name}: with two wires a reading includes the leads, with four it does not`, async () => {
    const leads_ohm = 100;
    for (const [wires, settings] of [
      [undefined, {}],
      [4, {}],
      [undefined, { wires: 4 }],
      [2, { wires: 4 }],
    ] as const) {
      const asked: SweepPlan = { ...plan, levels: [0.5, 0], cycles: 1, ...(wires === undefined ? {} : { wires }) };
      const inForce = wires ?? ("wires" in settings ? settings.wires : 2);
      await on(
        async ({ smu, resistance_ohm }) => {
          const [at] = await collect(smu.sweep(asked, never));
          const measured_ohm = (at?.voltage_V ?? NaN) / (at?.current_A ?? NaN);
          const expected_ohm = resistance_ohm + (inForce === 2 ? leads_ohm : 0);
          assert.ok(Math.abs(measured_ohm - expected_ohm) < 3, `${inForce} wires: ${measured_ohm} ohm`);
        },
        { leads_ohm, settings },
      );
    }
  });
}
