import type { Excursion } from "./excursions.js";
import type { IvReadings } from "./iv-cycles.js";

/** How far the way out and the way back lie apart. */
export interface Hysteresis {
  /** |∫ out − ∫ back| of the measured quantity over the programmed one, V·A: the area between the two ways. */
  readonly area_W: number;
  /** The same over the sum of both: 0 for one and the same curve, towards 1 where one way carries nothing. */
  readonly share: number;
}

/**
 * Area between the way out and the way back of an excursion, straight lines between readings. The current over the programmed
 * voltage, or the voltage over the programmed current. An excursion without a way back has none: NaN.
 *
 * Where the ways cross within the excursion the parts count against each other; sweeps through 0 are cut at 0 into excursions, so that the
 * two lobes of a pinched loop do not.
 */
export function hysteresisOf(readings: IvReadings, { upFrom, peak, downTo }: Excursion): Hysteresis {
  if (downTo === peak || upFrom === peak) return { area_W: Number.NaN, share: Number.NaN };
  const { asked } = readings;
  const measured = readings.drive === "voltage" ? readings.current_A : readings.voltage_V;
  const out = Math.abs(integral(asked, measured, upFrom, peak));
  const back = Math.abs(integral(asked, measured, peak, downTo));
  const area_W = Math.abs(out - back);
  return { area_W, share: out + back > 0 ? area_W / (out + back) : Number.NaN };
}

function integral(over: ArrayLike<number>, of: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let k = from + 1; k <= to; k++) {
    sum += (((of[k] ?? Number.NaN) + (of[k - 1] ?? Number.NaN)) / 2) * ((over[k] ?? 0) - (over[k - 1] ?? 0));
  }
  return sum;
}
