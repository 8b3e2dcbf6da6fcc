import assert from "node:assert/strict";
import { test } from "node:test";
import type { TemperatureController, TemperaturePlan } from "../../src/capabilities/index.js";
import type { MemrigError } from "../../src/errors.js";

export interface TemperatureBench {
  readonly controller: TemperatureController;
  close(): Promise<void>;
}

const refused = (error: MemrigError) => error.kind === "invalid-request";

/** What every temperature controller must do, real or simulated, with a stage at room temperature on input A. */
export function temperatureSuite(name: string, open: () => Promise<TemperatureBench>): void {
  async function on(action: (controller: TemperatureController) => Promise<void>): Promise<void> {
    const bench = await open();
    try {
      await action(bench.controller);
      await bench.controller.makeSafe();
      assert.equal(await bench.controller.outputIsOn(), false, "the heaters are off at the end");
    } finally {
      await bench.close();
    }
  }

  /** Reads until it is so; a controller gives about ten readings a second. */
  async function untilRead(what: string, good: () => Promise<boolean>): Promise<void> {
    for (let readings = 0; readings < 5000; readings++) if (await good()) return;
    assert.fail(`5000 readings, and not yet ${what}`);
  }

  const warm: TemperaturePlan = { output: 1, setpoint_K: 300, limit_K: 320, heaterRange: 3 };

  test(`${name}: it tells the temperature of its stage, and no input that it does not have`, () =>
    on(async (controller) => {
      const temperature_K = await controller.temperature_K("A");
      assert.ok(temperature_K > 280 && temperature_K < 310, `${temperature_K} K`);
      await assert.rejects(controller.temperature_K("Z"), refused);
    }));

  test(`${name}: the heater goes on with the set-point, and the stage gets there and stays`, () =>
    on(async (controller) => {
      assert.equal(await controller.outputIsOn(), false);
      await controller.regulate(warm);
      assert.equal(await controller.outputIsOn(), true);
      await untilRead("at 300 K", async () => Math.abs((await controller.temperature_K("A")) - 300) < 0.05);
      const { setpoint_K, heater } = await controller.read(1);
      assert.equal(setpoint_K, 300);
      assert.ok(heater >= 0 && heater <= 1);
    }));

  test(`${name}: a ramp leaves from where the stage is, and passes through what lies between`, () =>
    on(async (controller) => {
      const before_K = await controller.temperature_K("A");
      await controller.regulate({ ...warm, setpoint_K: before_K + 4, ramp_K_per_min: 10 });
      const { setpoint_K } = await controller.read(1);
      assert.ok(setpoint_K > before_K - 0.1 && setpoint_K < before_K + 1, `set-point ${setpoint_K} K right after`);
      await untilRead("half way", async () => (await controller.read(1)).setpoint_K > before_K + 2);
    }));

  test(`${name}: turning a heater off is safe as often as one likes, and another plan turns it on again`, () =>
    on(async (controller) => {
      await controller.heaterOff(1);
      await controller.regulate(warm);
      await controller.heaterOff(1);
      await controller.heaterOff(1);
      assert.equal(await controller.outputIsOn(), false);
      await controller.regulate(warm);
      await controller.makeSafe();
      await controller.makeSafe();
      assert.equal(await controller.outputIsOn(), false);
    }));

  test(`${name}: what it can not do, or what is above its own limit, is refused with the heater off`, () =>
    on(async (controller) => {
      const wrong: Partial<TemperaturePlan>[] = [
        { output: 0 },
        { output: controller.ranges.outputs + 1 },
        { setpoint_K: NaN },
        { setpoint_K: -1 },
        { setpoint_K: controller.ranges.maxSetpoint_K + 1, limit_K: 1e6 },
        { limit_K: 299 },
        { limit_K: Infinity },
        { ramp_K_per_min: 0 },
        { ramp_K_per_min: 1e3 },
      ];
      for (const change of wrong) {
        await assert.rejects(controller.regulate({ ...warm, ...change }), refused, JSON.stringify(change));
      }
      assert.equal(await controller.outputIsOn(), false);
    }));
}
