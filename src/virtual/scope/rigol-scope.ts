import type { InstrumentContext, VirtualInstrument } from "../virtual-instrument.js";
import { generatorOutputs } from "./inner-generator.js";
import { defaultRigolModel, rigolModel } from "./rigol/models.js";
import { measureCommands } from "./rigol/measure-commands.js";
import { Rigol } from "./rigol/rigol.js";
import { settingCommands } from "./rigol/setting-commands.js";
import { waveformCommands } from "./rigol/waveform-commands.js";

/**
 * A simulated Rigol DS1000Z, MSO1000Z or MSO5000: analog channels with an 8-bit converter, edge and pulse trigger, averages,
 * memory read in pieces, measurements. Not simulated, and answered as an unknown command: math, recording, digital channels,
 * serial buses, the generator but for its outputs going on and off. Triggers of other kinds are set, asked back, and never
 * come. In RUN it takes a record when a query asks for one.
 *
 * @throws MemrigError `invalid-request`: a model that is not of the family
 * @see DS1000Z and MSO5000 programming guides
 */
export function createRigolScope({ plan, lab, seed }: InstrumentContext): VirtualInstrument {
  const rigol = new Rigol(rigolModel(plan.model ?? defaultRigolModel), lab, plan.label, seed);
  settingCommands(rigol);
  waveformCommands(rigol);
  measureCommands(rigol);
  if (rigol.model.hasGenerator) generatorOutputs(rigol.scpi, [":SOURce<1-2>:OUTPut[:STATe]"]);
  rigol.scpi.onReset(() => rigol.reset());
  return { device: rigol.scpi, socketPort: 5555 };
}
