import { crossing_s, peakOf, type Trace, windowOf } from "./waveform.js";

/** What a pulse did, from the voltage at the device's top and the current through it. NaN where it can not be said. */
export interface TurnOn {
  /** From half of the voltage edge to half of the on-current. */
  readonly delay_s: number;
  /** From 10 % to 90 % of the on-current. */
  readonly rise_s: number;
}

/**
 * Turn-on delay and rise time within one pulse. The on-current is the mean of the last fifth of the pulse; the voltage edge is
 * taken against the largest voltage of the pulse, since the source sags once the device conducts.
 *
 * @param top voltage at the top of the device, V
 * @param current through the device, A
 * @param from_s a little before the pulse begins: the time before it is the base line
 * @param to_s end of the pulse
 */
export function turnOnOf(top: Trace, current: Trace, from_s: number, to_s: number): TurnOn {
  const base_V = windowOf(top, top.start_s, from_s).mean;
  const base_A = windowOf(current, current.start_s, from_s).mean;
  const onset_V = peakOf(top, base_V, from_s, to_s);
  const width_s = to_s - from_s;
  const on_A = windowOf(current, to_s - 0.2 * width_s, to_s - 0.02 * width_s).mean - base_A;
  const rising = (value: number) => (value < 0 ? -1 : 1);
  const edge_s = crossing_s(top, base_V + onset_V / 2, rising(onset_V), from_s, to_s);
  const through = (share: number, after_s: number) =>
    crossing_s(current, base_A + share * on_A, rising(on_A), after_s, to_s);
  return {
    delay_s: through(0.5, from_s) - edge_s,
    rise_s: through(0.9, from_s) - through(0.1, from_s),
  };
}
