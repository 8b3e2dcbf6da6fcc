import type { Pwl } from "../one-port.js";

/** Number of corners at or before t. */
export function cornersUntil(emf: Pwl, t_s: number): number {
  let low = 0;
  let high = emf.times_s.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (emf.times_s[middle]! <= t_s) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Time of the first corner after t; Infinity after the last. */
export function cornerAfter(emf: Pwl, t_s: number): number {
  return emf.times_s[cornersUntil(emf, t_s)] ?? Infinity;
}

/**
 * Value at t on the straight piece that reaches towards `other_s`: where two corners share a time the source jumps
 * there, and the two sides differ.
 */
export function emfAt(emf: Pwl, t_s: number, other_s: number): number {
  const after = cornersUntil(emf, Math.min(t_s, other_s));
  const last = emf.times_s.length - 1;
  if (after === 0) return emf.values[0]!;
  if (after > last) return emf.values[last]!;
  const t0 = emf.times_s[after - 1]!;
  const t1 = emf.times_s[after]!;
  const v0 = emf.values[after - 1]!;
  const v1 = emf.values[after]!;
  return t_s >= t1 ? v1 : v0 + ((v1 - v0) * (t_s - t0)) / (t1 - t0);
}
