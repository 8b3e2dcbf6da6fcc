import type { CaptureScope } from "./capture.js";
import type { PulseSource } from "./pulse.js";
import type { CurrentProbe, VoltageProbe } from "./stations.js";

/**
 * Pulses and records voltage and current at the same terminal: the pulse cards of a parameter analyzer. Seen as a generator and a scope,
 * so that what needs those two works with it: a record begins with the cycle that is played, and needs no cable for its trigger.
 */
export interface PulseUnit {
  readonly source: PulseSource;
  /** Armed after a cycle was loaded: what is recorded is laid over that. Loading again takes it back. */
  readonly scope: CaptureScope;
  /** Which of the scope's channels show voltage and current of a channel of the source. */
  probesOf(channel: number): { readonly top: VoltageProbe; readonly current: CurrentProbe };
}
