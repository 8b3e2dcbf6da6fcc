import type { PulseSegment } from "../src/capabilities/index.js";

/** A spike: a head of constant level, then a tail of the other sign that decays exponentially. */
export interface SpikeShape {
  readonly head_V: number;
  readonly head_s: number;
  /** Magnitude of the tail where it begins. */
  readonly tail_V: number;
  /** Its time constant. */
  readonly tail_s: number;
}

/** The tail is cut off after so many time constants. */
const tailLength = 4;
/** Steps in which a time constant of the tail is played. */
const stepsPerTail = 24;

/** Level of a spike that began at 0, V. */
export function spikeLevel({ head_V, head_s, tail_V, tail_s }: SpikeShape, time_s: number): number {
  if (time_s < 0 || time_s >= head_s + tailLength * tail_s) return 0;
  return time_s < head_s ? head_V : -tail_V * Math.exp(-(time_s - head_s) / tail_s);
}

/**
 * Voltage across a device whose one side gets the pre spike at 0 and whose other the post spike at `dt_s`: post less pre, times `sign`, as
 * steps of constant level. Edges of both spikes are edges of a step; tails are played in 24 steps a time constant, each at the level of its middle.
 *
 * @param dt_s post after pre where positive; other than 0: spikes of one shape at once cancel
 * @param least_s shortest step the generator plays
 */
export function spikePair(shape: SpikeShape, dt_s: number, sign: 1 | -1, least_s: number): PulseSegment[] {
  const end_s = shape.head_s + tailLength * shape.tail_s;
  const first_s = Math.min(0, dt_s);
  const edges = [0, dt_s].flatMap((begin_s) => {
    const steps = Array.from(
      { length: tailLength * stepsPerTail },
      (_, k) => begin_s + shape.head_s + ((k + 1) * shape.tail_s) / stepsPerTail,
    );
    return [begin_s, begin_s + shape.head_s, ...steps];
  });
  const times = [...edges, Math.max(0, dt_s) + end_s].sort((a, b) => a - b);
  const kept = times.filter((time, k) => k === 0 || time - (times[k - 1] as number) > 1e-3 * least_s);
  const segments: PulseSegment[] = [];
  for (let from_s = first_s, k = 1; k < kept.length; k++) {
    const to_s = kept[k] as number;
    if (to_s - from_s < least_s) continue; // joined to the next
    const middle_s = (from_s + to_s) / 2;
    const level_V = sign * (spikeLevel(shape, middle_s - dt_s) - spikeLevel(shape, middle_s));
    segments.push({ level_V, duration_s: to_s - from_s });
    from_s = to_s;
  }
  return segments;
}
