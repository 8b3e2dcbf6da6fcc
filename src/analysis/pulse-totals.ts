import { integralOf, waveOf } from "./wave.js";
import { peakOf, type Trace, windowOf } from "./waveform.js";

/** What went through a device between two times of a record. */
export interface PulseTotals {
  /** ∫ v i dt: what the device took up; what it gives back (a capacitor) counts against it. J */
  readonly energy_J: number;
  /** ∫ i dt, with its sign. C */
  readonly charge_C: number;
  /** Largest current, with its sign: at a switching event the discharge of what is parallel to the device is in it. A */
  readonly peak_A: number;
  /** By how much the peak is above the current at the end of the pulse, as a share of that; 0: no overshoot. NaN where the end carries none. */
  readonly overshoot: number;
}

/** Share of the pulse, before its end, over which the settled current is taken. */
const settled = 0.2;

/**
 * Energy, charge and peak current of a pulse from its record. Between samples both traces are straight lines and the integrals are
 * exact for those; the error against a smooth wave falls with the square of the time between samples.
 *
 * @param voltage across the device, V, base line at 0
 * @param current through it, A, base line at 0; on the same time axis
 * @param from_s just before the edge
 * @param to_s end of the pulse; both are moved into the record where they lie outside
 */
export function pulseTotals(voltage: Trace, current: Trace, from_s: number, to_s: number): PulseTotals {
  const length = Math.min(voltage.values.length, current.values.length);
  if (length < 2) return { energy_J: NaN, charge_C: NaN, peak_A: NaN, overshoot: NaN };
  const last_s = current.start_s + (length - 1) * current.step_s;
  const [begin_s, end_s] = [Math.max(from_s, current.start_s), Math.min(to_s, last_s)];
  const wave = waveOf(current);
  const peak_A = peakOf(current, 0, begin_s, end_s);
  const pulse_s = Math.max(0, end_s - Math.max(0, begin_s));
  const end_A = windowOf(current, end_s - settled * pulse_s, end_s - 0.1 * settled * pulse_s).mean;
  return {
    energy_J: integralOf(wave, begin_s, end_s, voltage.values),
    charge_C: integralOf(wave, begin_s, end_s),
    peak_A,
    overshoot: end_A * peak_A > 0 ? peak_A / end_A - 1 : Number.NaN,
  };
}
