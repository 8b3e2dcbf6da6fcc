import type { DriverEntry } from "./entry.js";
import { registry } from "./registry.js";
import { keysight33500 } from "./awg/keysight-33500.js";
import { rigolDg } from "./awg/rigol-dg.js";
import { siglentSdg } from "./awg/siglent-sdg.js";
import { tektronixAfg } from "./awg/tektronix-afg.js";
import { lakeshore336 } from "./thermal/lakeshore-336.js";
import { keysightInfiniiVision } from "./scope/keysight-infiniivision.js";
import { rigolScope } from "./scope/rigol-scope.js";
import { rohdeSchwarzRtx } from "./scope/rohde-schwarz-rtx.js";
import { siglentSds } from "./scope/siglent-sds.js";
import { tektronixMso } from "./scope/tektronix-mso.js";
import { keithley2400 } from "./smu/keithley-2400.js";
import { keithley2600 } from "./smu/keithley-2600.js";
import { keithley2450 } from "./smu/keithley-2450.js";
import { keithley4200a } from "./smu/keithley-4200a.js";
import { keysightB2900 } from "./smu/keysight-b2900.js";
import { keithleySwitch } from "./switch/keithley-switch.js";

export type { DriverEntry, DriverSettings, Kind, Kinds, MeasuredDown, RampDown, RampRate, SafeState } from "./entry.js";
export { defaultRamp } from "./entry.js";

/** A new driver is a file in its folder, and its entry here. */
const entries: readonly DriverEntry[] = [
  keithley2450,
  keithley2400,
  keithley4200a,
  keithley2600,
  keysightB2900,
  keysight33500,
  tektronixAfg,
  rigolDg,
  siglentSdg,
  keysightInfiniiVision,
  tektronixMso,
  rigolScope,
  siglentSds,
  rohdeSchwarzRtx,
  lakeshore336,
  keithleySwitch,
];

/** The drivers by their names in a bench file. */
export const drivers = registry(entries);
