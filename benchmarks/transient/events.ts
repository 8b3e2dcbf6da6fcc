import { readFileSync } from "node:fs";
import type { EventSpec } from "../../src/simulator/netlist/types.js";

export interface TimedEvent {
  readonly event: string;
  readonly t_s: number;
}

/** u = 0.25 in the state y = 1/ln(1/u): a device counts as on above. */
export const on_y = 1 / Math.log(4);
export const level_VK = 0.7;

/** The events of data/: each device through u = 0.25, and the second one's node through 0.7 V. */
export function eventSpecs(devices: number): EventSpec[] {
  const state = (index: number) => ({ kind: "state", element: `X${index}`, index: 0 }) as const;
  const both = (index: number): EventSpec[] => [
    { event: `X${index}_on`, quantity: state(index), level: on_y, direction: "up" },
    { event: `X${index}_off`, quantity: state(index), level: on_y, direction: "down" },
  ];
  if (devices === 1) return both(1);
  const node = { kind: "voltage", node: "k" } as const;
  return [
    ...both(1),
    ...both(2),
    { event: "VK_up", quantity: node, level: level_VK, direction: "up" },
    { event: "VK_dn", quantity: node, level: level_VK, direction: "down" },
  ];
}

export function readEvents(path: string): TimedEvent[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => /^[XV]/.test(line))
    .map((line) => {
      const [event = "", t_s = ""] = line.split(",");
      return { event, t_s: Number(t_s) };
    });
}

/**
 * Largest relative error of the event times. Events of one name are compared in order; one too many or too few
 * makes it infinite: a solver that invents or loses a switching has no accuracy to speak of.
 */
export function largestError(found: readonly TimedEvent[], expected: readonly TimedEvent[]): number {
  const names = new Set([...found, ...expected].map(({ event }) => event));
  let largest = 0;
  for (const name of names) {
    const times = timesOf(found, name);
    const right = timesOf(expected, name);
    if (times.length !== right.length) return Infinity;
    times.forEach((t, k) => (largest = Math.max(largest, Math.abs(t / (right[k] ?? Number.NaN) - 1))));
  }
  return largest;
}

function timesOf(events: readonly TimedEvent[], name: string): number[] {
  return events.filter(({ event }) => event === name).map(({ t_s }) => t_s);
}

/** Spikes: how often the last device turned on. */
export function countSpikes(events: readonly TimedEvent[]): number {
  const last = events.some(({ event }) => event.startsWith("X2")) ? "X2_on" : "X1_on";
  return timesOf(events, last).length;
}

/**
 * Where a sampled waveform passes a level: on the cubic through the two samples on either side, so that a solver is
 * judged by its points and not by straight lines between them.
 */
export function crossings(
  t_s: ArrayLike<number>,
  values: ArrayLike<number>,
  level: number,
): { readonly t_s: number; readonly up: boolean }[] {
  const found: { t_s: number; up: boolean }[] = [];
  for (let k = 1; k < values.length; k++) {
    const before = values[k - 1]! < level;
    if (before === values[k]! < level) continue;
    const from = Math.max(0, Math.min(k - 2, values.length - 4));
    found.push({ t_s: rootBetween(t_s, values, level, k, from), up: before });
  }
  return found;
}

/** Bisection on the polynomial through samples from ... from+3, between samples k-1 and k. */
function rootBetween(
  t_s: ArrayLike<number>,
  values: ArrayLike<number>,
  level: number,
  k: number,
  from: number,
): number {
  let low = t_s[k - 1]!;
  let high = t_s[k]!;
  const rises = values[k]! > values[k - 1]!;
  for (let n = 0; n < 60; n++) {
    const middle = (low + high) / 2;
    if (interpolated(t_s, values, from, middle) < level === rises) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Lagrange's polynomial through four samples. */
function interpolated(t_s: ArrayLike<number>, values: ArrayLike<number>, from: number, at_s: number): number {
  let sum = 0;
  for (let j = from; j < from + 4; j++) {
    let term = values[j]!;
    for (let m = from; m < from + 4; m++) if (m !== j) term *= (at_s - t_s[m]!) / (t_s[j]! - t_s[m]!);
    sum += term;
  }
  return sum;
}
