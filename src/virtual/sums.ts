import type { Pwl } from "../simulator/one-port.js";

/** All values by a factor. */
export function scaled({ times_s, values }: Pwl, factor: number): Pwl {
  return { times_s, values: Float64Array.from(values, (value) => value * factor) };
}

export function negated(emf: Pwl): Pwl {
  return scaled(emf, -1);
}

/** a − b, with the corners and the jumps of both. */
export function difference(a: Pwl, b: Pwl): Pwl {
  const [steadyA, steadyB] = [steadyOf(a), steadyOf(b)];
  if (steadyB !== undefined) return { times_s: a.times_s, values: Float64Array.from(a.values, (v) => v - steadyB) };
  if (steadyA !== undefined) return { times_s: b.times_s, values: Float64Array.from(b.values, (v) => steadyA - v) };
  const times_s: number[] = [];
  const values: number[] = [];
  for (const time_s of cornersOf([a, b])) {
    const before = sideOf(a, time_s, false) - sideOf(b, time_s, false);
    const after = sideOf(a, time_s, true) - sideOf(b, time_s, true);
    times_s.push(time_s);
    values.push(before);
    if (after === before) continue;
    times_s.push(time_s);
    values.push(after);
  }
  return { times_s, values };
}

/** A line with a corner wherever one of them has one; its values say nothing. */
export function allCorners(emfs: readonly Pwl[]): Pwl {
  const times_s = cornersOf(emfs);
  return { times_s, values: new Float64Array(times_s.length) };
}

function cornersOf(emfs: readonly Pwl[]): number[] {
  return [...new Set(emfs.flatMap(({ times_s }) => Array.from(times_s)))].sort((left, right) => left - right);
}

function steadyOf({ times_s, values }: Pwl): number | undefined {
  return times_s.length === 1 ? values[0] : undefined;
}

/** The value just before or just after a time: corners that share a time are a jump. */
function sideOf({ times_s, values }: Pwl, time_s: number, after: boolean): number {
  const passed = (time: number) => (after ? time <= time_s : time < time_s);
  let k = 0;
  while (k < times_s.length && passed(times_s[k] ?? Infinity)) k += 1;
  const [t0 = -Infinity, t1 = Infinity] = [times_s[k - 1], times_s[k]];
  const [v0, v1] = [values[k - 1], values[k]];
  if (v0 === undefined) return v1 ?? 0;
  if (v1 === undefined || t0 === time_s) return v0;
  return t1 === time_s ? v1 : v0 + ((v1 - v0) * (time_s - t0)) / (t1 - t0);
}
