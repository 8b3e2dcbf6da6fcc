import type {
  CapturePlan,
  CaptureRanges,
  PulseCycle,
  PulseRanges,
  PulseSegment,
} from "../../src/capabilities/index.js";
import { si } from "../../src/units.js";
import { checkCapture } from "../scope/capture-check.js";
import { refusal } from "./checks.js";

/** Times of Segment Arb are whole tens of nanoseconds: all that is planned is counted in them. */
export const TICK_S = 10e-9;
/** The converter's clock; slower ones are its whole parts. */
const FASTEST_STEP_S = 5e-9;
const SLOWEST_STEP_S = 1e-3;
/** `:PMU:SARB:SEQ:TIME` takes up to a second; a longer level is several pieces. */
const LONGEST_LINE = 1e8;
/** Pieces that a channel stores, all sequences together. */
const MOST_LINES = 2048;
/** A level must be seen in so many samples, or it might be missed. */
const LEAST_SAMPLES = 2;

/** By the voltage range: shortest piece, which is also the fastest edge (KXCI manual 4200A-KXCI-907-01 Rev D, p. 7-52), in ticks. */
const shortest = { 10: 2, 40: 5 } as const;
export type SourceRange = keyof typeof shortest;

/** Open-circuit: the load is told as 1 MΩ, which makes the level of an emf behind 50 Ω the same within 0.005 %. */
export const pulseRanges4225: PulseRanges = {
  maxLevel_V: 40,
  minSegment_s: 2 * shortest[10] * TICK_S,
  maxSamples: MOST_LINES,
  maxCycles: 1e6,
  sourceResistance_ohm: 50,
};

/** Channel 2n − 1 shows the voltage of channel n, 2n its current. */
export function captureRanges4225(channels: number): CaptureRanges {
  return {
    channels: 2 * channels,
    maxSegments: 10_000,
    maxPoints: 65_536,
    minStep_s: FASTEST_STEP_S,
    maxAverage: 1,
    external: false,
  };
}

/** Volts that a current channel shows for an ampere. */
export const CURRENT_PROBE_OHM = 1;
export const voltageChannel = (channel: number) => 2 * channel - 1;
export const currentChannel = (channel: number) => 2 * channel;

/** A straight piece of a sequence, its length in ticks. */
export interface Line {
  readonly ticks: number;
  readonly start_V: number;
  readonly stop_V: number;
}

/** A cycle as Segment Arb plays it: from 0 V to 0 V. */
export interface Sequence {
  readonly range_V: SourceRange;
  readonly lines: readonly Line[];
  readonly segments: readonly PulseSegment[];
  readonly ticks: number;
}

/**
 * A cycle of levels as straight pieces: each level begins with the fastest edge of its range and is held for the rest of its time.
 * Where the last level is not 0 V the edge back is taken off its end, as a loop has to end where it begins.
 *
 * @throws MemrigError `invalid-request`: a level, a time or a number of pieces that the card has not
 */
export function sequenceOf(label: string, { segments, limit }: PulseCycle): Sequence {
  const levels = segments.map(({ level_V }) => level_V);
  const { maxLevel_V } = pulseRanges4225;
  for (const level_V of levels) {
    if (!(Math.abs(level_V) <= maxLevel_V)) {
      throw refusal(label, `a level of ${si(level_V, "V")} was asked for`, `up to ${si(maxLevel_V, "V")}`, { level_V });
    }
    if (!(level_V >= limit.low_V && level_V <= limit.high_V)) {
      const own = `${si(limit.low_V, "V")} to ${si(limit.high_V, "V")}`;
      throw refusal(label, `a level of ${si(level_V, "V")}, outside its own limits, was asked for`, own, { level_V });
    }
  }
  if (levels.length === 0) throw refusal(label, "a cycle without segments was asked for", "at least one", {});
  const range_V: SourceRange = levels.some((level_V) => Math.abs(level_V) > 10) ? 40 : 10;
  const least = shortest[range_V];
  const lines: Line[] = [];
  const played: PulseSegment[] = [];
  let at_V = 0;
  for (const [k, { level_V, duration_s }] of segments.entries()) {
    const ticks = Math.round(duration_s / TICK_S);
    const opening = level_V === at_V ? 0 : least;
    const closing = k === segments.length - 1 && level_V !== 0 ? least : 0;
    if (!(ticks - opening - closing >= least)) {
      const needed_s = (opening + closing + least) * TICK_S;
      const what = `${si(level_V, "V")} for ${si(duration_s, "s")} was asked for`;
      throw refusal(label, what, `at least ${si(needed_s, "s")} there, edges included`, { duration_s });
    }
    if (opening > 0) lines.push({ ticks: opening, start_V: at_V, stop_V: level_V });
    pushHold(lines, level_V, ticks - opening - closing, least);
    if (closing > 0) lines.push({ ticks: closing, start_V: level_V, stop_V: 0 });
    at_V = level_V;
    played.push({ level_V, duration_s: ticks * TICK_S });
  }
  checkLines(label, lines.length);
  return { range_V, lines, segments: played, ticks: lines.reduce((sum, { ticks }) => sum + ticks, 0) };
}

