import { type IvReadings, type IvSwitching, switchingOf } from "../iv-cycles.js";
import type { Curve } from "./fit.js";

/** A stretch of a sweep over which the device stays in one state. */
export interface StateBranch {
  /** `out-off`, `out-on`, `back-on`, `back-off`; `out` and `back` where it did not switch; `neg-` before them below 0. */
  readonly name: string;
  readonly cycle: number;
  readonly curve: Curve;
  /** Readings left out: under the limit the voltage is not the device's own choice, and noise has any sign. */
  readonly leftOut: number;
}

/**
 * Cuts one cycle at its thresholds into branches in one state each.
 *
 * @param limited readings under the limit, 1 for yes; they are left out, and so are those at level 0 and those whose current has not the sign of the voltage
 */
export function branchesOf(readings: IvReadings, limited: ArrayLike<number>, cycle: number): StateBranch[] {
  return switchingOf(readings)
    .filter((found) => found.cycle === cycle)
    .flatMap((found) => {
      const { upFrom, peak, downTo } = found.excursion;
      const sign = found.polarity < 0 ? "neg-" : "";
      const [on, off] = [switchAt(readings, found), releaseAt(readings, found)];
      const pieces: [string, number, number][] =
        on === undefined
          ? [["out", upFrom, peak]]
          : [
              ["out-off", upFrom, on - 1],
              ["out-on", on, peak],
            ];
      if (downTo > peak) {
        if (off === undefined) pieces.push([on === undefined ? "back" : "back-on", peak, downTo]);
        else pieces.push(["back-on", peak, off - 1], ["back-off", off, downTo]);
      }
      return pieces.map(([name, from, to]) => ({
        name: `${sign}${name}`,
        cycle,
        ...curveOf(readings, limited, from, to),
      }));
    });
}

/** First reading of the way out that is not off any more; undefined where it never switched. */
function switchAt({ drive, asked, voltage_V }: IvReadings, { vth_V, excursion }: IvSwitching): number | undefined {
  for (let k = excursion.upFrom; k <= excursion.peak; k++) {
    if (drive === "voltage" && Math.abs(asked[k] ?? NaN) >= Math.abs(vth_V)) return k;
    if (drive === "current" && voltage_V[k] === vth_V) return k + 1;
  }
  return undefined;
}

function releaseAt({ drive, asked, voltage_V }: IvReadings, { vhold_V, excursion }: IvSwitching): number | undefined {
  for (let k = excursion.peak; k <= excursion.downTo; k++) {
    if (drive === "voltage" && Math.abs(asked[k] ?? NaN) <= Math.abs(vhold_V)) return k;
    if (drive === "current" && voltage_V[k] === vhold_V) return k + 1;
  }
  return undefined;
}

function curveOf(
  { asked, voltage_V, current_A }: IvReadings,
  limited: ArrayLike<number>,
  from: number,
  to: number,
): { curve: Curve; leftOut: number } {
  const pairs: [number, number][] = [];
  for (let k = from; k <= to; k++) {
    const [v, i] = [voltage_V[k] ?? NaN, current_A[k] ?? NaN];
    // at level 0 there is nothing but noise
    if (asked[k] !== 0 && limited[k] !== 1 && v * i > 0) pairs.push([Math.abs(v), Math.abs(i)]);
  }
  pairs.sort(([a], [b]) => a - b);
  return {
    curve: { voltage_V: Float64Array.from(pairs, ([v]) => v), current_A: Float64Array.from(pairs, ([, i]) => i) },
    leftOut: Math.max(0, to - from + 1 - pairs.length),
  };
}
