import { z } from "zod";
import { complain, countOr, listOr, quantityOr, settle, settleList, undecidedOr } from "./parameters.js";
import { mostLevelsOf } from "./sweep-levels.js";

/** Most levels in one cycle: beyond this a sweep is a mistyped step. */
const mostLevels = 100_000;

/** Defaults of the quantities whose unit depends on the drive: those of a voltage sweep. */
const voltageSweep = { stop: 0.3, step: 5e-3, compliance: 10e-6 };

/**
 * Parameters of the I-V sweep. Defaults: the sweep of the ZnO threshold switch (Wang et al. 2025, Fig. 2a): 0 to 0.3 V and back in
 * 5 mV steps with 10 µA compliance. The paper gives no dwell; 50 ms is the project's choice.
 */
export const ivSweepParameters = z
  .strictObject({
    drive: z
      .enum(["voltage", "current"])
      .default("voltage")
      .meta({ unit: "", description: "what is forced; the other quantity is measured and limited" }),
    start: undecidedOr(0, { unit: "V", description: "first level (A with drive=current)" }),
    stop: undecidedOr(voltageSweep.stop, { unit: "V", description: "far end of the sweep (A with drive=current)" }),
    step: undecidedOr(voltageSweep.step, {
      unit: "V",
      description:
        "distance of neighbouring levels, above 0; with spacing=log the smallest level besides 0 (A with drive=current)",
    }),
    shape: z.enum(["single", "double", "loop", "list"]).default("double").meta({
      unit: "",
      description:
        "single: start to stop; double: and back; loop: 0 to stop to 0 to start (to −stop where start is 0) to 0; list: the levels given",
    }),
    spacing: z
      .enum(["linear", "log"])
      .default("linear")
      .meta({ unit: "", description: "equal steps, or equal ratios" }),
    per_decade: countOr(10, "levels in a factor of ten with spacing=log", 1, 1000),
    levels: listOr("V", "levels of shape=list in order, with ; between (A with drive=current)"),
    compliance: undecidedOr(voltageSweep.compliance, {
      unit: "A",
      description: "largest magnitude of the other quantity: current, or voltage with drive=current",
    }),
    dwell: quantityOr(50e-3, "s", "time at each level, settling and measuring together", { above: 0, max: 3600 }),
    nplc: quantityOr(
      0,
      "",
      "integration time of a reading in power line cycles; 0: one, or as much as the dwell leaves room for",
      { min: 0, max: 10 },
    ),
    wires: z.enum(["bench", "two", "four"]).default("bench").meta({
      unit: "",
      description:
        "two: voltage measured at the SMU's terminals; four: with its own pair of leads at the device; bench: as the bench file says",
    }),
    cycles: countOr(1, "how often the whole sweep is run", 1, 1_000_000),
    read: undecidedOr(0, {
      unit: "V",
      description:
        "level at which R_on and R_off are taken (voltage drive); 0: halfway between hold and threshold voltage of the run",
    }),
  })
  .check((payload) => {
    const plan = payload.value;
    const [level, other] = plan.drive === "voltage" ? (["V", "A"] as const) : (["A", "V"] as const);
    settle(payload, {
      start: { unit: level },
      stop: { unit: level },
      step: { unit: level, above: 0 },
      read: { unit: level },
      compliance: { unit: other, above: 0 },
    });
    settleList(payload, "levels", level);
    if (payload.issues.length > 0) return;
    const { stop, step, compliance } = voltageSweep;
    const defaultLevels = plan.stop === stop && plan.step === step && plan.shape !== "list";
    if ((plan.shape === "list") !== plan.levels.length > 0) {
      complain(
        payload,
        "levels",
        'shape=list needs levels, for example "levels=0 V;0.1 V;0.2 V;0 V", and levels need shape=list.',
      );
    } else if (plan.drive === "current" && (defaultLevels || plan.compliance === compliance)) {
      // 0.3 V is a gentle default, 0.3 A is not.
      complain(
        payload,
        "stop",
        "with drive=current stop, step and compliance have to be given: the defaults are volts and amperes of a voltage sweep.",
      );
    } else if (plan.shape === "loop" && (plan.stop === 0 || plan.start * plan.stop > 0)) {
      complain(
        payload,
        "start",
        `a loop goes from 0 to stop and on to start: start must be 0 or have the other sign than stop, which is not 0 (start ${plan.start}, stop ${plan.stop}).`,
      );
    } else if (plan.shape !== "list" && plan.start === plan.stop) {
      complain(payload, "stop", `start and stop are both ${plan.stop}: there is nothing to sweep.`);
    } else if (mostLevelsOf(plan) > mostLevels) {
      complain(payload, "step", `with a step of ${plan.step} a cycle would have more than ${mostLevels} levels.`);
    }
  });

/** In base units: volts and amperes as `drive` has it, seconds. */
export type IvSweepPlan = z.output<typeof ivSweepParameters>;