export function checkLines(label: string, count: number): void {
  if (count <= MOST_LINES) return;
  throw refusal(label, `a cycle of ${count} straight pieces was asked for`, `up to ${MOST_LINES}`, { count });
}

function pushHold(lines: Line[], level_V: number, ticks: number, least: number): void {
  let left = ticks;
  while (left > 0) {
    // What is left for the last piece must not be too short for one.
    const piece = left <= LONGEST_LINE ? left : Math.min(LONGEST_LINE, left - least);
    lines.push({ ticks: piece, start_V: level_V, stop_V: level_V });
    left -= piece;
  }
}

/** What is measured of each piece: nothing, or from its beginning for so many ticks. */
export interface Recording {
  /** As played: the record's time before the first edge comes first, taken off the rest at the end. */
  readonly sequence: Sequence;
  /** Ticks of each line; 0: not measured. */
  readonly measured: readonly number[];
  readonly step_s: number;
  readonly points: number;
  readonly pre_s: number;
  readonly plan: CapturePlan;
}

/**
 * Lays a record over a cycle: waveform samples on every level that the window shows, and on edges long enough for them. The card
 * raises a rate that is too slow for the shortest piece it measures, so pieces that the rate is too slow for are left out, and
 * a level among them is a refusal. Between measured pieces the record is a straight line, which an edge is.
 *
 * @throws MemrigError `invalid-request`: what the card can not record
 */
export function recordingOf(
  label: string,
  { cycle, channel, loops }: { readonly cycle: PulseCycle; readonly channel: number; readonly loops: number },
  channels: number,
  asked: CapturePlan,
): Recording {
  const ranges = captureRanges4225(channels);
  // A window that is whole steps long may be asked for with a point too many by rounding.
  const most = Math.floor((asked.window_s / FASTEST_STEP_S) * (1 + 1e-9));
  const plan = asked.points === most + 1 ? { ...asked, points: most } : asked;
  checkCapture(label, plan, ranges, plan.points);
  const own = [voltageChannel(channel), currentChannel(channel)];
  const other = plan.channels.find((one) => !own.includes(one.channel));
  if (other) {
    const what = `a record of channel ${other.channel} was asked for`;
    throw refusal(label, what, `${own.join(" and ")}, of the channel that plays`, { channel: other.channel });
  }
  checkTrigger(label, plan.trigger, own[0] ?? 0, cycle.segments[0]?.level_V ?? 0);
  const before = Math.round(plan.pretrigger_s / TICK_S);
  const pre = before < shortest[40] ? 0 : before; // no piece is that short
  const window = Math.round(plan.window_s / TICK_S);
  const sequence = sequenceOf(label, beginningBefore(label, cycle, pre));
  if (window > sequence.ticks) {
    const what = `a record of ${si(plan.window_s, "s")} was asked for`;
    throw refusal(label, what, `no more than the cycle, ${si(sequence.ticks * TICK_S, "s")}`, {});
  }
  const shown = shownOf(sequence.lines, window);
  const levels = sequence.lines.map(({ start_V, stop_V }, k) => (start_V === stop_V ? (shown[k] ?? 0) : 0));
  const whole = levels.filter((ticks, k) => ticks > 0 && ticks === sequence.lines[k]?.ticks);
  const wanted_s = Math.min(plan.window_s / plan.points, (Math.min(...whole) * TICK_S) / LEAST_SAMPLES);
  const step_s = FASTEST_STEP_S * Math.floor((wanted_s / FASTEST_STEP_S) * (1 + 1e-9));
  if (!(step_s >= FASTEST_STEP_S && step_s <= SLOWEST_STEP_S)) {
    const allowed = `${si(FASTEST_STEP_S, "s")} to ${si(SLOWEST_STEP_S, "s")} from sample to sample`;
    throw refusal(label, `${plan.points} points in ${si(plan.window_s, "s")} were asked for`, allowed, {});
  }
  const measured = shown.map((ticks) => (ticks * TICK_S >= LEAST_SAMPLES * step_s * (1 - 1e-9) ? ticks : 0));
  const samples = measured.reduce(
    (sum, ticks) => sum + (ticks === 0 ? 0 : Math.ceil((ticks * TICK_S) / step_s) + 1),
    0,
  );
  const records = Math.max(loops, plan.segments);
  if (samples * records > ranges.maxPoints) {
    const what = `${records} records of ${samples} samples each, as the shortest level needs them, were asked for`;
    throw refusal(label, what, `${ranges.maxPoints} in all`, { samples });
  }
  const points = Math.max(1, Math.floor(((window * TICK_S) / step_s) * (1 + 1e-9)));
  return { sequence, measured, step_s, points, pre_s: pre * TICK_S, plan };
}

