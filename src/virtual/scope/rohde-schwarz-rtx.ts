import type { InstrumentContext, VirtualInstrument } from "../virtual-instrument.js";
import { channelCommands, dataCommands, keptCommands, timingCommands } from "./rohde-schwarz/commands.js";
import { Rtx, defaultRtxModel, rtxModel } from "./rohde-schwarz/rtx.js";

/**
 * A simulated Rohde & Schwarz RTB2000 or RTO: analog channels, edge trigger, segmented memory with its history, averages.
 * Not simulated, and answered as an unknown command: measurements, math, digital channels, the generator.
 *
 * @throws MemrigError `invalid-request`: a model that is not of the families
 * @see RTB2000 and RTO user manuals, remote control
 */
export function createRohdeSchwarzRtx({ plan, lab, seed }: InstrumentContext): VirtualInstrument {
  const rtx = new Rtx(rtxModel(plan.model ?? defaultRtxModel), lab, plan.label, seed);
  channelCommands(rtx);
  timingCommands(rtx);
  dataCommands(rtx);
  keptCommands(rtx);
  rtx.scpi.onReset(() => rtx.reset());
  return { device: rtx.scpi, socketPort: 5025 };
}
