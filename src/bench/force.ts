import type { Bias, PulseCycle, SweepPlan, WaveformPlan } from "../capabilities/index.js";
import { slewOfCycle } from "./pulse-limits.js";
import { slewOfBias, slewOfSweep } from "./sweep-limits.js";
import { played, slewOfWaveform } from "./waveform-limits.js";

/** Stretches away from 0 V with rests at 0 V between them. */
export interface Pulses {
  /** Infinity: it never rests. */
  readonly longest_s: number;
  /** Shortest rest between two of them; Infinity: there is one a trigger. */
  readonly rest_s: number;
}

/** The most that one channel may force while it is on, at its own terminal, zero included. */
export interface Force {
  readonly low_V: number;
  readonly high_V: number;
  /** Most current it can drive; Infinity: only resistors limit it. */
  readonly current_A: number;
  /** Its own resistance; 0 for a source-measure unit. */
  readonly source_ohm: number;
  /** Its steepest edge or step, V/s; 0 for a level that stays. */
  readonly slew_V_per_s: number;
  /** Undefined: it does not pulse; a level that stays, or a sweep in steps. */
  readonly pulses?: Pulses;
}

/** Whatever is at its terminals: with a forced current the voltage may go anywhere within its compliance. */
export function forceOfSweep(plan: SweepPlan): Force {
  const { drive, levels, compliance, dwell_s, pulse } = plan;
  const all = pulse === undefined ? levels : [...levels, pulse.base];
  const common = { ...smuSpan(drive, all, compliance), slew_V_per_s: slewOfSweep(plan) };
  if (pulse === undefined) return common;
  const lasts_s = pulse.width_s + (pulse.edge_s ?? 0);
  const rests = pulse.base === 0 && lasts_s < dwell_s;
  return { ...common, pulses: rests ? { longest_s: lasts_s, rest_s: dwell_s - lasts_s } : neverRests };
}

/** While it goes to its level; what stays afterwards has no slew. */
export function forceOfBias(bias: Bias): Force {
  return { ...smuSpan(bias.drive, [bias.level], bias.compliance), slew_V_per_s: slewOfBias(bias) };
}

export function forceOfCycle(cycle: PulseCycle, cycles: number, source_ohm: number): Force {
  const { segments } = cycle;
  return {
    ...spanOf(segments.map(({ level_V }) => level_V)),
    current_A: Infinity,
    source_ohm,
    slew_V_per_s: slewOfCycle(cycle),
    pulses: pulsesOf(
      segments.length,
      (k) => segments[k]?.level_V === 0,
      (k) => segments[k]?.duration_s ?? 0,
      cycles,
    ),
  };
}

export function forceOfWaveform(plan: WaveformPlan, source_ohm: number): Force {
  return {
    ...spanOf([plan.low_V, plan.high_V]),
    current_A: Infinity,
    source_ohm,
    slew_V_per_s: slewOfWaveform(plan),
    pulses: pulsesOfWaveform(plan),
  };
}

const neverRests: Pulses = { longest_s: Infinity, rest_s: 0 };

function pulsesOfWaveform(plan: WaveformPlan): Pulses {
  const { waveform, burst, polarity, low_V, high_V } = plan;
  const cycles = burst?.cycles ?? Infinity;
  const [base_V, top_V] = polarity === "inverted" ? [high_V, low_V] : [low_V, high_V];
  switch (waveform.shape) {
    case "samples": {
      const { volts, rate_Sa_per_s } = waveform;
      const isRest = (k: number) => played(volts[k] ?? 0, plan) === 0;
      if (burst && !isRest(0)) return neverRests; // it waits at its first sample
      return pulsesOf(volts.length, isRest, () => 1 / rate_Sa_per_s, cycles);
    }
    case "pulse": {
      const { period_s, width_s, rise_s, fall_s } = waveform;
      const pulse_s = width_s + rise_s + fall_s;
      if (base_V !== 0 || pulse_s >= period_s) return neverRests;
      return { longest_s: pulse_s, rest_s: cycles > 1 ? period_s - pulse_s : Infinity };
    }
    case "square": {
      const period_s = 1 / waveform.frequency_Hz;
      const halves = [waveform.duty * period_s, (1 - waveform.duty) * period_s];
      if (burst && top_V !== 0) return neverRests; // it waits in its upper half
      const isRest = (k: number) => (k === 0 ? top_V : base_V) === 0;
      return pulsesOf(2, isRest, (k) => halves[k] ?? 0, cycles);
    }
    case "sine": {
      if (!burst || low_V + high_V !== 0 || waveform.frequency_Hz === undefined) return neverRests;
      return { longest_s: cycles / waveform.frequency_Hz, rest_s: Infinity };
    }
    case "ramp": // where it waits before a burst differs between generators
    case "noise":
    case "dc":
      return neverRests;
  }
}

/**
 * The longest stretch without a rest, and the shortest rest, of pieces that are played again and again.
 *
 * @param cycles Infinity: on and on
 */
function pulsesOf(
  count: number,
  isRest: (piece: number) => boolean,
  duration_s: (piece: number) => number,
  cycles: number,
): Pulses {
  let [longest_s, rest_s, stretch_s, gap_s] = [0, Infinity, 0, 0];
  let [pulsed, rests] = [false, false];
  const rounds = cycles > 1 ? 2 : 1; // the second time round, what is cut in two at the seam is whole
  for (let k = 0; k < rounds * count; k++) {
    const took_s = duration_s(k % count);
    if (took_s === 0) continue; // no time is no rest
    if (isRest(k % count)) {
      [stretch_s, rests] = [0, true];
      gap_s += took_s;
      continue;
    }
    if (gap_s > 0 && pulsed) rest_s = Math.min(rest_s, gap_s);
    [gap_s, pulsed] = [0, true];
    stretch_s += took_s;
    longest_s = Math.max(longest_s, stretch_s);
  }
  return rests ? { longest_s, rest_s } : { longest_s: (cycles / rounds) * stretch_s, rest_s: Infinity };
}

function smuSpan(drive: SweepPlan["drive"], levels: readonly number[], compliance: number) {
  if (drive === "voltage") return { ...spanOf(levels), current_A: compliance, source_ohm: 0 };
  const most_A = levels.reduce((most, level) => Math.max(most, Math.abs(level)), 0);
  return { low_V: -compliance, high_V: compliance, current_A: most_A, source_ohm: 0 };
}

/** From the lowest to the highest, and where it rests. */
function spanOf(levels: readonly number[]): Pick<Force, "low_V" | "high_V"> {
  let [low_V, high_V] = [0, 0];
  for (const level_V of levels) [low_V, high_V] = [Math.min(low_V, level_V), Math.max(high_V, level_V)];
  return { low_V, high_V };
}
