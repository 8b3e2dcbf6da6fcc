import { z } from "zod";
import type { Goal, Rung } from "./converge.js";
import { geometricLadder, linearLadder, mostSteps } from "./ladder.js";
import { complain, countOr, quantityOr } from "./parameters.js";
import { refuseFallingLadder } from "./shot-checks.js";

/** How targets are written, the same in every protocol that writes them. Defaults suit the VTEAM cell of the documents behind 1 kΩ. */
export const writeParameters = () => ({
  tolerance: quantityOr(0.05, "", "share of the target within which it counts as reached", { above: 0, below: 1 }),
  set_polarity: z.enum(["positive", "negative"]).default("positive").meta({
    unit: "",
    description: "sign of the pulses that lower the resistance; where it is wrong, the first turn corrects it",
  }),
  voltage_start: quantityOr(0.5, "V", "foot of the voltage ladder, for both polarities", { above: 0 }),
  voltage_stop: quantityOr(2, "V", "end of the voltage ladder; no pulse goes beyond", { above: 0 }),
  voltage_step: quantityOr(0.02, "V", "from one pulse to the next", { above: 0 }),
  width_start: quantityOr(1e-6, "s", "width of the pulses of the first voltage ladder", { above: 0 }),
  width_stop: quantityOr(1e-6, "s", "widest pulses: the voltage ladder is climbed again with each width up to here", {
    above: 0,
  }),
  width_factor: quantityOr(10, "", "from one width to the next", { above: 1 }),
  turns: countOr(5, "most changes of polarity before it is given up", 0, 1000),
});

/** The parameters above, in base units. */
export interface WritePlan {
  readonly tolerance: number;
  readonly set_polarity: "positive" | "negative";
  readonly voltage_start: number;
  readonly voltage_stop: number;
  readonly voltage_step: number;
  readonly width_start: number;
  readonly width_stop: number;
  readonly width_factor: number;
  readonly turns: number;
}

/** Complains about ladders that fall or have no end. */
export function checkWrite<Plan extends WritePlan>(payload: z.core.ParsePayload<Plan>): void {
  const { voltage_start, voltage_stop, voltage_step, width_start, width_stop } = payload.value;
  refuseFallingLadder(payload, voltage_start, voltage_stop, "voltage_stop");
  refuseFallingLadder(payload, width_start, width_stop, "width_stop");
  if ((voltage_stop - voltage_start) / voltage_step > mostSteps)
    complain(payload, "voltage_step", `the ladder would have more than ${mostSteps} steps.`);
}

/** All rungs: the voltages in rising order, with each width in turn. */
export function writeLadder(plan: WritePlan): Rung[] {
  const volts = linearLadder(plan.voltage_start, plan.voltage_stop, plan.voltage_step);
  const widths = geometricLadder(plan.width_start, plan.width_stop, plan.width_factor);
  return widths.flatMap((width_s) => volts.map((level_V) => ({ level_V, width_s })));
}

/** One target of the plan. */
export function goalOf(plan: WritePlan, target_ohm: number): Goal {
  return {
    target_ohm,
    tolerance: plan.tolerance,
    setSign: plan.set_polarity === "negative" ? -1 : 1,
    ladder: writeLadder(plan),
    mostTurns: plan.turns,
  };
}
