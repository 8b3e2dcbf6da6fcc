import type { Screen, Thresholds } from "./measure.js";

/** A passage from below the lower to above the upper threshold, or back: when it passed each of them. */
export interface Edge {
  readonly rising: boolean;
  readonly low_s: number;
  readonly middle_s: number;
  readonly high_s: number;
}

/** The level where more than 5 % of the points lie within a 40th of the swing: the flat part of a pulse. */
export function settled(volts: Float64Array, from: number, to: number, side: 1 | -1): number | undefined {
  const bins = 20;
  const width = (to - from) / bins;
  if (!(width > 0)) return undefined;
  const counts = new Array<number>(bins).fill(0);
  const sums = new Array<number>(bins).fill(0);
  for (const v of volts) {
    const bin = Math.min(bins - 1, Math.floor((v - from) / width));
    if (v < from || v > to || bin < 0) continue;
    counts[bin] = (counts[bin] ?? 0) + 1;
    sums[bin] = (sums[bin] ?? 0) + v;
  }
  let best = side > 0 ? bins - 1 : 0;
  for (let bin = 0; bin < bins; bin += 1) if ((counts[bin] ?? 0) > (counts[best] ?? 0)) best = bin;
  const count = counts[best] ?? 0;
  return count > 0.05 * volts.length ? (sums[best] ?? 0) / count : undefined;
}

/** All edges of a screen: noise on a level makes none. */
export function edgesOf(
  { volts, start_s, step_s }: Screen,
  base: number,
  swing: number,
  { lower, middle, upper }: Thresholds,
): Edge[] {
  if (!(swing > 0)) return [];
  const edges: Edge[] = [];
  const share = (k: number) => ((volts[k] ?? 0) - base) / swing;
  const passed = (from: number, to: number, level: number, rising: boolean) => {
    for (let k = from + 1; k <= to; k += 1) {
      const before = share(k - 1);
      const after = share(k);
      if (rising ? before < level && after >= level : before > level && after <= level) {
        return start_s + (k - 1 + (level - before) / (after - before)) * step_s;
      }
    }
    return start_s + to * step_s;
  };
  let side = 0;
  let left = 0; // last point that was still on the old side
  for (let k = 0; k < volts.length; k += 1) {
    const now = share(k) <= lower ? -1 : share(k) >= upper ? 1 : 0;
    if (now === 0) continue;
    if (side !== 0 && now !== side) {
      const rising = now > 0;
      edges.push({
        rising,
        low_s: passed(left, k, lower, rising),
        middle_s: passed(left, k, middle, rising),
        high_s: passed(left, k, upper, rising),
      });
    }
    side = now;
    left = k;
  }
  return edges;
}
