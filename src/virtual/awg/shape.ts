import type { Corners } from "./corners.js";

/** One period of a waveform, in volts at the open output, to be laid end to end on a time axis. */
export interface Shape {
  readonly period_s: number;
  /** Level before the first period and between bursts. */
  readonly idle_V: number;
  /** Corners that one period takes, at most. */
  readonly size: number;
  /** Writes the period that begins at `start_s`. */
  append(out: Corners, start_s: number): void;
  /** After the last period: back to the idle level. */
  settle(out: Corners, end_s: number): void;
}

/** A period that goes in straight lines from corner to corner; its end is its beginning. */
export function lines(period_s: number, times_s: ArrayLike<number>, values_V: ArrayLike<number>): Shape {
  const idle_V = values_V[0] ?? 0;
  return {
    period_s,
    idle_V,
    size: times_s.length,
    append(out, start_s) {
      for (let k = 0; k < times_s.length; k += 1) out.push(start_s + (times_s[k] ?? 0), values_V[k] ?? 0);
    },
    settle: (out, end_s) => out.push(end_s, idle_V),
  };
}

/** The same lines, beginning at a fraction of the period. */
export function linesFrom(
  phase: number,
  period_s: number,
  times_s: readonly number[],
  values_V: readonly number[],
): Shape {
  const begin_s = (phase - Math.floor(phase)) * period_s;
  if (begin_s === 0) return lines(period_s, times_s, values_V);
  const after = times_s.findIndex((time_s) => time_s > begin_s);
  const next = after === -1 ? times_s.length : after;
  const left = { time_s: times_s[next - 1] ?? 0, value_V: values_V[next - 1] ?? 0 };
  const right = { time_s: times_s[next] ?? period_s, value_V: values_V[next] ?? values_V[0] ?? 0 };
  const share = (begin_s - left.time_s) / (right.time_s - left.time_s);
  const first_V = left.value_V + share * (right.value_V - left.value_V);
  const order = [...times_s.keys()].slice(next).concat([...times_s.keys()].slice(0, next));
  const shifted = order.map((k) => ((times_s[k] ?? 0) - begin_s + period_s) % period_s);
  return lines(period_s, [0, ...shifted], [first_V, ...order.map((k) => values_V[k] ?? 0)]);
}

/**
 * A period of levels that are held, each reached by a straight edge that begins where the level begins.
 *
 * @param starts_s where each level begins, the first at 0
 * @param edge_s length of an edge from end to end; no level may be shorter
 */
export function steps(
  period_s: number,
  starts_s: ArrayLike<number>,
  levels_V: ArrayLike<number>,
  edge_s: number,
): Shape {
  const idle_V = levels_V[0] ?? 0;
  const step = (out: Corners, time_s: number, level_V: number) => {
    if (level_V === out.level_V) return;
    out.push(time_s, out.level_V);
    out.push(time_s + edge_s, level_V);
  };
  return {
    period_s,
    idle_V,
    size: 2 * starts_s.length,
    append(out, start_s) {
      for (let k = 0; k < starts_s.length; k += 1) step(out, start_s + (starts_s[k] ?? 0), levels_V[k] ?? 0);
    },
    settle: (out, end_s) => step(out, end_s, idle_V),
  };
}

/** A level that never changes. */
export function constant(level_V: number): Shape {
  return {
    period_s: 1,
    idle_V: level_V,
    size: 1,
    append: (out, start_s) => out.push(start_s, level_V),
    settle: (out, end_s) => out.push(end_s, level_V),
  };
}

/**
 * Levels drawn one by one, such as noise or a pseudo-random bit stream: every period is another one.
 *
 * @param interval_s time from one draw to the next
 * @param count draws in what is called a period here
 * @param edge_s 0: straight lines from draw to draw
 */
export function drawn(interval_s: number, count: number, edge_s: number, idle_V: number, draw: () => number): Shape {
  const period_s = interval_s * count;
  return {
    period_s,
    idle_V,
    size: 2 * count,
    append(out, start_s) {
      for (let k = 0; k < count; k += 1) {
        const time_s = start_s + k * interval_s;
        if (edge_s > 0) out.push(time_s, out.level_V);
        out.push(time_s + edge_s, draw());
      }
    },
    settle: (out, end_s) => out.push(end_s, idle_V),
  };
}

/**
 * A burst that a timer repeats, as one shape of its own.
 *
 * @param every_s from the start of one burst to the start of the next, longer than the burst
 */
export function repeated(shape: Shape, cycles: number, delay_s: number, every_s: number): Shape {
  return {
    period_s: every_s,
    idle_V: shape.idle_V,
    size: cycles * shape.size + 2,
    append(out, start_s) {
      if (out.end_s < start_s + delay_s) out.push(start_s + delay_s, out.level_V);
      for (let k = 0; k < cycles; k += 1) shape.append(out, start_s + delay_s + k * shape.period_s);
      shape.settle(out, start_s + delay_s + cycles * shape.period_s);
    },
    settle: () => undefined,
  };
}
