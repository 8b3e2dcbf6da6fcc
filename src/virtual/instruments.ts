import { createKeysight33500 } from "./awg/keysight-33500.js";
import { createRigolDg } from "./awg/rigol-dg.js";
import { createSiglentSdg } from "./awg/siglent-sdg.js";
import { createTektronixAfg } from "./awg/tektronix-afg.js";
import { createInfiniiVision } from "./scope/keysight-infiniivision.js";
import { createRigolScope } from "./scope/rigol-scope.js";
import { createRohdeSchwarzRtx } from "./scope/rohde-schwarz-rtx.js";
import { createSiglentSds } from "./scope/siglent-sds.js";
import { createTektronixMso } from "./scope/tektronix-mso.js";
import { createVirtual2450 } from "./smu/index.js";
import { createVirtual2400 } from "./smu/keithley-2400/index.js";
import { createVirtual4200a } from "./smu/keithley-4200a/index.js";
import { createVirtualB2900 } from "./smu/keysight-b2900/index.js";
import { createVirtual2600 } from "./smu/keithley-2600/index.js";
import { createKeithleySwitch } from "./switch/keithley-switch.js";
import { createLakeshore336 } from "./thermal/lakeshore-336.js";
import type { InstrumentContext, VirtualInstrument } from "./virtual-instrument.js";

/** The instruments that can be simulated, by the name of the driver that talks to them. */
export const virtualInstruments: ReadonlyMap<string, (context: InstrumentContext) => VirtualInstrument> = new Map([
  ["keithley-2400", createVirtual2400],
  ["keithley-2450", createVirtual2450],
  ["keithley-4200a", createVirtual4200a],
  ["keysight-b2900", createVirtualB2900],
  ["keithley-2600", createVirtual2600],
  ["keysight-33500", createKeysight33500],
  ["tektronix-afg", createTektronixAfg],
  ["rigol-dg", createRigolDg],
  ["siglent-sdg", createSiglentSdg],
  ["keysight-infiniivision", createInfiniiVision],
  ["tektronix-mso", createTektronixMso],
  ["rigol-scope", createRigolScope],
  ["siglent-sds", createSiglentSds],
  ["rohde-schwarz-rtx", createRohdeSchwarzRtx],
  ["lakeshore-336", createLakeshore336],
  ["keithley-switch", createKeithleySwitch],
]);
