import { crossing_s, type Trace } from "./waveform.js";

/**
 * How long a device stays on after its pulse: from the end of the pulse until the current at the probe level has fallen to half of what
 * the on-state would carry there. That is the current at the end of the pulse times probe level over pulse level: everything in series
 * stays the same, so a device as conductive as before would carry just that share.
 *
 * @param current through the device, A, base line at 0
 * @param on_A at the end of the pulse
 * @param share probe level over pulse level, above 0 and below 1
 * @param from_s end of the pulse; @param to_s end of the probe
 * @returns NaN where it is still on at the end
 */
export function relaxationOf(current: Trace, on_A: number, share: number, from_s: number, to_s: number): number {
  const falling = on_A < 0 ? 1 : -1;
  return crossing_s(current, (on_A * share) / 2, falling, from_s, to_s) - from_s;
}
