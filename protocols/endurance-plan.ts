import { z } from "zod";
import type { PulseSegment } from "../src/capabilities/index.js";
import type { Preset } from "../src/engine/protocol.js";
import type { StopPlan } from "./endurance-rules.js";
import { complain, countOr, quantityOr } from "./parameters.js";

/** When to end the run before its last cycle; see `StopRules`. */
export function stopParameters() {
  return {
    stop_failed: countOr(
      0,
      "ends the run behind so many cycles in a row that did not switch; 0: goes on",
      0,
      1_000_000,
    ),
    stop_ratio: quantityOr(0, "", "ends the run when R_off/R_on (median of 10 cycles) is below this; 0: goes on", {
      min: 0,
    }),
    stop_drift: quantityOr(
      0,
      "",
      "ends the run when R_on or R_off (median of 10 cycles) is off by this factor from the first 10; 0: goes on",
      { min: 0 },
    ),
  };
}

/** Complains about a stop rule that makes no sense. */
export function checkStop<Plan extends StopPlan>(payload: z.core.ParsePayload<Plan>): void {
  const { stop_drift } = payload.value;
  if (stop_drift > 0 && stop_drift <= 1)
    complain(payload, "stop_drift", "a factor of 1 or less is met at once; give one above 1, or 0 to go on.");
}

/**
 * Parameters of the endurance test. Defaults: that of the ZnO threshold switch (Wang et al. 2025, Fig. 2i): set 1.2 V for 5 µs, read 0.1 V for
 * 10 µs, 10 µs between, no reset: the device goes off by itself.
 */
export const enduranceParameters = z
  .strictObject({
    set_amplitude: quantityOr(1.2, "V", "open-circuit level of the set pulse"),
    set_width: quantityOr(5e-6, "s", "length of the set pulse", { above: 0 }),
    reset_amplitude: quantityOr(0, "V", "level of the reset pulse; 0 for a volatile device, which gets none"),
    reset_width: quantityOr(0, "s", "length of the reset pulse; 0 for none", { min: 0 }),
    read_amplitude: quantityOr(0.1, "V", "level of the read pulses; other than 0"),
    read_width: quantityOr(10e-6, "s", "length of a read pulse", { above: 0 }),
    gap: quantityOr(10e-6, "s", "rest at 0 V after every pulse", { above: 0 }),
    samples: countOr(200, "samples of the scope in the shortest pulse, at least; fewer is faster", 15, 10_000),
    cycles: countOr(1000, "number of cycles", 1, 100_000_000),
    reads: z.enum(["all", "log"]).default("all").meta({
      unit: "",
      description: "which cycles are read: all, or log: evenly on a logarithmic axis; the others are played only",
    }),
    reads_per_decade: countOr(10, "with reads=log: cycles that are read in every decade", 1, 1000),
    ...stopParameters(),
    stop_within: countOr(
      100,
      "with one of them: cycles that are played before they are looked at, hence the most that a failed device gets on top; fewer is slower",
      1,
      1_000_000,
    ),
  })
  .check((payload) => {
    const plan = payload.value;
    if (payload.issues.length > 0) return;
    if (plan.set_amplitude === 0)
      complain(payload, "set_amplitude", "a set pulse of 0 V would never trigger the scope.");
    if (plan.read_amplitude === 0) complain(payload, "read_amplitude", "a read at 0 V has no current to read.");
    checkStop(payload);
    if ((plan.reset_amplitude === 0) !== (plan.reset_width === 0)) {
      complain(
        payload,
        plan.reset_width === 0 ? "reset_width" : "reset_amplitude",
        "a reset pulse needs both its level and its width; leave both at 0 for a device that goes off by itself.",
      );
    }
  });

/**
 * The endurance tests of the two papers. VO2: the paper gives neither pulses nor current; 1.7 V behind a generator of 50 Ω and a shunt of 1 kΩ
 * drive 1.5 mA through the device that is on, where the model has the published ratio. 17 samples in the shortest pulse instead of 200 move
 * both mean resistances by less than 0.1 %.
 */
export const endurancePresets: Readonly<Record<string, Preset>> = {
  "zno-1e5": {
    description: "Wang et al. 2025, Fig. 2i: 1.2 V for 5 us, 0.1 V for 10 us, 100 000 cycles",
    settings: { ...pulses("1.2 V", "0.1 V"), cycles: 100_000 },
  },
  "vo2-26.6M": {
    description: "Yi et al. 2018, Suppl. Fig. 6: 26.6 million cycles, R_off/R_on 155.65",
    settings: { ...pulses("1.7 V", "0.2 V"), samples: 17, cycles: 26_600_000 },
  },
};

function pulses(set_amplitude: string, read_amplitude: string) {
  return { set_amplitude, set_width: "5 us", read_amplitude, read_width: "10 us", gap: "10 us" };
}

/** In base units. */
export type EndurancePlan = z.output<typeof enduranceParameters>;

/** A cycle, and which of its segments are which. */
export interface EnduranceCycle {
  readonly segments: readonly PulseSegment[];
  /** Where R_on is taken: the read after the set pulse, or (no reset) the end of the set pulse itself. */
  readonly on: { readonly segment: number; readonly kind: "read" | "pulse" };
  /** The read in which R_off is taken. */
  readonly off: number;
}

/** Set, gap, read, gap; with a reset: set, gap, read, gap, reset, gap, read, gap. */
export function enduranceCycle(plan: EndurancePlan): EnduranceCycle {
  const gap = { level_V: 0, duration_s: plan.gap };
  const set = { level_V: plan.set_amplitude, duration_s: plan.set_width };
  const read = { level_V: plan.read_amplitude, duration_s: plan.read_width };
  if (plan.reset_width === 0) return { segments: [set, gap, read, gap], on: { segment: 0, kind: "pulse" }, off: 2 };
  const reset = { level_V: plan.reset_amplitude, duration_s: plan.reset_width };
  return {
    segments: [set, gap, read, gap, reset, gap, read, gap],
    on: { segment: 2, kind: "read" },
    off: 6,
  };
}
