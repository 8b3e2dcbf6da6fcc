import { excursionsOf, median } from "../analysis/index.js";

/** The plan of a sweep, as read off its levels. */
export interface SweepShape {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly shape: "single" | "double" | "loop";
}

/** Reads start, far end, step and shape off the levels of one sweep. */
export function shapeOf(levels: Float64Array): SweepShape {
  const changes = Array.from(levels.subarray(1), (level, k) => level - (levels[k] ?? level)).filter(
    (change) => change !== 0,
  );
  const step = Number(median(changes.map(Math.abs)).toPrecision(9));
  const [first, last] = [levels[0] ?? 0, levels.at(-1) ?? 0];
  if (changes.every((change) => change > 0) || changes.every((change) => change < 0)) {
    return { start: first, stop: last, step, shape: "single" };
  }
  const peaks = excursionsOf(levels, 0, levels.length).map(({ peak }) => levels[peak] ?? 0);
  const stop = farthest(peaks.filter((peak) => peak * (peaks[0] ?? 0) > 0));
  const other = farthest(peaks.filter((peak) => peak * stop < 0));
  return other === 0 || Math.abs(first) > 0.5 * Math.abs(other)
    ? { start: first, stop, step, shape: "double" }
    : { start: other, stop, step, shape: "loop" };
}

function farthest(levels: readonly number[]): number {
  return levels.reduce((most, level) => (Math.abs(level) > Math.abs(most) ? level : most), 0);
}

/** Number of the straight piece each level belongs to: 0 out, 1 back, 2 and 3 the other side. */
export function branchesOf(levels: Float64Array): Int32Array {
  const branches = new Int32Array(levels.length);
  for (const [k, { upFrom, peak, downTo }] of excursionsOf(levels, 0, levels.length).entries()) {
    branches.fill(2 * k, upFrom + (k > 0 ? 1 : 0), peak + 1);
    branches.fill(2 * k + 1, peak + 1, downTo + 1);
  }
  return branches;
}

/** The length after which the levels repeat, two or more whole times; undefined where they do not. */
export function periodOf(levels: Float64Array): number | undefined {
  const span = levels.reduce((most, level) => Math.max(most, Math.abs(level)), 0);
  const same = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * span;
  const { length } = levels;
  for (let period = 5; period <= length / 2; period++) {
    if (length % period !== 0 || !same(levels[period] ?? Number.NaN, levels[0] ?? 0)) continue;
    let k = period;
    while (k < length && same(levels[k] ?? Number.NaN, levels[k - period] ?? Number.NaN)) k++;
    if (k === length) return period;
  }
  return undefined;
}

/** Whether neighbouring levels are one step apart, as forced ones are and measured ones are not. */
export function isStepped(levels: Float64Array): boolean {
  const { step } = shapeOf(levels);
  let regular = 0;
  let changes = 0;
  for (let k = 1; k < levels.length; k++) {
    const change = Math.abs((levels[k] ?? 0) - (levels[k - 1] ?? 0));
    if (change === 0) continue;
    changes++;
    if (Math.abs(change - step) < 1e-3 * step) regular++;
  }
  return changes > 0 && regular >= 0.9 * changes;
}
