import type { Kept } from "./kept.js";

/** A frequency that runs from start to stop, again and again. */
export interface Sweep {
  readonly highest_Hz: number;
  frequency_Hz(time_s: number): number;
  /** ∫ frequency dt from 0, in periods of the carrier. */
  phase(time_s: number): number;
  /** Time from now to where the frequency takes another course. */
  untilTurn_s(time_s: number): number;
}

interface Leg {
  readonly from_Hz: number;
  readonly to_Hz: number;
  readonly time_s: number;
}

/**
 * The sweep as it is set.
 *
 * @param trigger of the channel, where sweeps have no source of their own
 * @returns a sentence part: what of it is not simulated
 */
export function sweepOf(kept: Kept, trigger: string): Sweep | string {
  const spacing = kept.word("SWEEP.spacing");
  if (!/^LIN|^LOG/.test(spacing)) return `a sweep in steps (${spacing})`;
  const source = kept.word("SWEEP.source") || trigger;
  if (!/^(INT|IMM|AUTO)$/.test(source)) return `a sweep that waits for a trigger (${source})`;
  if (kept.word("SWEEP.direction") === "UP_DOWN") return "a sweep up and down";
  const down = kept.word("SWEEP.direction") === "DOWN";
  const start_Hz = kept.number(down ? "SWEEP.stop_Hz" : "SWEEP.start_Hz") ?? 0;
  const stop_Hz = kept.number(down ? "SWEEP.start_Hz" : "SWEEP.stop_Hz") ?? 0;
  const time = (name: string) => kept.number(`SWEEP.${name}_s`) ?? 0;
  const legs: readonly Leg[] = [
    { from_Hz: start_Hz, to_Hz: start_Hz, time_s: time("startHold") },
    { from_Hz: start_Hz, to_Hz: stop_Hz, time_s: time("time") },
    { from_Hz: stop_Hz, to_Hz: stop_Hz, time_s: time("hold") },
    { from_Hz: stop_Hz, to_Hz: start_Hz, time_s: time("return") },
  ].filter((leg) => leg.time_s > 0);
  return along(legs, spacing.startsWith("LOG"));
}

function along(legs: readonly Leg[], logarithmic: boolean): Sweep {
  const frequency_Hz = ({ from_Hz, to_Hz, time_s }: Leg, t: number) =>
    logarithmic ? from_Hz * (to_Hz / from_Hz) ** (t / time_s) : from_Hz + ((to_Hz - from_Hz) * t) / time_s;
  const phase = (leg: Leg, t: number) => {
    const { from_Hz, to_Hz, time_s } = leg;
    if (!logarithmic || from_Hz === to_Hz) return from_Hz * t + ((to_Hz - from_Hz) * t * t) / time_s / 2;
    return ((frequency_Hz(leg, t) - from_Hz) * time_s) / Math.log(to_Hz / from_Hz);
  };
  const period_s = legs.reduce((sum, leg) => sum + leg.time_s, 0);
  const periods = legs.reduce((sum, leg) => sum + phase(leg, leg.time_s), 0);
  const at = (time_s: number) => {
    const round = Math.floor(time_s / period_s);
    let left_s = time_s - round * period_s;
    let before = round * periods;
    for (const leg of legs) {
      if (left_s < leg.time_s || leg === legs.at(-1)) return { leg, left_s, before };
      left_s -= leg.time_s;
      before += phase(leg, leg.time_s);
    }
    throw new Error("a sweep without a course");
  };
  return {
    highest_Hz: Math.max(...legs.flatMap((leg) => [leg.from_Hz, leg.to_Hz])),
    frequency_Hz(time_s) {
      const { leg, left_s } = at(time_s);
      return frequency_Hz(leg, left_s);
    },
    phase(time_s) {
      const { leg, left_s, before } = at(time_s);
      return before + phase(leg, left_s);
    },
    untilTurn_s(time_s) {
      const { leg, left_s } = at(time_s);
      return leg.time_s - left_s;
    },
  };
}
