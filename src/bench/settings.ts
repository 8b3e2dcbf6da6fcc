import { defaultRamp } from "../../drivers/index.js";
import type { DriverSettings, RampRate } from "../../drivers/index.js";
import { si } from "../units.js";
import { tightest } from "./bounds.js";
import type { Limits } from "./bounds.js";
import type { Complaints, FilePath } from "./complaints.js";
import type { BenchFile } from "./schema.js";

type Written = BenchFile["instruments"][string];

/**
 * What the bench file says of an instrument once: its way to zero, its wires, what its terminals are while it is off. The
 * way to zero is no steeper than the slew that the device may see.
 *
 * @param limits every one that holds somewhere on this instrument
 */
export function settingsOf(
  label: string,
  written: Written,
  safety: BenchFile["safety"],
  limits: readonly (Limits | undefined)[],
  complaints: Complaints,
): DriverSettings & { readonly ramp: RampRate } {
  const slew = tightest(...limits).slew;
  const own = written.ramp !== undefined;
  const at: FilePath = own ? ["instruments", label, "ramp"] : ["safety", "ramp"];
  const asked_V_per_s = written.ramp ?? safety?.ramp;
  if (slew && asked_V_per_s !== undefined && asked_V_per_s > slew.max) {
    complaints.add(
      at,
      `a ramp of ${si(asked_V_per_s, "V/s")} is steeper than the slew that is allowed, ${si(slew.max, "V/s")} (${slew.where}). Write less.`,
    );
  }
  const ramp = {
    V_per_s: Math.min(asked_V_per_s ?? defaultRamp.V_per_s, slew?.max ?? Infinity),
    A_per_s: written["ramp current"] ?? safety?.["ramp current"] ?? defaultRamp.A_per_s,
  };
  const offState = written["off state"];
  return {
    ramp,
    ...(written.wires === undefined ? {} : { wires: written.wires }),
    ...(offState === undefined ? {} : { offState }),
  };
}
