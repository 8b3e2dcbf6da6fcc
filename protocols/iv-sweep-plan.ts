import { z } from "zod";
import { complain, countOr, quantityOr, settle, undecidedOr } from "./parameters.js";

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
      description: "distance of neighbouring levels, above 0 (A with drive=current)",
    }),
    shape: z.enum(["single", "double", "loop"]).default("double").meta({
      unit: "",
      description:
        "single: start to stop; double: and back; loop: 0 to stop to 0 to start (to −stop where start is 0) to 0",
    }),
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
    if (payload.issues.length > 0) return;
    const { stop, step, compliance } = voltageSweep;
    if (plan.drive === "current" && ((plan.stop === stop && plan.step === step) || plan.compliance === compliance)) {
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
    } else if (plan.start === plan.stop) {
      complain(payload, "stop", `start and stop are both ${plan.stop}: there is nothing to sweep.`);
    } else if ((Math.abs(plan.stop) + Math.abs(plan.start)) / plan.step > mostLevels) {
      complain(payload, "step", `with a step of ${plan.step} a cycle would have more than ${mostLevels} levels.`);
    }
  });

/** In base units: volts and amperes as `drive` has it, seconds. */
export type IvSweepPlan = z.output<typeof ivSweepParameters>;

/** A level and the number of the straight piece it belongs to, from 0. */
export interface SweepLevels {
  readonly levels: readonly number[];
  readonly branches: readonly number[];
}

/** The levels of one cycle in order. Turning points are taken once. */
export function levelsOf(plan: Pick<IvSweepPlan, "start" | "stop" | "step" | "shape">): SweepLevels {
  const { start, stop, step } = plan;
  const corners = {
    single: [start, stop],
    double: [start, stop, start],
    loop: [0, stop, 0, start === 0 ? -stop : start, 0],
  }[plan.shape];
  const levels: number[] = [];
  const branches: number[] = [];
  for (const [branch, to] of corners.slice(1).entries()) {
    const piece = ramp(corners[branch] ?? 0, to, step);
    for (const level of branch === 0 ? piece : piece.slice(1)) {
      levels.push(level);
      branches.push(branch);
    }
  }
  return { levels, branches };
}

/**
 * From one level to another in equal steps, both ends included; a last step that does not fit is shorter. Levels are counted
 * from the end nearer to 0 whichever way they are passed, so that the way back has the levels of the way out.
 */
function ramp(from: number, to: number, step: number): number[] {
  if (Math.abs(from) > Math.abs(to) || (from === -to && from > 0)) return ramp(to, from, step).reverse();
  const whole = Math.floor(Math.abs(to - from) / step + 1e-9);
  const sense = Math.sign(to - from);
  // Twelve digits: 30 steps of 5 mV are 0.15 V, not 0.15000000000000002 V.
  const levels = Array.from({ length: whole + 1 }, (_, k) => Number((from + sense * k * step).toPrecision(12)));
  const short = Math.abs(to - (levels.at(-1) ?? from)) > 1e-6 * step;
  return short ? [...levels, to] : [...levels.slice(0, -1), to];
}
