import { z } from "zod";
import type { Rung } from "./converge.js";
import { geometricLadder, linearLadder, mostSteps } from "./ladder.js";
import { complain, quantityOr } from "./parameters.js";
import { refuseFallingLadder, refuseZeroRead } from "./shot-checks.js";
import { readParameters } from "./shots.js";
import { smuReadParameters } from "./smu-shots.js";

const ladder = () => ({
  polarity: z
    .enum(["positive", "negative"])
    .default("positive")
    .meta({ unit: "", description: "sign of the forming pulses" }),
  voltage_start: quantityOr(0.5, "V", "first level", { above: 0 }),
  voltage_stop: quantityOr(3, "V", "highest level; no pulse goes beyond", { above: 0 }),
  voltage_step: quantityOr(0.1, "V", "from one level to the next", { above: 0 }),
  width_factor: quantityOr(2, "", "from one width to the next", { above: 1 }),
  target: quantityOr(20e3, "ohm", "formed at or below this resistance", { above: 0 }),
  change: quantityOr(
    0,
    "",
    "formed as well where the resistance has fallen by this factor since the first read; 0: only the target counts",
    { min: 0 },
  ),
  max_energy: quantityOr(0, "J", "ends unformed once the pulses have put this much into the device; 0: no such bound", {
    min: 0,
  }),
});

function checkForming<
  Plan extends z.output<z.ZodObject<ReturnType<typeof ladder>>> & {
    width_start: number;
    width_stop: number;
    read_amplitude: number;
  },
>(payload: z.core.ParsePayload<Plan>): void {
  if (payload.issues.length > 0) return;
  const { voltage_start, voltage_stop, voltage_step, width_start, width_stop, change } = payload.value;
  refuseZeroRead(payload);
  refuseFallingLadder(payload, voltage_start, voltage_stop, "voltage_stop");
  refuseFallingLadder(payload, width_start, width_stop, "width_stop");
  if ((voltage_stop - voltage_start) / voltage_step > mostSteps)
    complain(payload, "voltage_step", `the ladder would have more than ${mostSteps} steps.`);
  if (change !== 0 && change <= 1)
    complain(payload, "change", "a factor by which the resistance falls is above 1; 0 leaves it out.");
}

/** With generator and scope. Defaults: the Stanford RRAM model from its widest gap, behind 1 kΩ. */
export const formingParameters = z
  .strictObject({
    ...ladder(),
    width_start: quantityOr(1e-6, "s", "width of the pulses of the voltage ladder", { above: 0 }),
    width_stop: quantityOr(10e-6, "s", "widest pulse, at the highest level", { above: 0 }),
    max_current: quantityOr(
      0,
      "A",
      "refused before anything is sent where a device that forms short could carry more; 0: only the bench's limits",
      { min: 0 },
    ),
    ...readParameters(),
  })
  .check(checkForming);

/** With a source-measure unit. */
export const formingSmuParameters = z
  .strictObject({
    ...ladder(),
    width_start: quantityOr(10e-3, "s", "width of the pulses of the voltage ladder", { above: 0 }),
    width_stop: quantityOr(100e-3, "s", "widest pulse, at the highest level", { above: 0 }),
    ...smuReadParameters(),
  })
  .check(checkForming);

export type FormingPlan = z.output<typeof formingParameters>;
export type FormingSmuPlan = z.output<typeof formingSmuParameters>;

/** What the ladder is made of. */
export type LadderPlan = Pick<
  FormingPlan,
  "polarity" | "voltage_start" | "voltage_stop" | "voltage_step" | "width_start" | "width_stop" | "width_factor"
>;

/** Rising levels at the first width, then rising widths at the highest level; signed. */
export function formingLadder(plan: LadderPlan): Rung[] {
  const sign = plan.polarity === "negative" ? -1 : 1;
  const volts = linearLadder(plan.voltage_start, plan.voltage_stop, plan.voltage_step);
  const widths = geometricLadder(plan.width_start, plan.width_stop, plan.width_factor).slice(1);
  return [
    ...volts.map((level_V) => ({ level_V: sign * level_V, width_s: plan.width_start })),
    ...widths.map((width_s) => ({ level_V: sign * plan.voltage_stop, width_s })),
  ];
}
