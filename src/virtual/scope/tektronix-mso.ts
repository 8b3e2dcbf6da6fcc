import type { InstrumentContext, VirtualInstrument } from "../virtual-instrument.js";
import { acquireCommands } from "./tektronix/acquire-commands.js";
import { channelCommands } from "./tektronix/channel-commands.js";
import { eventCommands } from "./tektronix/event-commands.js";
import { keptCommands } from "./tektronix/kept-commands.js";
import { measureCommands } from "./tektronix/measure-commands.js";
import { defaultMsoModel, msoModel } from "./tektronix/models.js";
import { Mso } from "./tektronix/mso.js";
import { waveformCommands } from "./tektronix/waveform-commands.js";

/**
 * A simulated Tektronix 4, 5 or 6 series MSO: analog channels with a 12-bit converter, edge trigger, FastFrame, averages; or
 * an MSO, DPO or MDO of the 3000 or 4000 series: 8 bits, records of a few lengths, immediate measurements, no FastFrame.
 * Not simulated, and answered as an unknown command: other measurements, math, digital and spectrum views, files, what the
 * function generator plays. In RUN it takes a record when a query asks for one: an unwatched simulation stands still.
 *
 * @throws MemrigError `invalid-request`: a model that is not of these families
 * @see 4/5/6 series MSO programmer manual; MDO4000/B/C, MSO/DPO4000B and MDO3000 programmer manual
 */
export function createTektronixMso({ plan, lab, seed }: InstrumentContext): VirtualInstrument {
  const mso = new Mso(msoModel(plan.model ?? defaultMsoModel), lab, plan.label, seed);
  channelCommands(mso);
  acquireCommands(mso);
  waveformCommands(mso);
  eventCommands(mso);
  if (mso.model.older) {
    measureCommands(mso);
    keptCommands(mso, mso.model.older);
  }
  mso.scpi.onReset(() => mso.reset());
  return { device: mso.scpi, socketPort: 4000 };
}
