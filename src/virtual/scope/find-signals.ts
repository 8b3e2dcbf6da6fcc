import type { ScopeRecord } from "./acquisition.js";
import type { InputSettings } from "./input.js";
import type { ScopeCore } from "./scope-core.js";

/** Windows that are tried, shortest first: a fast signal is not followed for longer than it takes to know it. */
const windows_s = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1];
/** Less than this from peak to peak is no signal. */
const least_Vpp = 10e-3;
const steps = [1, 2, 5, 10];

/** What one channel sees, at the probe's tip. */
export interface Seen {
  readonly number: number;
  readonly low_V: number;
  readonly high_V: number;
  readonly period_s: number;
}

/**
 * Looks which of some channels see a periodic signal of at least 10 mV from peak to peak and 20 Hz, as automatic set-ups do. An
 * acquisition under way is given up, and no record is kept.
 *
 * @param inputs all channels of the scope, the first one first
 * @param numbers those that are looked at
 */
export async function findSignals<Input extends InputSettings>(
  scope: ScopeCore<Input>,
  inputs: readonly Input[],
  numbers: readonly number[],
  signal: AbortSignal,
): Promise<readonly Seen[]> {
  let seen: Seen[] = [];
  for (const window_s of windows_s) {
    const record = await oneRecord(scope, window_s, signal);
    const found = record ? numbers.flatMap((number) => seenBy(scope, inputs[number - 1], record, number) ?? []) : [];
    if (found.length >= seen.length) seen = found;
    if (seen.length > 0) break;
  }
  scope.acquisition.records = []; // they were taken for this only
  return seen;
}

async function oneRecord<Input extends InputSettings>(
  scope: ScopeCore<Input>,
  window_s: number,
  signal: AbortSignal,
): Promise<ScopeRecord | undefined> {
  const { acquisition } = scope;
  acquisition.arm({ from_s: 0, to_s: window_s, count: 1, holdoff_s: 0, auto_s: 0, trigger: undefined });
  await acquisition.complete(signal);
  return acquisition.records[0];
}

function seenBy<Input extends InputSettings>(
  scope: ScopeCore<Input>,
  channel: Input | undefined,
  record: ScopeRecord,
  number: number,
): Seen | undefined {
  const node = scope.nodeOf(number);
  if (node === undefined || !channel) return undefined;
  const factor = (channel.invert ? -1 : 1) * channel.probe;
  const { first, end } = record;
  const volts = (node === "top" ? record.top_V : record.bottom_V).subarray(first, end).map((value) => value * factor);
  const high_V = volts.reduce((a, b) => Math.max(a, b), -Infinity);
  const low_V = volts.reduce((a, b) => Math.min(a, b), Infinity);
  if (!(high_V - low_V >= least_Vpp * channel.probe)) return undefined;
  const rises_s = risesOf(record.times_s.subarray(first, end), volts, low_V, high_V);
  const [first_s, second_s] = rises_s;
  if (first_s === undefined || second_s === undefined) return undefined;
  return { number, low_V, high_V, period_s: second_s - first_s };
}

/** When it passed from the lowest to the highest quarter. */
function risesOf(times_s: Float64Array, volts: Float64Array, low_V: number, high_V: number): number[] {
  const rises_s: number[] = [];
  let low = false;
  for (const [k, value_V] of volts.entries()) {
    const share = (value_V - low_V) / (high_V - low_V);
    if (share < 0.25) low = true;
    if (share <= 0.75 || !low) continue;
    rises_s.push(times_s[k] ?? 0);
    low = false;
  }
  return rises_s;
}

/** The next number up of 1, 2, 5, 10, … */
export function ladder(least: number): number {
  const decade = 10 ** Math.floor(Math.log10(least));
  return (steps.find((step) => step * decade >= least * (1 - 1e-9)) ?? 10) * decade;
}
