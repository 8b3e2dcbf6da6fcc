import { chirpOf } from "../src/analysis/index.js";
import { chirpRate_per_s, chirpTime_s, type FrequencyResponsePlan } from "./frequency-response-plan.js";

/** A chirp's record goes on for so much of the chirp behind it: the device comes to rest in it. */
const tail = 0.24;
/** The first samples of a chirp's record are rest. */
const lead = 0.02;
/** Time at the bias before the chirp and behind it, and of the ramps to it and from it, in chirps. */
const hold = 0.25;
const ramp = 0.02;
/** Steps of a ramp, at least: a larger one would be an edge, as fast as the generator makes it. */
const gentle = 40;
/** Share of the amplitude at which the scope triggers without a bias, also where the device is a short: low, and clear of the noise about 0. */
export const triggerShare = 0.1;

/** What the generator plays, at rest at 0 V before and behind it, and where its record lies. */
export interface ChirpBurst {
  readonly volts: Float64Array;
  readonly rate_Sa_per_s: number;
  /** Level at the top of the device, and way through it, at which the record begins `pretrigger_s` later. */
  readonly trigger_V: number;
  readonly slope: "rising" | "falling";
  readonly pretrigger_s: number;
  readonly window_s: number;
  /** Into the record, s: here the device is at rest, at the bias where there is one; the chirp follows. */
  readonly rest_s: { readonly from: number; readonly to: number };
}

/**
 * A chirp, with a bias carried on a plateau: ramp, hold, chirp, hold, ramp. A negative bias turns it all upside down, so that the record
 * begins with an edge away from 0 V in any case.
 *
 * @param share least part of the generator's voltage that reaches the top of the device: of a short
 */
export function chirpBurst(plan: FrequencyResponsePlan, share: number): ChirpBurst {
  const { from, to, amplitude } = plan;
  const [bias_V, sign] = [Math.abs(plan.bias), plan.bias < 0 ? -1 : 1];
  const [duration_s, rate_Sa_per_s] = [chirpTime_s(plan), chirpRate_per_s(plan)];
  const samples = (part: number) => Math.round(part * duration_s * rate_Sa_per_s);
  const chirp = Array.from(chirpOf(from, to, duration_s, rate_Sa_per_s), (one) => bias_V + one * amplitude);
  const up = bias_V === 0 ? [] : rampTo(bias_V, Math.max(gentle, samples(ramp)));
  const held = bias_V === 0 ? 0 : samples(hold);
  const plateau = new Array<number>(held).fill(bias_V);
  const volts = [...up, ...plateau, ...chirp, ...plateau, ...up.toReversed()];

  // Both where all of the generator's voltage is at the device and where a short leaves its share: the level is passed on the ramp, or in
  // the chirp's first rise, with the hold between the two. On the ramp only where it is clear of the noise.
  const into = bias_V === 0 ? triggerShare : 0.5;
  const inChirp_V = into * (bias_V + amplitude) * share + (1 - into) * bias_V;
  const onRamp = bias_V >= amplitude / 2 || inChirp_V >= (bias_V + amplitude) * share;
  const level_V = onRamp ? (bias_V / 2) * share : inChirp_V;
  const toChirp_s = onRamp
    ? ((1 - share / 2) * up.length + held) / rate_Sa_per_s
    : -Math.asin((level_V - bias_V) / amplitude) / (2 * Math.PI * from);
  const quiet_s = (bias_V === 0 ? lead : 0.5 * hold) * duration_s;
  const pretrigger_s = Math.max(0, quiet_s - toChirp_s);
  const begin_s = pretrigger_s + toChirp_s;
  return {
    volts: Float64Array.from(volts, (one) => sign * one),
    rate_Sa_per_s,
    trigger_V: sign * level_V,
    slope: sign > 0 ? "rising" : "falling",
    pretrigger_s,
    window_s: begin_s + duration_s * (1 + tail),
    rest_s: { from: begin_s - quiet_s, to: begin_s - 0.7 * quiet_s }, // a short triggers later than an open circuit
  };
}

/** From 0 V up, so many samples. */
function rampTo(level_V: number, length: number): number[] {
  return Array.from({ length }, (_, k) => (level_V * k) / length);
}
