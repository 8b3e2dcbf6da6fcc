import { resistance_ohm } from "./statistics.js";
import { integralOf, meanOver, type Wave } from "./wave.js";

/**
 * Energy of each spike, J: the integral of voltage times current from the start of one spike to the start of the next, so one less
 * than there are spikes. What is taken from the source while the next spike is prepared belongs to it.
 *
 * @param voltage across what takes the energy: a device, or a source for all that it gives, V
 * @param current_A through it, on the times of the voltage
 * @param start_s starts of the spikes, rising, within the wave
 */
export function energyPerSpike_J(
  voltage: Wave,
  current_A: ArrayLike<number>,
  start_s: ArrayLike<number>,
): Float64Array {
  const count = Math.max(0, start_s.length - 1);
  return Float64Array.from({ length: count }, (_, k) =>
    integralOf(voltage, start_s[k] as number, start_s[k + 1] as number, current_A),
  );
}

/** From when to when, s. */
export interface TimeWindow {
  readonly from_s: number;
  readonly to_s: number;
}

/** Resistance of both states and their ratio; NaN where there is no current, or of the wrong sign. */
export interface OnOff {
  readonly on_ohm: number;
  readonly off_ohm: number;
  readonly ratio: number;
}

/** Resistances on and off: mean voltage over mean current, over time, within a window in which the device is in that state. */
export function onOffOf(voltage: Wave, current_A: ArrayLike<number>, on: TimeWindow, off: TimeWindow): OnOff {
  const current = { times_s: voltage.times_s, values: current_A };
  const within = ({ from_s, to_s }: TimeWindow) =>
    resistance_ohm(meanOver(voltage, from_s, to_s), meanOver(current, from_s, to_s));
  const [on_ohm, off_ohm] = [within(on), within(off)];
  return { on_ohm, off_ohm, ratio: off_ohm / on_ohm };
}
