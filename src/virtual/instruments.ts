import { createKeysight33500 } from "./awg/keysight-33500.js";
import { createTektronixAfg } from "./awg/tektronix-afg.js";
import { createInfiniiVision } from "./scope/keysight-infiniivision.js";
import { createVirtual2450 } from "./smu/index.js";
import { createVirtual2400 } from "./smu/keithley-2400/index.js";
import { createVirtual4200a } from "./smu/keithley-4200a/index.js";
import { createLakeshore336 } from "./thermal/lakeshore-336.js";
import type { InstrumentContext, VirtualInstrument } from "./virtual-instrument.js";

/** The instruments that can be simulated, by the name of the driver that talks to them. */
export const virtualInstruments: ReadonlyMap<string, (context: InstrumentContext) => VirtualInstrument> = new Map([
  ["keithley-2400", createVirtual2400],
  ["keithley-2450", createVirtual2450],
  ["keithley-4200a", createVirtual4200a],
  ["keysight-33500", createKeysight33500],
  ["tektronix-afg", createTektronixAfg],
  ["keysight-infiniivision", createInfiniiVision],
  ["lakeshore-336", createLakeshore336],
]);
