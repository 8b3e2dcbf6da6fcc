import type { ScopeRecord } from "./acquisition.js";
import type { Scope } from "./scope.js";

/** Windows that are tried, shortest first: a fast signal is not followed for longer than it takes to know it. */
const windows_s = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1];
/** Less than this from peak to peak is no signal. */
const least_Vpp = 10e-3;
const steps = [1, 2, 5, 10];
const divisionsHigh = 8;

/** What one channel sees, at the probe's tip. */
interface Seen {
  readonly number: number;
  readonly low_V: number;
  readonly high_V: number;
  readonly period_s: number;
}

/**
 * Finds the channels that see a periodic signal of at least 10 mV from peak to peak and 20 Hz, and sets up the screen for
 * them: these channels on and the others off, two to five periods, an edge trigger half-way up the first of them. It runs
 * afterwards. Where none sees a signal all settings stay as they were.
 *
 * @param numbers the channels that are looked at
 */
export async function autoscale(scope: Scope, numbers: readonly number[], signal: AbortSignal): Promise<void> {
  let seen: Seen[] = [];
  for (const window_s of windows_s) {
    const record = await oneRecord(scope, window_s, signal);
    const found = record ? numbers.flatMap((number) => seenIn(scope, record, number) ?? []) : [];
    if (found.length >= seen.length) seen = found;
    if (seen.length > 0) break;
  }
  scope.acquisition.records = []; // they were taken for this only
  if (seen.length > 0) setUp(scope, seen);
  scope.run();
}

async function oneRecord(scope: Scope, window_s: number, signal: AbortSignal): Promise<ScopeRecord | undefined> {
  const { acquisition } = scope;
  acquisition.arm({ from_s: 0, to_s: window_s, count: 1, holdoff_s: 0, auto_s: 0, trigger: undefined });
  await acquisition.complete(signal);
  return acquisition.records[0];
}

function seenIn(scope: Scope, record: ScopeRecord, number: number): Seen | undefined {
  const node = scope.nodeOf(number);
  const channel = scope.settings.channels[number - 1];
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

function setUp(scope: Scope, seen: readonly Seen[]): void {
  const { channels, timebase, trigger, acquire } = scope.settings;
  channels.forEach((channel, index) => {
    const found = seen.find(({ number }) => number === index + 1);
    channel.display = found !== undefined;
    if (!found) return;
    channel.coupling = "DC";
    // Not more than six of the eight divisions.
    const scale_V = ladder((found.high_V - found.low_V) / 6);
    channel.range_V = Math.max(8e-3, Math.min(40, (scale_V / channel.probe) * divisionsHigh)) * channel.probe;
    channel.offset_V = (found.high_V + found.low_V) / 2;
    trigger.levels_V[index] = channel.offset_V;
  });
  const longest_s = Math.max(...seen.map(({ period_s }) => period_s));
  Object.assign(timebase, { mode: "MAIN", range_s: 10 * ladder(longest_s / 5), position_s: 0, reference: "CENT" });
  Object.assign(trigger, { sweep: "AUTO", source: `CHAN${seen[0]?.number ?? 1}`, slope: "POS", coupling: "DC" });
  Object.assign(acquire, { type: "NORM", mode: "RTIM" });
}

/** The next number up of 1, 2, 5, 10, … */
function ladder(least: number): number {
  const decade = 10 ** Math.floor(Math.log10(least));
  return (steps.find((step) => step * decade >= least * (1 - 1e-9)) ?? 10) * decade;
}
