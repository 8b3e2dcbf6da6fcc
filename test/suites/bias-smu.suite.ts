import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultRamp } from "../../drivers/index.js";
import type { Bias } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { RAMP_STEP_S } from "../../src/scpi/index.js";
import type { Session } from "../../src/visa/index.js";
import { until } from "../support/until.js";
import { largestStep_V } from "./smu-bench.js";
import type { OpenResistorBench, ResistorBench, ResistorBenchOptions } from "./smu-bench.js";

const never = new AbortController().signal;
const refused = (kind: MemrigError["kind"]) => (error: unknown) => error instanceof MemrigError && error.kind === kind;

/** The largest step that the slew allows, with room for the resolution of the source. */
const stepOf = (slew_V_per_s: number) => slew_V_per_s * RAMP_STEP_S * 1.01 + 1e-4;
const DEFAULT_STEP_V = stepOf(defaultRamp.V_per_s);

const bias: Bias = { drive: "voltage", level: 0.5, compliance: 0.1 };

/**
 * What every SMU does when it holds a level, real or simulated.
 *
 * @param turnOn puts 0.3 V on the output by another hand, and turns it on
 * @param wires as in the suite of sweeps
 */
export function biasSmuSuite(
  name: string,
  open: OpenResistorBench,
  turnOn: (other: Session) => Promise<void>,
  wires: "told" | "connected" = "told",
): void {
  async function on(
    action: (bench: ResistorBench) => Promise<void>,
    options: ResistorBenchOptions = {},
    isOn = false,
  ): Promise<void> {
    const bench = await open({ time: "real", ...options });
    try {
      await action(bench);
      assert.equal(await bench.smu.outputIsOn(), isOn, "the output at the end");
    } finally {
      await bench.close();
    }
  }

  test(`${name}: a level is reached in steps, held, measured, and left in steps`, () =>
    on(async ({ smu, resistance_ohm, seen_V }) => {
      await smu.hold(bias, never);
      assert.equal(await smu.outputIsOn(), true);
      assert.ok(seen_V.length >= 3, `seen: ${seen_V.join(", ")}`);
      assert.ok(largestStep_V(seen_V) <= DEFAULT_STEP_V, `seen: ${seen_V.join(", ")}`);
      const first = await smu.measure(1, 0.1);
      const second = await smu.measure(1);
      for (const { voltage_V, current_A, inCompliance } of [first, second]) {
        assert.ok(Math.abs(voltage_V - 0.5) < 2e-3, `${voltage_V} V`);
        assert.ok(Math.abs(current_A - 0.5 / resistance_ohm) < 2e-6, `${current_A} A`);
        assert.equal(inCompliance, false);
      }
      assert.ok(first.time_s > 0 && first.time_s < 5, `${first.time_s} s`);
      assert.ok(second.time_s > first.time_s, `${second.time_s} s after ${first.time_s} s`);
      await smu.release(1);
      assert.ok(largestStep_V(seen_V) <= DEFAULT_STEP_V, `seen: ${seen_V.join(", ")}`);
      assert.ok(Math.max(...seen_V) < 0.501);
    }));

  test(`${name}: a held level moves to the next one at the slew that was asked for, its limit grows and shrinks with it`, () =>
    on(async ({ smu, resistance_ohm, seen_V }) => {
      const slew_per_s = 4;
      await smu.hold({ ...bias, level: 0.1, compliance: 0.2e-3, slew_per_s }, never);
      await smu.hold({ ...bias, level: -0.2, compliance: 0.4e-3, slew_per_s }, never);
      const there = await smu.measure(1, 0.1);
      assert.ok(Math.abs(there.current_A + 0.2 / resistance_ohm) < 2e-6, `${there.current_A} A`);
      await smu.hold({ ...bias, level: 0.3, compliance: 0.15e-3, slew_per_s }, never);
      const limited = await smu.measure(1, 0.1);
      assert.equal(limited.inCompliance, true);
      assert.ok(limited.current_A < 0.152e-3, `${limited.current_A} A`);
      // The limit that shrinks is a step of its own: it is what was asked for.
      const steps_V = seen_V.filter((voltage_V) => voltage_V < 0.29);
      assert.ok(largestStep_V(steps_V.slice(0, -1)) <= stepOf(slew_per_s), `seen: ${seen_V.join(", ")}`);
      await smu.release(1);
    }));

  test(`${name}: a current is held`, () =>
    on(
      async ({ smu, resistance_ohm, seen_V }) => {
        const ramp = { V_per_s: 20, A_per_s: 0.01 };
        const most_A = 0.4 / resistance_ohm;
        await smu.hold({ drive: "current", level: most_A, compliance: 2, slew_per_s: ramp.A_per_s }, never);
        const { voltage_V, current_A } = await smu.measure(1, 0.1);
        assert.ok(Math.abs(current_A - most_A) < 2e-3 * most_A, `${current_A} A`);
        assert.ok(Math.abs(voltage_V - 0.4) < 2e-3, `${voltage_V} V`);
        await smu.release(1);
        assert.ok(largestStep_V(seen_V) <= stepOf(ramp.A_per_s * resistance_ohm), `seen: ${seen_V.join(", ")}`);
      },
      { settings: { ramp: { V_per_s: 20, A_per_s: 0.01 } } },
    ));

  test(`${name}: what can not be held is refused before anything is sent`, () =>
    on(async ({ smu, seen_V }) => {
      const { maxVoltage_V, maxCurrent_A } = smu.ranges;
      const changes: Partial<Bias>[] = [
        { channel: smu.channels + 1 },
        { channel: 0 },
        { level: maxVoltage_V * 1.01 },
        { level: NaN },
        { compliance: 0 },
        { compliance: -1e-3 },
        { compliance: maxCurrent_A * 1.01 },
        { slew_per_s: 0 },
        { slew_per_s: NaN },
      ];
      for (const change of changes) {
        const hold = smu.hold({ ...bias, ...change }, never);
        await assert.rejects(hold, refused("invalid-request"), JSON.stringify(change));
      }
      await assert.rejects(smu.measure(1), refused("invalid-request"));
      await assert.rejects(smu.hold(bias, AbortSignal.abort()), refused("aborted"));
      assert.deepEqual(seen_V, [0]);
    }));

  test(`${name}: another drive than the one held is refused, and the level is still held`, () =>
    on(async ({ smu }) => {
      await smu.hold({ ...bias, level: 0.1 }, never);
      await assert.rejects(smu.hold({ drive: "current", level: 0, compliance: 1 }, never), refused("invalid-request"));
      assert.ok(Math.abs((await smu.measure(1, 0.1)).voltage_V - 0.1) < 2e-3);
      await smu.release(1);
      await assert.rejects(smu.measure(1), refused("invalid-request"));
      await smu.hold({ drive: "current", level: 0, compliance: 1 }, never);
      await smu.makeSafe();
    }));

  test(`${name}: a sweep is refused while a level is held, and the level stays`, () =>
    on(async ({ smu, seen_V }) => {
      await smu.hold({ ...bias, level: 0.1 }, never);
      const sweep = smu.sweep({ ...bias, levels: [0, 0.2], cycles: 1, dwell_s: 0.02, nplc: 0.1 }, never);
      await assert.rejects(sweep.next(), refused("busy"));
      assert.ok(Math.abs((seen_V.at(-1) ?? NaN) - 0.1) < 1e-3);
      await smu.release(1);
    }));

  test(`${name}: an abort on the way up brings it back in steps and off`, () =>
    on(async ({ smu, seen_V }) => {
      const stop = new AbortController();
      const held = smu.hold({ ...bias, level: 5, slew_per_s: 4 }, stop.signal);
      const aborted = assert.rejects(held, refused("aborted"));
      await until("a fifth of a volt on the device", () => ((seen_V.at(-1) ?? 0) > 0.2 ? true : undefined));
      stop.abort();
      await aborted;
      assert.equal(await smu.outputIsOn(), false);
      assert.ok(Math.max(...seen_V) < 4, `seen: ${seen_V.join(", ")}`);
      assert.ok(largestStep_V(seen_V) <= DEFAULT_STEP_V, `seen: ${seen_V.join(", ")}`);
    }));

  test(`${name}: making safe brings a held level to zero in steps; a hold on its way up does not go on`, () =>
    on(async ({ smu, seen_V }) => {
      await smu.hold({ ...bias, level: 1 }, never);
      await smu.makeSafe();
      assert.ok(largestStep_V(seen_V) <= DEFAULT_STEP_V, `seen: ${seen_V.join(", ")}`);
      const held = smu.hold({ ...bias, level: 5, slew_per_s: 4 }, never);
      const ended = assert.rejects(held, refused("aborted"));
      await until("a fifth of a volt again", () => ((seen_V.at(-1) ?? 0) > 0.2 ? true : undefined));
      await smu.makeSafe();
      await ended;
      assert.equal(await smu.outputIsOn(), false);
    }));

  test(`${name}: releasing is safe in any state, any number of times`, () =>
    on(async ({ smu }) => {
      await smu.release(1);
      await smu.hold({ ...bias, level: 0 }, never);
      await smu.release(1);
      await smu.release(1);
      await assert.rejects(smu.release(smu.channels + 1), refused("invalid-request"));
    }));

  test(`${name}: an output that is found on is left as it is; making safe brings it down in steps`, () =>
    on(async ({ smu, session, seen_V }) => {
      await turnOn(await session());
      await until("the other hand's level", () => ((seen_V.at(-1) ?? 0) > 0.299 ? true : undefined));
      const before = seen_V.length;
      await assert.rejects(smu.hold(bias, never), refused("busy"));
      const sweep = smu.sweep({ ...bias, levels: [0, 0.2], cycles: 1, dwell_s: 0.02, nplc: 0.1 }, never);
      await assert.rejects(sweep.next(), refused("busy"));
      assert.equal(seen_V.length, before, `seen: ${seen_V.join(", ")}`);
      await smu.makeSafe();
      assert.ok(largestStep_V(seen_V.slice(before)) <= DEFAULT_STEP_V, `seen: ${seen_V.join(", ")}`);
      assert.ok(seen_V.length >= before + 2, `seen: ${seen_V.join(", ")}`);
    }));

  if (wires === "connected") return;
  test(`${name}: with two wires a held level includes the leads, with four it does not`, async () => {
    const leads_ohm = 100;
    for (const wires of [2, 4] as const) {
      await on(
        async ({ smu, resistance_ohm }) => {
          await smu.hold({ ...bias, level: 0.2, ...(wires === 4 ? { wires } : {}) }, never);
          const { voltage_V, current_A } = await smu.measure(1, 0.1);
          const measured_ohm = voltage_V / current_A;
          const expected_ohm = resistance_ohm + (wires === 2 ? leads_ohm : 0);
          assert.ok(Math.abs(measured_ohm - expected_ohm) < 5, `${wires} wires: ${measured_ohm} ohm`);
          await smu.release(1);
        },
        { leads_ohm },
      );
    }
  });
}
