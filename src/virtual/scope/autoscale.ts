import { type Seen, findSignals, ladder } from "./find-signals.js";
import type { Scope } from "./scope.js";

const divisionsHigh = 8;

/**
 * Sets up the screen for the channels that see a signal: these on and the others off, two to five periods, an edge trigger
 * half-way up the first of them. It runs afterwards. Where none sees a signal all settings stay as they were.
 *
 * @param numbers the channels that are looked at
 */
export async function autoscale(scope: Scope, numbers: readonly number[], signal: AbortSignal): Promise<void> {
  const seen = await findSignals(scope, scope.settings.channels, numbers, signal);
  if (seen.length > 0) setUp(scope, seen);
  scope.run();
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
  scope.kept.set("EDGE", ":TRIGger:MODE");
  Object.assign(acquire, { type: "NORM", mode: "RTIM" });
}
