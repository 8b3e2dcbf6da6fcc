import { Corners } from "../corners.js";
import type { Shape } from "../shape.js";
import type { Modulator } from "./modulator.js";
import type { Sweep } from "./sweep.js";

/** Straight lines that one period of a modulated sine, and one of what modulates, are drawn with. */
const sineLines = 256;
const modulatorLines = 64;
/** Periods of the carrier, and of what modulates, that are laid down at a time at most. */
const periodsAtOnce = 4;
const roundsAtOnce = 16;

/** A course of the output over time, with what a pen that draws it has to know. */
interface Course {
  /** Volts at the open output. */
  level_V(time_s: number): number;
  /** Longest straight line that may begin here. */
  step_s(time_s: number): number;
  /** Time from now to the next jump; Infinity: there is none. */
  untilJump_s(time_s: number): number;
}

/** Draws a course in stretches of a fixed length. Time counts from the first stretch that is drawn. */
function drawn(course: Course, period_s: number, size: number, edge_s: number): Shape {
  let begin_s: number | undefined;
  return {
    period_s,
    idle_V: course.level_V(0),
    size,
    append(out, start_s) {
      begin_s ??= start_s;
      const first_s = start_s - begin_s;
      const end_s = first_s + period_s;
      let now_s = first_s;
      out.push(start_s, course.level_V(now_s));
      while (now_s < end_s) {
        const jump_s = course.untilJump_s(now_s);
        const step_s = Math.max(course.step_s(now_s), period_s * 1e-9);
        now_s += Math.min(step_s, jump_s);
        if (now_s >= end_s) return;
        if (jump_s <= step_s) {
          out.push(begin_s + now_s, course.level_V(now_s - jump_s * 1e-6));
          now_s += edge_s;
        }
        out.push(begin_s + now_s, course.level_V(now_s));
      }
    },
    settle: (out, at_s) => out.push(at_s, course.level_V(0)),
  };
}

const untilJump_s = (by: Modulator, time_s: number): number => {
  const here = time_s * by.rate_Hz - Math.floor(time_s * by.rate_Hz);
  const waits = by.jumps.map((at) => (at - here > 1e-9 ? at - here : 1 + at - here));
  return Math.min(Infinity, ...waits) / by.rate_Hz;
};

/**
 * A carrier of any shape whose swing about the offset follows a modulator.
 *
 * @param gain of the swing, by the value of the modulator from −1 to 1
 * @param edge_s time a jump takes
 */
export function amplitudeModulated(
  carrier: Shape,
  offset_V: number,
  by: Modulator,
  gain: (value: number) => number,
  edge_s: number,
): Shape {
  const { times_s, values } = onePeriod(carrier);
  const place = (time_s: number) => {
    const within_s = time_s - Math.floor(time_s / carrier.period_s) * carrier.period_s;
    return { within_s, after: firstBeyond(times_s, within_s + 1e-9 * carrier.period_s) };
  };
  const level_V = (time_s: number) => {
    const { within_s, after } = place(time_s);
    const left_s = times_s[after - 1] ?? 0;
    const right_s = times_s[after] ?? carrier.period_s;
    const left_V = values[after - 1] ?? 0;
    const right_V = values[after] ?? values[0] ?? 0;
    const carrier_V = left_V + ((right_V - left_V) * (within_s - left_s)) / (right_s - left_s);
    return offset_V + gain(by.value(time_s)) * (carrier_V - offset_V);
  };
  const course: Course = {
    level_V,
    step_s(time_s) {
      const { within_s, after } = place(time_s);
      return Math.min((times_s[after] ?? carrier.period_s) - within_s, 1 / by.rate_Hz / modulatorLines);
    },
    untilJump_s: (time_s) => untilJump_s(by, time_s),
  };
  const period_s = Math.min(carrier.period_s, roundsAtOnce / by.rate_Hz);
  const size = times_s.length + Math.ceil((modulatorLines + 4) * by.rate_Hz * period_s) + 2;
  return drawn(course, period_s, size, edge_s);
}

/**
 * Pulses whose width follows a modulator: each has the width of the moment it begins.
 *
 * @param pulse one period with a pulse of some width
 */
export function widthModulated(
  period_s: number,
  idle_V: number,
  width_s: (time_s: number) => number,
  pulse: (width_s: number) => Shape,
): Shape {
  let begin_s: number | undefined;
  return {
    period_s,
    idle_V,
    size: 4,
    append(out, start_s) {
      begin_s ??= start_s;
      pulse(width_s(start_s - begin_s)).append(out, start_s);
    },
    settle: (out, end_s) => out.push(end_s, idle_V),
  };
}

/** Index of the first of rising times that is beyond a limit; their number where there is none. */
function firstBeyond(times_s: readonly number[], limit_s: number): number {
  let low = 0;
  let high = times_s.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times_s[middle] ?? Infinity) > limit_s) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The corners of the carrier's first period. */
function onePeriod(carrier: Shape): { times_s: readonly number[]; values: readonly number[] } {
  const corners = new Corners(carrier.idle_V);
  carrier.append(corners, 0);
  const { times_s, values } = corners.pwl();
  return { times_s: Array.from(times_s), values: Array.from(values) };
}

/** A sine whose phase takes a course of its own: frequency and phase modulation, shift keying, sweeps. */
export interface PhaseCourse {
  /** Periods since the beginning. */
  phase(time_s: number): number;
  /** Highest frequency near this time, and of all. */
  frequency_Hz(time_s: number): number;
  readonly highest_Hz: number;
  /** Of what modulates; undefined: nothing that has a period. */
  readonly by: Modulator | undefined;
  /** Time to where the frequency bends without a jump of the phase. */
  untilBend_s(time_s: number): number;
  /** The phase jumps where the modulator does. */
  readonly jumps: boolean;
}

export function sineAlong(course: PhaseCourse, amplitude_Vpp: number, offset_V: number, edge_s: number): Shape {
  const { by } = course;
  const own_s = by ? 1 / by.rate_Hz / modulatorLines : Infinity;
  const period_s = Math.min(periodsAtOnce / course.highest_Hz, by ? roundsAtOnce / by.rate_Hz : Infinity);
  return drawn(
    {
      level_V: (time_s) => offset_V + (Math.sin(2 * Math.PI * course.phase(time_s)) * amplitude_Vpp) / 2,
      step_s: (time_s) =>
        Math.min(1 / sineLines / course.frequency_Hz(time_s), own_s, course.untilBend_s(time_s) + 1e-12),
      untilJump_s: (time_s) => (by && course.jumps ? untilJump_s(by, time_s) : Infinity),
    },
    period_s,
    sineLines * periodsAtOnce + (by ? Math.ceil((modulatorLines + 4) * by.rate_Hz * period_s) : 0) + 2,
    edge_s,
  );
}

/** What a sweep does to the phase. */
export const swept = (sweep: Sweep, phase: number): PhaseCourse => ({
  phase: (time_s) => phase + sweep.phase(time_s),
  frequency_Hz: (time_s) => sweep.frequency_Hz(time_s),
  highest_Hz: sweep.highest_Hz,
  by: undefined,
  untilBend_s: (time_s) => sweep.untilTurn_s(time_s),
  jumps: false,
});
