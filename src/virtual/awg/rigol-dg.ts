import type { InstrumentContext, VirtualInstrument } from "../virtual-instrument.js";
import { levels } from "./plain-levels.js";
import { applyCommands } from "./rigol/apply-commands.js";
import { burstCommands } from "./rigol/burst-commands.js";
import { createDg, preset } from "./rigol/dg.js";
import { functionCommands } from "./rigol/function-commands.js";
import { keptCommands } from "./rigol/kept-commands.js";
import { memoryCommands } from "./rigol/memory-commands.js";
import { defaultDgModel, dgModel } from "./rigol/models.js";
import { outputCommands } from "./rigol/output-commands.js";

/** Smallest amplitude at the open output: 1 mVpp into 50 ohm. */
const LEAST_VPP = 2e-3;

/**
 * A simulated Rigol DG1000Z or DG4000: standard shapes, pulses, samples from the volatile memory and bursts behind 50 ohm.
 * Not simulated: sweeps, modulation, harmonics, the built-in shapes, files, coupling of channels, the counter.
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
  applyCommands(dg, LEAST_VPP);
  keptCommands(dg);
  dg.scpi.onReset(() => preset(dg));
  return { device: dg.scpi, socketPort: 5555 };
}
