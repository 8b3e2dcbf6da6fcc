import { z } from "zod";
import { ivSweepParameters, type IvSweepPlan } from "./iv-sweep-plan.js";
import { complain, countOr, listOr, quantityOr, settleList } from "./parameters.js";

/**
 * Parameters of the compliance series. Defaults: that of the ZnO threshold switch (Wang et al. 2025, Fig. 2e): 100 nA to 100 µA by
 * decades. The paper's curve without compliance is one with a limit that the device does not reach: add for example 5 mA.
 */
export const complianceSeriesParameters = z
  .strictObject({
    compliances: listOr("A", "current limits in order, with ; between", [100e-9, 1e-6, 10e-6, 100e-6]),
    start: quantityOr(0, "V", "first level"),
    stop: quantityOr(0.3, "V", "far end of the sweep"),
    step: quantityOr(5e-3, "V", "distance of neighbouring levels", { above: 0 }),
    shape: z
      .enum(["double", "loop"])
      .default("double")
      .meta({ unit: "", description: "double: start to stop and back; loop: to the other side as well" }),
    dwell: quantityOr(50e-3, "s", "time at each level", { above: 0, max: 3600 }),
    nplc: quantityOr(0, "", "integration time in power line cycles; 0: one, or as much as the dwell leaves room for", {
      min: 0,
      max: 10,
    }),
    wires: z
      .enum(["bench", "two", "four"])
      .default("bench")
      .meta({ unit: "", description: "two- or four-wire; bench: as the bench file says" }),
    cycles: countOr(10, "sweeps at each limit", 1, 1_000_000),
    read: quantityOr(0, "V", "level at which R_on and R_off are taken; 0: halfway between hold and threshold voltage"),
  })
  .check((payload) => {
    settleList(payload, "compliances", "A", { above: 0 });
    if (payload.issues.length > 0) return;
    const { compliances } = payload.value;
    if (compliances.length === 0) complain(payload, "compliances", 'give at least one, for example "100 nA; 10 uA".');
    if (new Set(compliances).size < compliances.length)
      complain(payload, "compliances", "the same limit is given twice; cycles repeats a limit.");
    const sweep = ivSweepParameters.safeParse(sweepSettings(payload.value, compliances[0] ?? 1e-6));
    for (const { path, message } of sweep.error?.issues ?? []) {
      payload.issues.push({ code: "custom", message, path: [...path], input: payload.value });
    }
  });

/** In base units. */
export type ComplianceSeriesPlan = z.output<typeof complianceSeriesParameters>;

function sweepSettings({ compliances: _, ...plan }: ComplianceSeriesPlan, compliance: number) {
  return { ...plan, drive: "voltage" as const, compliance };
}

/** The sweep at one limit. */
export function sweepAt(plan: ComplianceSeriesPlan, compliance: number): IvSweepPlan {
  return ivSweepParameters.parse(sweepSettings(plan, compliance));
}
