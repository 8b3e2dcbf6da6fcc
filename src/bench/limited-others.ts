import type { CaptureScope, SwitchMatrix, TemperatureController, TemperaturePlan } from "../capabilities/index.js";
import type { Limits } from "./bounds.js";
import type { ColdSwitching, Permission } from "./gate.js";
import { checkInputs, checkTemperature } from "./other-limits.js";
import { channelOf } from "./refusals.js";
import { unlimited } from "./unlimited.js";

/** The same scope, whose inputs stay as the wiring says. */
export function limitedScope(scope: CaptureScope, wired: ReadonlyMap<number, "1M" | "50">): CaptureScope {
  return {
    ...unlimited(scope),
    ranges: scope.ranges,
    get recordsInMemory() {
      return scope.recordsInMemory === true;
    },
    async arm(plan, signal) {
      const copy = structuredClone(plan);
      checkInputs(scope.label, copy, wired);
      await scope.arm(copy, signal);
    },
    captures: (timeout_s, signal) => scope.captures(timeout_s, signal),
  };
}

/** The same controller, whose set-points and whose own over-temperature limit stay within the bench's. */
export function limitedThermal(
  thermal: TemperatureController,
  limitsOf: (output: number) => Limits,
  mayDrive: Permission,
): TemperatureController {
  const { label, ranges } = thermal;
  return {
    ...unlimited(thermal),
    ranges,
    temperature_K: (input) => thermal.temperature_K(input),
    read: (output) => thermal.read(output),
    async regulate(asked: TemperaturePlan) {
      const { output, setpoint_K, ramp_K_per_min, limit_K, heaterRange } = asked;
      const ramp = ramp_K_per_min === undefined ? {} : { ramp_K_per_min };
      const plan: TemperaturePlan = { output, setpoint_K, ...ramp, limit_K, heaterRange };
      channelOf(label, output, ranges.outputs);
      checkTemperature(limitsOf(output), label, plan);
      const end = mayDrive();
      try {
        await thermal.regulate(plan);
      } finally {
        end();
      }
    },
    heaterOff: (output) => thermal.heaterOff(output),
  };
}

/** The same switch, whose relays close only while nothing drives them. */
export function limitedSwitch(matrix: SwitchMatrix, mayMove: () => void, cold: ColdSwitching): SwitchMatrix {
  return {
    ...unlimited(matrix),
    ranges: matrix.ranges,
    closed: () => matrix.closed(),
    async closeOnly(asked) {
      const channels = Array.from(asked);
      mayMove();
      await cold(() => matrix.closeOnly(channels));
    },
    openAll: () => matrix.openAll(),
  };
}
