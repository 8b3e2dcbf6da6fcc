import { crossing_s, peakOf, type Trace, windowOf } from "./waveform.js";

/** What a pulse did, from the voltage across the device and the current through it. NaN where it can not be said. */
export interface TurnOn {
  /** From half of the voltage edge to half of the on-current. */
  readonly delay_s: number;
  /** From 10 % to 90 % of the on-current. */
  readonly rise_s: number;
  /** From half of the voltage edge to 90 % of the on-current: delay and rise together, until it is on. */
  readonly turnOn_s: number;
  /** The voltage was at 90 % at least two samples before the current was at half: a resistor's current rises with it. */
  readonly late: boolean;
}

/**
 * Turn-on delay and rise time within one pulse. The on-current is the mean near the end of the pulse; the voltage edge is
 * taken against the largest voltage of the pulse, since it falls once the device conducts. Both traces have their base line at 0.
 *
 * @param voltage across the device, V
 * @param current through the device, A; on the same time axis
 * @param from_s just before the edge
 * @param to_s end of the pulse
 */
export function turnOnOf(voltage: Trace, current: Trace, from_s: number, to_s: number): TurnOn {
  const onset_V = peakOf(voltage, 0, from_s, to_s);
  const on_A = windowOf(current, 0.8 * to_s, 0.98 * to_s).mean;
  const rising = (value: number) => (value < 0 ? -1 : 1);
  const edge_s = (share: number) => crossing_s(voltage, share * onset_V, rising(onset_V), from_s, to_s);
  const through_s = (share: number) => crossing_s(current, share * on_A, rising(on_A), from_s, to_s);
  return {
    delay_s: through_s(0.5) - edge_s(0.5),
    rise_s: through_s(0.9) - through_s(0.1),
    turnOn_s: through_s(0.9) - edge_s(0.5),
    late: through_s(0.5) - edge_s(0.9) >= 2 * voltage.step_s,
  };
}
