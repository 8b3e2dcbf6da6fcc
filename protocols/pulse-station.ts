import type { Capture, CaptureChannel, PulseSegment, PulseStation } from "../src/capabilities/index.js";
import type { RunContext } from "../src/engine/protocol.js";
import { channelsFor, RecordView } from "./record-view.js";

/** Cycles of pulses, each caught as one record of the scope. */
export interface PulseJob {
  /** The first is the pulse that triggers; the last is a rest, in which the scope arms again. */
  readonly segments: readonly PulseSegment[];
  readonly cycles: number;
  /** Level of the read pulses: decides the fine range. */
  readonly read_V: number;
  /** Beginning of the record before the first edge, s; less than the last rest. */
  readonly pretrigger_s: number;
  /** Longest time between samples wanted, s. */
  readonly resolution_s: number;
  /**
   * The next burst is played while the one before it is read, where the scope allows that: on the virtual bench at most a quarter faster, by
   * what both sides compute. Left out, every burst is read before the next begins, as it has to be where what is read decides whether to go on.
   */
  readonly ahead?: boolean;
  /** The first cycle at or behind one that is caught; those before it are played only. Left out: every cycle is caught. */
  readonly nextRead?: (cycle: number) => number;
  /** Cycles played before their records are read, at most. Left out: what scope and generator hold. */
  readonly mostUnseen?: number;
  /** Asked behind every burst whose results were taken: true ends the job there, the cycles before it complete. */
  readonly enough?: () => boolean;
}

/** The record of one cycle, with its place in the run. One object, used again for the next record: copy what is kept. */
export interface CaughtCycle {
  /** From 1, over all bursts. */
  readonly cycle: number;
  /** Beginning of the cycle since the first one, s; pauses between bursts are not counted: the device sees no voltage then. */
  readonly time_s: number;
  /** Levels and times as the generator plays them. */
  readonly segments: readonly PulseSegment[];
  readonly record: RecordView;
}

/** After this time at the latest nothing is played ahead, so that a person can pause and the run has a place to go on from. */
const longestAhead_s = 1;
/** A burst plays at most this long, so that rows reach the disk about that often. */
const longestBurst_s = 0.5;
/** A generator that was triggered begins within this time; a burst that is not caught is over then, and its own length later. */
const startOfBurst_s = 1e-3;
/** What generator and scope may need on top of the time of the pulses. */
const patience_s = 10;
/**
 * Share of the first level at which the scope triggers. Below one half, which a shorted device behind equal source and shunt
 * resistances would not reach; above any noise.
 */
const triggerShare = 0.3;
/** A scope has its own numbers of points (…, 20 000, 50 000, …) and may take this many times what was asked. */
const pointsTaken = 2.5;

/**
 * Plays the cycles that are not completed yet in bursts, catches each in a segment of the scope's memory and hands it to `read` while its
 * samples are there.
 * Gives what `read` made of them, burst by burst. The generator is told the limits with the levels, idles at 0 V between bursts,
 * and ends with its output off.
 */
