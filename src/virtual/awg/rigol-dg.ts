import type { InstrumentContext, VirtualInstrument } from "../virtual-instrument.js";
import { levels } from "./plain-levels.js";
import { applyCommands } from "./rigol/apply-commands.js";
import { burstCommands } from "./rigol/burst-commands.js";
import { counterCommands } from "./rigol/counter-commands.js";
import { couplingCommands } from "./rigol/coupling-commands.js";
import { createDg, preset } from "./rigol/dg.js";
import { functionCommands } from "./rigol/function-commands.js";
import { harmonicCommands } from "./rigol/harmonic-commands.js";
import { keptCommands } from "./rigol/kept-commands.js";
import { memoryCommands } from "./rigol/memory-commands.js";
import { modulationCommands } from "./rigol/modulation-commands.js";
import { defaultDgModel, dgModel } from "./rigol/models.js";
import { outputCommands } from "./rigol/output-commands.js";
import { systemCommands } from "./rigol/system-commands.js";

/** Smallest amplitude at the open output: 1 mVpp into 50 ohm. */
const LEAST_VPP = 2e-3;

/**
 * A simulated Rigol DG1000Z or DG4000: standard shapes, pulses, samples from the volatile memory and bursts behind 50 ohm.
 * Modulation and sweeps are put out as far as `modulatedShape` says. Not simulated: the built-in shapes and files; harmonics are
 * kept, and the counter is connected to nothing.
 *
 * @throws MemrigError `invalid-request`: a model that is not of the families
 * @see DG1000Z Programming Guide; DG4000 Programming Guide
 */
export function createRigolDg({ plan, lab, seed }: InstrumentContext): VirtualInstrument {
  const dg = createDg(dgModel(plan.model ?? defaultDgModel), lab, plan.label, seed);
  preset(dg);
  levels(dg, LEAST_VPP);
  functionCommands(dg);
  outputCommands(dg);
  memoryCommands(dg);
  burstCommands(dg);
  modulationCommands(dg);
  applyCommands(dg, LEAST_VPP);
  counterCommands(dg);
  couplingCommands(dg);
  harmonicCommands(dg);
  systemCommands(dg);
  keptCommands(dg);
  dg.scpi.onReset(() => {
    dg.coupling.reset();
    preset(dg);
  });
  return { device: dg.scpi, socketPort: 5555 };
}
