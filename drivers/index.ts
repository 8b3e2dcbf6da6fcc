import type { DriverEntry } from "./entry.js";
import { keysight33500 } from "./awg/keysight-33500.js";
import { tektronixAfg } from "./awg/tektronix-afg.js";
import { lakeshore336 } from "./thermal/lakeshore-336.js";
import { keysightInfiniiVision } from "./scope/keysight-infiniivision.js";
import { keithley2400 } from "./smu/keithley-2400.js";
import { keithley2450 } from "./smu/keithley-2450.js";
import { registry } from "./registry.js";

export type { DriverEntry, DriverSettings, Kind, Kinds, RampDown, RampRate, SafeState } from "./entry.js";
export { defaultRamp } from "./entry.js";

/** A new driver is a file in its folder, and its entry here. */
const entries: readonly DriverEntry[] = [
  keithley2450,
  keithley2400,
  keysight33500,
  tektronixAfg,
  keysightInfiniiVision,
  lakeshore336,
];

/** The drivers by their names in a bench file. */
export const drivers = registry(entries);
