import type { InstrumentContext, VirtualInstrument } from "../virtual-instrument.js";
import { generatorOutputs } from "./inner-generator.js";
import { channelCommands, dataCommands, keptCommands, timingCommands } from "./rohde-schwarz/commands.js";
import { measureCommands } from "./rohde-schwarz/measure-commands.js";
import { Rtx, defaultRtxModel, rtxModel } from "./rohde-schwarz/rtx.js";
import { triggerKinds } from "./rohde-schwarz/trigger-commands.js";

/**
 * A simulated Rohde & Schwarz RTB2000 or RTO: analog channels, edge, width and glitch trigger, segmented memory with its
 * history, averages, envelopes, measurements. Not simulated, and answered as an unknown command: math, digital channels, the
 * generator but for its outputs going on and off. Triggers of other kinds are set, asked back, and never come.
 *
 * @throws MemrigError `invalid-request`: a model that is not of the families
 * @see RTB2000 and RTO user manuals, remote control
 */
export function createRohdeSchwarzRtx({ plan, lab, seed }: InstrumentContext): VirtualInstrument {
  const rtx = new Rtx(rtxModel(plan.model ?? defaultRtxModel), lab, plan.label, seed);
  channelCommands(rtx);
  timingCommands(rtx);
  triggerKinds(rtx);
  measureCommands(rtx);
  dataCommands(rtx);
  keptCommands(rtx);
  generatorOutputs(rtx.scpi, [rtx.model.large ? ":WGENerator<1-2>[:ENABle]" : ":WGENerator:OUTPut[:ENABle]"]);
  rtx.scpi.onReset(() => rtx.reset());
  return { device: rtx.scpi, socketPort: 5025 };
}
