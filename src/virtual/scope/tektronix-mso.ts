import type { InstrumentContext, VirtualInstrument } from "../virtual-instrument.js";
import { acquireCommands } from "./tektronix/acquire-commands.js";
import { channelCommands } from "./tektronix/channel-commands.js";
import { eventCommands } from "./tektronix/event-commands.js";
import { defaultMsoModel, msoModel } from "./tektronix/models.js";
import { Mso } from "./tektronix/mso.js";
import { waveformCommands } from "./tektronix/waveform-commands.js";

/**
 * A simulated Tektronix 4, 5 or 6 series MSO: analog channels with a 12-bit converter, edge trigger, FastFrame, averages.
 * Not simulated, and answered as an unknown command: measurements, math, digital and spectrum views, files, the function
 * generator. In RUN it takes a record when a query asks for one: an unwatched simulation stands still.
 *
 * @throws MemrigError `invalid-request`: a model that is not of the family
 * @see 4/5/6 series MSO programmer manual
 */
export function createTektronixMso({ plan, lab, seed }: InstrumentContext): VirtualInstrument {
  const mso = new Mso(msoModel(plan.model ?? defaultMsoModel), lab, plan.label, seed);
  channelCommands(mso);
  acquireCommands(mso);
  waveformCommands(mso);
  eventCommands(mso);
  mso.scpi.onReset(() => mso.reset());
  return { device: mso.scpi, socketPort: 4000 };
}
