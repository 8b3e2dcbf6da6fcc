import type { LoadedCycle, PulseCycle, PulseRanges, PulseSegment } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { si } from "../../src/units.js";

/** A cycle as samples of an arbitrary waveform, and what the codes mean in volts. */
export interface ArbCycle {
  readonly loaded: LoadedCycle;
  /** −32767 is `low_V`, +32767 is `high_V`. */
  readonly codes: Int16Array;
  readonly low_V: number;
  readonly high_V: number;
}

const FULL_SCALE = 32767;
/** Smallest distance of the two ends of the scale, open circuit, where the generator does not say: 10 mV into 50 Ω. */
const MIN_SPAN_V = 20e-3;
/** Shortest waveform that is taken. */
const MIN_SAMPLES = 8;
/** Times are compared in femtoseconds: finer than any sample, and still exact in a double up to 9 s. */
const TICKS_PER_S = 1e15;

/**
 * Turns a cycle into samples. The sample time is the largest that all segments are whole multiples of, where the
 * generator has it; else the shortest it can use, and the segments are rounded to it (told in `loaded`).
 *
 * The first sample is at 0 V, because that is where the generator waits before and after a burst. Where the cycle begins
 * elsewhere and ends at 0 V, one sample of its end is played at its beginning: the period stays what it was. Where it
 * does neither, one sample at 0 V is put before it.
 *
 * @throws MemrigError `invalid-request`: level, time or length outside the ranges or the cycle's own limits
 */
export function toArb(label: string, cycle: PulseCycle, ranges: PulseRanges): ArbCycle {
  check(label, cycle, ranges);
  const rate_Sa_per_s = chooseRate(cycle.segments, ranges);
  const counts = cycle.segments.map(({ duration_s }) => Math.max(1, Math.round(duration_s * rate_Sa_per_s)));

  const first = cycle.segments[0];
  const last = cycle.segments.at(-1);
  const played = cycle.segments.map(({ level_V }, i) => ({ level_V, count: counts[i] ?? 1 }));
  const rest = played.at(-1);
  if (first && first.level_V !== 0) {
    if (last?.level_V === 0 && rest && rest.count > 1) rest.count--;
    played.unshift({ level_V: 0, count: 1 });
  }
  const samples = played.reduce((sum, { count }) => sum + count, 0);
  if (samples > ranges.maxSamples || samples < MIN_SAMPLES) {
    const length_s = cycle.segments.reduce((sum, { duration_s }) => sum + duration_s, 0);
    throw new MemrigError(
      "invalid-request",
      `${label}: a cycle of ${si(length_s, "s")} takes ${samples} samples of ${si(1 / rate_Sa_per_s, "s")}; the ` +
        `generator takes ${MIN_SAMPLES} to ${ranges.maxSamples}. Nothing was sent. Choose times that are multiples of a ` +
        `longer one, or a shorter rest.`,
      { samples, maxSamples: ranges.maxSamples },
    );
  }

  const { low_V, high_V } = scaleOf(cycle, ranges.minSpan_V ?? MIN_SPAN_V);
  const middle_V = (high_V + low_V) / 2;
  const half_V = (high_V - low_V) / 2;
  const codes = new Int16Array(samples);
  let at = 0;
  for (const { level_V, count } of played) {
    codes.fill(Math.round(((level_V - middle_V) / half_V) * FULL_SCALE), at, at + count);
    at += count;
  }
  const segments = cycle.segments.map(({ level_V }, i) => ({ level_V, duration_s: (counts[i] ?? 1) / rate_Sa_per_s }));
  return { loaded: { segments, samples, rate_Sa_per_s }, codes, low_V, high_V };
}

/** Samples in volts as codes: −32767 is `low_V`, +32767 is `high_V`. */
export function codesOf(volts: Float64Array, low_V: number, high_V: number): Int16Array {
  const middle_V = (high_V + low_V) / 2;
  const half_V = (high_V - low_V) / 2 || 1;
  return Int16Array.from(volts, (value) => Math.round(((value - middle_V) / half_V) * FULL_SCALE));
}

function check(label: string, cycle: PulseCycle, ranges: PulseRanges): void {
  const { low_V, high_V } = cycle.limit;
  const refuse = (why: string, details: Record<string, unknown>): never => {
    throw new MemrigError("invalid-request", `${label}: ${why}. Nothing was sent.`, details);
  };
  if (cycle.segments.length === 0) refuse("a cycle without segments was asked for", {});
  if (!(low_V <= 0 && high_V >= 0)) {
    refuse(`limits of ${si(low_V, "V")} to ${si(high_V, "V")} leave out 0 V, where the generator waits`, {
      low_V,
      high_V,
    });
  }
  for (const { level_V, duration_s } of cycle.segments) {
    if (!(Math.abs(level_V) <= ranges.maxLevel_V)) {
      refuse(`a level of ${si(level_V, "V")} was asked for; up to ${si(ranges.maxLevel_V, "V")} is possible`, {
        level_V,
      });
    }
    if (!(level_V >= low_V && level_V <= high_V)) {
      refuse(`a level of ${si(level_V, "V")} is outside its own limits, ${si(low_V, "V")} to ${si(high_V, "V")}`, {
        level_V,
      });
    }
    if (!(duration_s >= ranges.minSegment_s * (1 - 1e-9) && Number.isFinite(duration_s))) {
      const least = si(ranges.minSegment_s, "s");
      refuse(`a segment of ${si(duration_s, "s")} was asked for; at least ${least} is possible`, { duration_s });
    }
  }
}

/** Ends of the scale: the levels and 0 V, at least the smallest span apart, inside the limits where they leave room. */
function scaleOf(cycle: PulseCycle, minSpan_V: number): { low_V: number; high_V: number } {
  const levels = cycle.segments.map(({ level_V }) => level_V);
  let low_V = Math.min(0, ...levels);
  let high_V = Math.max(0, ...levels);
  const missing_V = minSpan_V - (high_V - low_V);
  if (missing_V > 0) {
    const up_V = Math.min(missing_V, Math.max(0, cycle.limit.high_V - high_V));
    high_V += up_V;
    low_V -= missing_V - up_V;
  }
  return { low_V, high_V };
}

function chooseRate(segments: readonly PulseSegment[], ranges: PulseRanges): number {
  const fastest = Math.round(1 / ranges.minSegment_s);
  const ticks = segments.map(({ duration_s }) => Math.round(duration_s * TICKS_PER_S));
  const common_s = ticks.reduce(greatestCommonDivisor, 0) / TICKS_PER_S;
  const total_s = segments.reduce((sum, { duration_s }) => sum + duration_s, 0);
  if (common_s * fastest < 1 - 1e-9 || total_s / common_s > ranges.maxSamples - 1) {
    // The times have no common measure the generator can use: as fine as it goes.
    return Math.min(fastest, Math.floor((ranges.maxSamples - 1 - segments.length) / total_s) || fastest);
  }
  // Fine enough that one sample at 0 V in front is short beside the shortest segment.
  const shortest_s = Math.min(...segments.map(({ duration_s }) => duration_s));
  const wanted = Math.max(100 / shortest_s, (MIN_SAMPLES + 1) / total_s);
  const finer = Math.max(1, Math.ceil(wanted * common_s * (1 - 1e-9)));
  const possible = Math.min(fastest * common_s * (1 + 1e-9), (ranges.maxSamples - 1) / (total_s / common_s));
  return Math.max(1, Math.min(finer, Math.floor(possible))) / common_s;
}

function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}
