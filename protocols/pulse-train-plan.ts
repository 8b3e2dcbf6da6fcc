import { z } from "zod";
import type { PulseSegment } from "../src/capabilities/index.js";
import { complain, countOr, quantityOr } from "./parameters.js";

/**
 * Parameters of the pulse train. Defaults: the turn-on measurement of the ZnO threshold switch (Wang et al. 2025, text to Fig. 2h):
 * 1.5 V for 2 µs, read at 0.2 V. The paper gives neither the pause nor the length of the read.
 */
export const pulseTrainParameters = z
  .strictObject({
    amplitude: quantityOr(1.5, "V", "open-circuit level of the pulse; negative for the other polarity"),
    width: quantityOr(2e-6, "s", "length of the pulse", { above: 0 }),
    period: quantityOr(
      40e-6,
      "s",
      "from one pulse to the next; what pulse and read leave is shared between two rests",
      {
        above: 0,
      },
    ),
    count: countOr(10, "number of pulses", 1, 100_000_000),
    read_amplitude: quantityOr(0.2, "V", "level of the read after each pulse"),
    read_width: quantityOr(10e-6, "s", "length of the read; 0 for none", { min: 0 }),
    resolution: quantityOr(
      1e-9,
      "s",
      "longest time between samples; scope memory and readout grow as it gets shorter",
      {
        above: 0,
      },
    ),
    keep_waveforms: countOr(3, "number of first pulses of which every sample is kept", 0, 10_000),
  })
  .check((payload) => {
    const plan = payload.value;
    if (payload.issues.length > 0) return;
    const rests_s = plan.period - plan.width - plan.read_width;
    if (plan.amplitude === 0) complain(payload, "amplitude", "a pulse of 0 V would never trigger the scope.");
    if (rests_s < 0.2 * plan.period) {
      complain(
        payload,
        "period",
        `pulse and read take ${plan.width + plan.read_width} s of a period of ${plan.period} s; the rests need a fifth of it, in which the scope arms again.`,
      );
    }
  });

/** In base units. */
export type PulseTrainPlan = z.output<typeof pulseTrainParameters>;

/** Pulse, rest, read, rest; without a read: pulse, rest. */
export function pulseCycle(plan: PulseTrainPlan): PulseSegment[] {
  const rest_s = plan.period - plan.width - plan.read_width;
  const pulse = { level_V: plan.amplitude, duration_s: plan.width };
  if (plan.read_width === 0) return [pulse, { level_V: 0, duration_s: rest_s }];
  const rest = { level_V: 0, duration_s: rest_s / 2 };
  return [pulse, rest, { level_V: plan.read_amplitude, duration_s: plan.read_width }, rest];
}
