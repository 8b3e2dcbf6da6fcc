import type { CapturePlan, TemperaturePlan } from "../capabilities/index.js";
import { MemrigError } from "../errors.js";
import type { Limits } from "./bounds.js";
import { above0, hold, invalid, oneOf } from "./refusals.js";

/**
 * Refuses a scope input that is not as the wiring says: at the bottom of the device it is part of what limits the
 * current.
 *
 * @param wired impedance by channel; channels that are not in it may be anything
 * @throws MemrigError `limit-refused`; nothing was sent
 */
export function checkInputs(who: string, plan: CapturePlan, wired: ReadonlyMap<number, "1M" | "50">): void {
  for (const { channel, impedance = "1M" } of plan.channels) {
    const expected = wired.get(channel);
    if (expected === undefined || expected === impedance) continue;
    const name = (kind: "1M" | "50"): string => (kind === "50" ? "50 Ω" : "1 MΩ");
    throw new MemrigError(
      "limit-refused",
      `${who}: ${name(impedance)} was asked for at channel ${channel}, which the wiring takes as ${name(expected)}; the currents were worked out with that. Nothing was sent.`,
      { channel, asked: impedance, wired: expected },
    );
  }
}

/**
 * Refuses a temperature beyond the bench's, both as a set-point and as the controller's own limit: that one holds when a
 * sensor or a loop goes wrong.
 *
 * @throws MemrigError `limit-refused`, or `invalid-request` where a number is none; nothing was sent
 */
export function checkTemperature(limits: Limits, who: string, plan: TemperaturePlan): void {
  const { setpoint_K, ramp_K_per_min, limit_K, heaterRange } = plan;
  above0(who, "a set-point", setpoint_K);
  above0(who, "a temperature limit", limit_K);
  if (ramp_K_per_min !== undefined) above0(who, "a ramp", ramp_K_per_min);
  oneOf(who, "a heater range", heaterRange, [1, 2, 3]);
  hold(limits.temperature, setpoint_K, "K", who, "a set-point of");
  hold(limits.temperature, limit_K, "K", who, "a temperature limit of");
  if (setpoint_K > limit_K) throw invalid(who, `a set-point of ${setpoint_K} K above its own limit of ${limit_K} K`);
}
