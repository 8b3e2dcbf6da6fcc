import type { Reading, Stress } from "./shots.js";

/** Moves a device's state with single pulses and reads it: through generator and scope, or through a source-measure unit. */
export interface Nudger {
  /** Time on the device since the first pulse or read, s. */
  readonly time_s: number;
  read(): Promise<Reading>;
  pulseAndRead(level_V: number, width_s: number): Promise<Stress & Reading>;
  /** `RunContext.between` of the protocol's own units; the output is off before a run rests. */
  between(completed: number): Promise<void>;
}
