import { sampleBefore, valueAt, type Wave } from "./wave.js";

/** A change from one level to another. NaN where it does not get there. */
export interface Transition {
  /** At 10 % and at 90 % of the way. */
  readonly from_s: number;
  readonly to_s: number;
  /** 10 to 90 % switching time, s. */
  readonly duration_s: number;
}

const nowhere: Transition = { from_s: NaN, to_s: NaN, duration_s: NaN };

/**
 * 10 to 90 % switching time between two times: the levels are those at the two times; 90 % is where the wave first gets that far, 10 % is
 * where it left that level for the last time before. Linear between samples. Rising or falling.
 *
 * @param wave current through the device, say
 * @param before_s in the old state; @param after_s in the new one
 * @param low share of the way at which it begins; @param high at which it ends
 */
export function transitionOf(wave: Wave, before_s: number, after_s: number, low = 0.1, high = 0.9): Transition {
  const { times_s, values } = wave;
  const [base, top] = [valueAt(wave, before_s), valueAt(wave, after_s)];
  if (top === base) return nowhere;
  const share = (value: number) => (value - base) / (top - base);
  let [t0, s0] = [before_s, 0];
  let from_s = NaN;
  for (let k = sampleBefore(times_s, before_s) + 1; t0 < after_s; k++) {
    const inside = k < times_s.length && (times_s[k] as number) < after_s;
    const t1 = inside ? (times_s[k] as number) : after_s;
    const s1 = inside ? share(values[k] as number) : share(top);
    const crossing_s = (level: number) => t0 + ((t1 - t0) * (level - s0)) / (s1 - s0);
    if (s0 < low && s1 >= low) from_s = crossing_s(low);
    if (s1 >= high) {
      const to_s = crossing_s(high);
      return { from_s, to_s, duration_s: to_s - from_s };
    }
    [t0, s0] = [t1, s1];
  }
  return nowhere;
}
