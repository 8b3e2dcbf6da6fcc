import type { InstrumentContext, VirtualInstrument } from "../virtual-instrument.js";
import { channelCommands } from "./channel-commands.js";
import { controlCommands } from "./control-commands.js";
import { displayCommands } from "./display-commands.js";
import { measureCommands } from "./measure-commands.js";
import { defaultScopeModel, scopeModel } from "./models.js";
import { otherTriggerCommands } from "./other-trigger-commands.js";
import { Scope } from "./scope.js";
import { timebaseCommands, triggerCommands } from "./timing-commands.js";
import { waveformCommands } from "./waveform-commands.js";

/**
 * A simulated Keysight InfiniiVision X oscilloscope: analog channels with noise and an 8-bit converter, edge and pulse width
 * trigger, segmented memory. Each channel sees the node it is wired to; one that is not wired sees 0 V. Not simulated, and
 * answered as an unknown command: digital channels, math, serial buses. Zoom, XY and roll are taken, and behave as MAIN;
 * triggers on patterns, runts, bursts, transitions and video are taken, and never come.
 *
 * In RUN it takes a record when a query asks for one, not all the time: an unwatched simulation stands still.
 *
 * @throws MemrigError `invalid-request`: a model that is not of the family
 * @see InfiniiVision 2000 X, 3000 X and 3000T Programmer's Guides
 */
export function createInfiniiVision({ plan, lab, seed }: InstrumentContext): VirtualInstrument {
  const scope = new Scope(scopeModel(plan.model ?? defaultScopeModel), lab, plan.label, seed);
  channelCommands(scope);
  timebaseCommands(scope);
  triggerCommands(scope);
  otherTriggerCommands(scope);
  controlCommands(scope);
  waveformCommands(scope);
  measureCommands(scope);
  displayCommands(scope);
  scope.scpi.onReset(() => scope.reset());
  return { device: scope.scpi, socketPort: 5025 };
}
