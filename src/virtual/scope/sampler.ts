/** A voltage in straight lines. */
export interface Trace {
  readonly times_s: Float64Array;
  readonly values_V: Float64Array;
  /** Which of the points are its own; left out: all. */
  readonly first?: number;
  /** Behind the last one. */
  readonly end?: number;
}

/** Times at which a record is sampled: `start_s + k * step_s`. */
export interface Grid {
  readonly start_s: number;
  readonly step_s: number;
  readonly points: number;
}

/** Values on the grid. Before the first and after the last point of the trace its end values hold. */
export function sampleInto(out: Float64Array, trace: Trace, grid: Grid): void {
  const { times_s, values_V, first = 0, end = times_s.length } = trace;
  const { start_s, step_s, points } = grid;
  const last = end - 1;
  for (let i = 0, k = first; i < points;) {
    while (k < last && (times_s[k + 1] as number) <= start_s + i * step_s) k += 1;
    const left_s = times_s[k] ?? 0;
    const left_V = values_V[k] ?? 0;
    const right_s = k < last ? (times_s[k + 1] as number) : Infinity;
    const slope = k < last ? ((values_V[k + 1] as number) - left_V) / (right_s - left_s) : 0;
    // all points on this line
    for (; i < points; i += 1) {
      const time_s = start_s + i * step_s;
      if (time_s >= right_s) break;
      out[i] = slope === 0 || time_s <= left_s ? left_V : left_V + slope * (time_s - left_s);
    }
  }
}

/** Mean over one grid step around each point: what high resolution makes of many samples. */
export function averageInto(out: Float64Array, trace: Trace, grid: Grid): void {
  const { times_s, values_V, first = 0, end = times_s.length } = trace;
  const last = end - 1;
  let k = first;
  for (let i = 0; i < grid.points; i += 1) {
    let from_s = grid.start_s + (i - 0.5) * grid.step_s;
    const to_s = from_s + grid.step_s;
    let area = 0;
    while (k < last && (times_s[k + 1] as number) <= from_s) k += 1;
    let from_V = valueIn(times_s, values_V, k, last, from_s);
    while (k < last && (times_s[k + 1] as number) < to_s) {
      k += 1;
      area += ((from_V + (values_V[k] as number)) / 2) * ((times_s[k] as number) - from_s);
      from_s = times_s[k] as number;
      from_V = values_V[k] as number;
    }
    area += ((from_V + valueIn(times_s, values_V, k, last, to_s)) / 2) * (to_s - from_s);
    out[i] = area / grid.step_s;
  }
}

/** Lowest and highest value of two grid steps, in turn: what peak detection keeps of many samples. */
export function peaksInto(out: Float64Array, trace: Trace, grid: Grid): void {
  const { times_s, values_V, first = 0, end = times_s.length } = trace;
  const last = end - 1;
  let k = first;
  for (let i = 0; i < grid.points; i += 2) {
    const from_s = grid.start_s + i * grid.step_s;
    const to_s = from_s + 2 * grid.step_s;
    while (k < last && (times_s[k + 1] as number) <= from_s) k += 1;
    let low = valueIn(times_s, values_V, k, last, from_s);
    let high = low;
    let j = k + 1;
    for (; j <= last && (times_s[j] as number) < to_s; j += 1) {
      low = Math.min(low, values_V[j] as number);
      high = Math.max(high, values_V[j] as number);
    }
    const end_V = valueIn(times_s, values_V, j - 1, last, to_s);
    out[i] = Math.min(low, end_V);
    if (i + 1 < grid.points) out[i + 1] = Math.max(high, end_V);
  }
}

/** A trace behind a single-pole low-pass filter, exact on each straight line, on the grid. */
export function filterInto(out: Float64Array, trace: Trace, grid: Grid, tau_s: number): void {
  const { times_s, values_V, first = 0, end = times_s.length } = trace;
  const last = end - 1;
  let k = first;
  let at_s = Math.min(times_s[first] ?? 0, grid.start_s);
  let x_V = valueIn(times_s, values_V, first, last, at_s);
  let y_V = x_V;
  const go = (to_s: number, to_V: number) => {
    const span_s = to_s - at_s;
    if (span_s > 0) {
      // A ramp x0 + s·t through y' = (x − y)/τ: y lags the ramp by s·τ, the rest decays.
      const lag_V = ((to_V - x_V) / span_s) * tau_s;
      y_V = to_V - lag_V + (y_V - x_V + lag_V) * Math.exp(-span_s / tau_s);
    }
    at_s = to_s;
    x_V = to_V;
  };
  for (let i = 0; i < grid.points; i += 1) {
    const time_s = grid.start_s + i * grid.step_s;
    while (k <= last && (times_s[k] as number) <= time_s) {
      go(times_s[k] as number, values_V[k] as number);
      k += 1;
    }
    go(time_s, valueIn(times_s, values_V, Math.max(first, k - 1), last, time_s));
    out[i] = y_V;
  }
}

/** Value at a time that lies in or after line `k`. */
function valueIn(times_s: Float64Array, values_V: Float64Array, k: number, last: number, time_s: number): number {
  const left_V = values_V[k] ?? 0;
  const left_s = times_s[k] ?? 0;
  if (k >= last || time_s <= left_s) return left_V;
  const right_s = times_s[k + 1] as number;
  if (right_s === left_s) return values_V[k + 1] as number;
  return left_V + (((values_V[k + 1] as number) - left_V) * (time_s - left_s)) / (right_s - left_s);
}
