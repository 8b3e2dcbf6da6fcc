import type { Capture } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import { CURRENT_PROBE_OHM, currentChannel, TICK_S, voltageChannel } from "./keithley-4225-plan.js";
import type { Recording } from "./keithley-4225-plan.js";

/** Most points in one answer to `:PMU:DATA:GET`. */
const POINTS_IN_ANSWER = 2048;
/** Voltage, current, time; the status behind them is not in any manual that could be had, and is not asked. */
const FIELDS = 3;

/** Every sample of a test. */
export interface Samples {
  readonly volts: Float64Array;
  readonly amperes: Float64Array;
  /** Since the test began. */
  readonly times_s: Float64Array;
}

function emptySamples(count: number): Samples {
  return { volts: new Float64Array(count), amperes: new Float64Array(count), times_s: new Float64Array(count) };
}

/**
 * Puts the points of one answer, `V,I,T,S;V,I,T,S;…`, where they belong. A semicolon may end it.
 *
 * @throws MemrigError `bad-reply`: another number of points than were asked for, or one that is none
 */
function parsePoints(reply: string, samples: Samples, from: number, count: number): void {
  const points = reply.trim().replace(/;$/, "").split(";");
  if (points.length !== count) {
    throw new MemrigError("bad-reply", `${points.length} points came where ${count} were due.`, { count });
  }
  for (const [k, point] of points.entries()) {
    const fields = point.split(",");
    const [volt = NaN, ampere = NaN, time_s = NaN] = fields.map((text) => (text.trim() === "" ? NaN : Number(text)));
    if (fields.length < FIELDS || ![volt, ampere, time_s].every(Number.isFinite)) {
      throw new MemrigError("bad-reply", `"${point}" came where voltage, current and time were due.`, { point });
    }
    samples.volts[from + k] = volt;
    samples.amperes[from + k] = ampere;
    samples.times_s[from + k] = time_s;
  }
}

/**
 * All samples of the last test, in as many answers as that takes.
 *
 * @param goOn throws where no more is to be asked for
 * @throws MemrigError `bad-reply`: with the question
 */
export async function fetchSamples(
  scpi: ScpiClient,
  channel: number,
  count: number,
  goOn: () => void,
): Promise<Samples> {
  const samples = emptySamples(count);
  for (let from = 0; from < count; from += POINTS_IN_ANSWER) {
    goOn();
    const part = Math.min(POINTS_IN_ANSWER, count - from);
    const question = `:PMU:DATA:GET ${channel},${from},${part}`;
    const reply = await scpi.query(question);
    try {
      parsePoints(reply, samples, from, part);
    } catch (error) {
      if (!(error instanceof MemrigError)) throw error;
      throw new MemrigError(error.kind, `${scpi.label}, ${question}: ${error.message}`, error.details, error);
    }
  }
  return samples;
}

/**
 * The samples of a test as records, one a cycle, on an even grid: where the card left out an edge the line between its
 * neighbours stands for it.
 *
 * @throws MemrigError `bad-reply`: times that do not rise, or a cycle without samples
 */
export function* capturesOf(
  { sequence, step_s, points, pre_s, plan }: Recording,
  { volts, amperes, times_s }: Samples,
  channel: number,
): Generator<Capture, void, undefined> {
  const fallen = times_s.findIndex((time_s, k) => k > 0 && !(time_s > (times_s[k - 1] ?? NaN)));
  if (fallen > 0) {
    const times = `${times_s[fallen - 1]} s is followed by ${times_s[fallen]} s`;
    throw new MemrigError("bad-reply", `The times of its samples do not rise: ${times}.`, { fallen });
  }
  const period_s = sequence.ticks * TICK_S;
  let first = 0;
  for (let segment = 0; segment < plan.segments; segment++) {
    const begin_s = segment * period_s;
    // A sample that lies on the end of a cycle counts for the next: half a step is less than any distance between two.
    const end = lowerBound(times_s, begin_s + period_s - step_s / 2, first);
    if (end === first) {
      throw new MemrigError("bad-reply", `Cycle ${segment + 1} of ${plan.segments} has no samples.`, { segment });
    }
    const times = times_s.subarray(first, end);
    const shown = new Map<number, Float64Array>();
    for (const one of plan.channels) {
      const values = one.channel === voltageChannel(channel) ? volts : amperes;
      const scale = one.channel === currentChannel(channel) ? CURRENT_PROBE_OHM : 1;
      shown.set(one.channel, onGrid(times, values.subarray(first, end), begin_s, step_s, points, scale));
    }
    yield { segment, trigger_s: begin_s, start_s: -pre_s, step_s, volts: shown };
    first = end;
  }
}

/** Values between samples on straight lines; before the first and after the last of a cycle those hold. */
function onGrid(
  times_s: Float64Array,
  values: Float64Array,
  begin_s: number,
  step_s: number,
  points: number,
  scale: number,
): Float64Array {
  const out = new Float64Array(points);
  const last = times_s.length - 1;
  for (let i = 0, k = 0; i < points; i++) {
    const at_s = begin_s + i * step_s;
    while (k < last && (times_s[k + 1] ?? Infinity) <= at_s) k++;
    const [left_s, right_s] = [times_s[k] ?? NaN, times_s[k + 1] ?? NaN];
    const [left, right] = [values[k] ?? NaN, values[k + 1] ?? NaN];
    const between = k < last && at_s > left_s;
    out[i] = scale * (between ? left + ((right - left) * (at_s - left_s)) / (right_s - left_s) : left);
  }
  return out;
}

/** First index whose time is at or after the one asked for. */
function lowerBound(times_s: Float64Array, at_s: number, from: number): number {
  let [low, high] = [from, times_s.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times_s[middle] ?? Infinity) < at_s) low = middle + 1;
    else high = middle;
  }
  return low;
}