export async function* playAndRead<Result>(
  station: PulseStation,
  job: PulseJob,
  read: (caught: CaughtCycle) => Result,
  context: RunContext,
): AsyncGenerator<Result[], void, undefined> {
  const { source, sourceChannel, scope } = station;
  context.atEnd(() => scope.makeSafe());
  context.atEnd(() => source.makeSafe()); // last registered, first done
  const levels = job.segments.map((segment) => segment.level_V);
  const cycle = { segments: job.segments, limit: { low_V: Math.min(0, ...levels), high_V: Math.max(0, ...levels) } };
  const channels = channelsFor(station, levels, job.read_V);
  const [first_V, record] = [levels[0] ?? 0, recordOf(station, job)];
  const trigger = { channel: station.top.channel, level_V: triggerShare * first_V, slope: slopeOf(first_V) };
  const most = cyclesInBurst(station, job, record.points);
  const burst = { segments: job.segments, cycles: 0 };
  const mostUnread = Math.max(
    1,
    Math.min(source.ranges.maxCycles, Math.floor(longestBurst_s / lengthOf(job.segments))),
  );
  const load = async (cycles: number): Promise<void> => {
    if (cycles === burst.cycles) return;
    await source.outputOff(sourceChannel); // nothing is loaded while the device can see it
    burst.segments = (await source.load(sourceChannel, cycle, cycles)).segments;
    await source.outputOn(sourceChannel);
    burst.cycles = cycles;
  };
  const play = async (cycles: number): Promise<void> => {
    await load(cycles);
    await scope.arm({ ...record, channels, trigger, segments: cycles }, context.signal);
    await source.trigger(sourceChannel);
  };
  const caught = new Caught(station, channels, job.segments);
  const { nextRead } = job;
  /** Cycles of the burst behind these that are caught; fewer where they are not neighbours. */
  const after = (done: number): number => {
    const left = Math.min(most, job.cycles - done);
    if (nextRead === undefined) return left;
    let cycles = Math.min(left, 1);
    while (cycles < left && nextRead(done + cycles + 1) === done + cycles + 1) cycles++;
    return cycles;
  };
  let done = context.completed;
  let ahead = false;
  await context.between(done);
  let marked_ms = performance.now();
  const mark = async (): Promise<void> => {
    if (context.pausing) {
      await source.outputOff(sourceChannel); // the person who pauses will touch the probes
      burst.cycles = 0;
    }
    await context.between(done); // what was yielded has been kept
    marked_ms = performance.now();
  };
  while (done < job.cycles) {
    const unread = (nextRead?.(done + 1) ?? done + 1) - (done + 1);
    if (unread > 0) {
      const cycles = Math.min(unread, mostUnread);
      await load(cycles);
      await source.trigger(sourceChannel);
      await context.wait(cycles * lengthOf(burst.segments) + startOfBurst_s);
      done += cycles;
      await mark();
      continue;
    }
    const cycles = after(done);
    if (!ahead) await play(cycles);
    const period_s = lengthOf(burst.segments);
    caught.segments = burst.segments;
    const captures = scope.captures(cycles * period_s + patience_s, context.signal);
    let step = await captures.next();
    const next = after(done + cycles);
    const due = context.pausing === true || performance.now() - marked_ms > 1000 * longestAhead_s;
    // A burst of another length would have to be loaded with the output off: not in the middle of reading.
    ahead = job.ahead === true && nextRead === undefined && scope.recordsInMemory === true && !due && next === cycles;
    if (ahead) await play(next);
    const results: Result[] = [];
    for (; !step.done; step = await captures.next()) results.push(read(caught.at(step.value, done, period_s)));
    done += cycles;
    yield results;
    if (ahead) continue;
    await mark();
    if (job.enough?.()) return;
  }
}

/** The cycle in hand. */
class Caught implements CaughtCycle {
  cycle = 0;
  time_s = 0;
  readonly record: RecordView;

  constructor(
    station: PulseStation,
    channels: readonly CaptureChannel[],
    public segments: readonly PulseSegment[],
  ) {
    this.record = new RecordView(station, channels);
  }

  at(capture: Capture, done: number, period_s: number): this {
    this.cycle = done + capture.segment + 1;
    this.time_s = done * period_s + capture.trigger_s;
    this.record.show(capture);
    return this;
  }
}

/** Sum of the times of the segments, s. */
export function lengthOf(segments: readonly PulseSegment[]): number {
  return segments.reduce((sum, segment) => sum + segment.duration_s, 0);
}

/** Beginning and end of a segment since the first edge, s. */
export function timesOf(segments: readonly PulseSegment[], index: number): { from_s: number; to_s: number } {
  const from_s = lengthOf(segments.slice(0, index));
  return { from_s, to_s: from_s + (segments[index]?.duration_s ?? 0) };
}

function recordOf(station: PulseStation, job: PulseJob) {
  const rest_s = job.segments.at(-1)?.duration_s ?? 0;
  const window_s = job.pretrigger_s + lengthOf(job.segments) - rest_s;
  const step_s = Math.max(job.resolution_s, station.scope.ranges.minStep_s);
  const points = Math.min(Math.ceil(window_s / step_s), Math.floor(station.scope.ranges.maxPoints / pointsTaken));
  return { window_s, pretrigger_s: job.pretrigger_s, points };
}

function cyclesInBurst(station: PulseStation, job: PulseJob, points: number): number {
  const { maxSegments, maxPoints } = station.scope.ranges;
  const inMemory = Math.floor(maxPoints / (pointsTaken * points));
  const inTime = Math.floor(longestBurst_s / lengthOf(job.segments));
  return Math.max(
    1,
    Math.min(maxSegments, station.source.ranges.maxCycles, inMemory, inTime, job.cycles, job.mostUnseen ?? Infinity),
  );
}

const slopeOf = (level_V: number): "rising" | "falling" => (level_V < 0 ? "falling" : "rising");