/**
 * A record begins with its cycle, whatever the trigger says; one that the first edge never passes is a mistake.
 *
 * @throws MemrigError `invalid-request`
 */
function checkTrigger(label: string, trigger: CapturePlan["trigger"], voltage: number, first_V: number): void {
  const { channel, level_V, slope } = trigger;
  const passed = slope === "rising" ? level_V >= 0 && level_V < first_V : level_V <= 0 && level_V > first_V;
  if (channel === voltage && passed) return;
  const what = `a trigger at ${si(level_V, "V")}, ${slope}, on channel ${channel} was asked for`;
  throw refusal(
    label,
    what,
    `one that the first edge passes, from 0 V to ${si(first_V, "V")} on channel ${voltage}`,
    {},
  );
}

/** The same cycle, begun so many ticks earlier, in the rest at its end. */
function beginningBefore(label: string, cycle: PulseCycle, pre: number): PulseCycle {
  if (pre === 0) return cycle;
  const last = cycle.segments.at(-1);
  const rest = last?.level_V === 0 ? Math.round(last.duration_s / TICK_S) : 0;
  if (rest <= pre) {
    const what = `a record that begins ${si(pre * TICK_S, "s")} before the cycle was asked for`;
    throw refusal(label, what, "less than the rest at 0 V that ends the cycle", {});
  }
  const segments = [
    { level_V: 0, duration_s: pre * TICK_S },
    ...cycle.segments.slice(0, -1),
    { level_V: 0, duration_s: (rest - pre) * TICK_S },
  ];
  return { ...cycle, segments };
}

/** How much of each line lies before the end of the window. */
function shownOf(lines: readonly Line[], window: number): number[] {
  let begin = 0;
  return lines.map(({ ticks }) => {
    const shown = Math.max(0, Math.min(ticks, window - begin));
    begin += ticks;
    return shown;
  });
}

/** Current ranges by the voltage range, with and without an RPM at the channel (KXCI manual, p. 7-15). */
const currentRanges_A = {
  10: [0.01, 0.2],
  rpm: [1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.2],
  40: [1e-4, 0.01, 0.8],
} as const;

/**
 * The smallest fixed range that holds what the plan wants to see: Segment Arb has no automatic one.
 *
 * @throws MemrigError `invalid-request`: more than the largest
 */
export function currentRange_A(label: string, range_V: SourceRange, rpm: boolean, largest_A: number): number {
  const ranges_A = rpm && range_V === 10 ? currentRanges_A.rpm : currentRanges_A[range_V];
  const found_A = ranges_A.find((range_A) => largest_A <= range_A * (1 + 1e-9));
  if (found_A !== undefined) return found_A;
  const most_A = ranges_A[ranges_A.length - 1] ?? 0;
  throw refusal(label, `a range for ${si(largest_A, "A")} was asked for`, `up to ${si(most_A, "A")} there`, {
    largest_A,
  });
}

/** The largest that a capture's current channel is to show; 0 where it shows none. */
export function largestCurrent_A({ channels }: CapturePlan, channel: number): number {
  const shown = channels.find((one) => one.channel === currentChannel(channel));
  return shown ? (Math.abs(shown.offset_V) + shown.range_V / 2) / CURRENT_PROBE_OHM : 0;
}
