import type { Waveform, WaveformPlan } from "../capabilities/index.js";
import type { Reach } from "./pulse-limits.js";
import { checkBounds, checkLevel, mostEnergy, worstCase } from "./pulse-limits.js";
import { above0, finite, hold, invalid, oneOf, whole } from "./refusals.js";
import { fastestEdge_s } from "./sweep-limits.js";

/** A smooth (Gaussian) edge is this much steeper at its middle than its swing over its 10 % to 90 % time. */
const steepestPartOfAnEdge = 1.03;
/** Steps of samples up to this share of the swing are a slope; larger ones are edges, as fast as the generator makes them. */
const slopeStep = 1 / 20;

const shapes = ["sine", "noise", "dc", "square", "ramp", "pulse", "samples"];

/**
 * Refuses a waveform that could bring more to the device than the bench allows: its levels, or every sample; the energy
 * of its longest stretch without a rest at 0 V; its steepest part, by its stated edges, and the jump when the output
 * goes on. The levels count as they are with nothing connected: what load the display is scaled for changes nothing here.
 *
 * @throws MemrigError `limit-refused`, or `invalid-request` where a number is none; nothing was sent
 */
export function checkWaveform(who: string, plan: WaveformPlan, reach: Reach): void {
  checkNumbers(who, plan);
  const { low_V, high_V, waveform } = plan;
  checkBounds(who, plan.limit, reach);
  checkLevel(who, low_V, reach);
  checkLevel(who, high_V, reach);
  if (waveform.shape === "samples") {
    // Between the levels: upside down, about their middle, they are too.
    for (const level_V of span(waveform.volts)) {
      checkLevel(who, level_V, reach);
      if (level_V < low_V || level_V > high_V)
        throw invalid(who, `a sample of ${level_V} V outside its levels of ${low_V} V to ${high_V} V`);
    }
  }
  const { limits } = reach;
  const advice = " As a burst, with a rest at 0 V in each period, it has pulses.";
  if (limits.energyPerPulse)
    hold(limits.energyPerPulse, pulseEnergy(plan, reach), "J", who, "a pulse of up to", advice);
  if (!limits.slew) return;
  hold(limits.slew, startJump(plan) / fastestEdge_s, "V/s", who, "when its output goes on a jump of up to");
  hold(limits.slew, steepest(plan), "V/s", who, "a slew of up to");
}

function checkNumbers(who: string, { waveform, low_V, high_V, load_ohm, polarity, burst }: WaveformPlan): void {
  finite(who, "a low level", low_V);
  finite(who, "a high level", high_V);
  if (low_V > high_V) throw invalid(who, `a low level of ${low_V} V above a high level of ${high_V} V`);
  if (load_ohm !== undefined && load_ohm !== Infinity) above0(who, "a load", load_ohm);
  oneOf(who, "a polarity", polarity, [undefined, "normal", "inverted"]);
  if (burst) {
    whole(who, "a number of cycles", burst.cycles);
    oneOf(who, "a trigger", burst.trigger, ["bus", "external"]);
  }
  oneOf(who, "a waveform", waveform.shape, shapes);
  const share = (what: string, value: number): void => {
    finite(who, what, value);
    if (value < 0 || value > 1) throw invalid(who, `${what} of ${value}`);
  };
  switch (waveform.shape) {
    case "noise":
    case "dc":
      if (waveform.frequency_Hz !== undefined) above0(who, "a frequency", waveform.frequency_Hz);
      return;
    case "sine":
      return above0(who, "a frequency", waveform.frequency_Hz);
    case "square":
      above0(who, "a frequency", waveform.frequency_Hz);
      return share("a duty", waveform.duty);
    case "ramp":
      above0(who, "a frequency", waveform.frequency_Hz);
      return share("a symmetry", waveform.symmetry);
    case "pulse":
      for (const name of ["period_s", "width_s", "rise_s", "fall_s"] as const) above0(who, `a ${name}`, waveform[name]);
      return;
    case "samples":
      above0(who, "a sample rate", waveform.rate_Sa_per_s);
      if (waveform.volts.length === 0) throw invalid(who, "a waveform without samples");
      for (const volt of waveform.volts) finite(who, "a sample", volt);
  }
}

function span(volts: Float64Array): [number, number] {
  let least = Infinity;
  let most = -Infinity;
  for (const volt of volts) {
    if (volt < least) least = volt;
    if (volt > most) most = volt;
  }
  return [least, most];
}

/** Largest energy of a stretch without a rest at 0 V; Infinity for one that never rests and never ends. */
function pulseEnergy(plan: WaveformPlan, reach: Reach): number {
  const { waveform, burst, polarity, low_V, high_V } = plan;
  const power_W = (level_V: number): number => worstCase(level_V, reach).power_W;
  const cycles = burst?.cycles ?? Infinity;
  // Upside down, low and high change places.
  const [base_V, top_V] = polarity === "inverted" ? [high_V, low_V] : [low_V, high_V];
  const most_W = Math.max(power_W(low_V), power_W(high_V));
  if (most_W === 0 && waveform.shape !== "samples") return 0;
  switch (waveform.shape) {
    case "samples": {
      const dt_s = 1 / waveform.rate_Sa_per_s;
      const energies = Float64Array.from(waveform.volts, (volt) => power_W(played(volt, plan)) * dt_s);
      // A burst that begins away from 0 V waits there.
      return (energies[0] ?? 0) > 0 && burst ? Infinity : mostEnergy(energies, cycles);
    }
    case "pulse": {
      const { period_s, width_s, rise_s, fall_s } = waveform;
      if (base_V !== 0) return Infinity;
      return width_s + rise_s + fall_s >= period_s
        ? cycles * power_W(top_V) * period_s
        : power_W(top_V) * (width_s + rise_s + fall_s);
    }
    case "square": {
      // It begins with its upper half: a burst waits there.
      if (burst && top_V !== 0) return Infinity;
      const period_s = 1 / waveform.frequency_Hz;
      const halves = [
        { level_V: top_V, share: waveform.duty },
        { level_V: base_V, share: 1 - waveform.duty },
      ].filter(({ share }) => share > 0); // no time is no rest
      return mostEnergy(
        halves.map(({ level_V, share }) => power_W(level_V) * share * period_s),
        cycles,
      );
    }
    case "sine":
      if (burst && low_V + high_V !== 0) return Infinity; // it waits at its middle
      return (cycles * most_W) / (waveform.frequency_Hz ?? NaN);
    case "ramp": // where it waits before a burst differs between generators
    case "noise":
    case "dc":
      return Infinity;
  }
}

/** Where a sample ends up: upside down about the middle where it is inverted. */
export function played(volt: number, { polarity, low_V, high_V }: WaveformPlan): number {
  return polarity === "inverted" ? low_V + high_V - volt : volt;
}

/** The steepest it comes to: its jump when the output goes on, or its own edges. */
export function slewOfWaveform(plan: WaveformPlan): number {
  return Math.max(startJump(plan) / fastestEdge_s, steepest(plan));
}

/** What the device jumps by when the output goes on: a burst waits at its first level, anything else may be anywhere. */
function startJump(plan: WaveformPlan): number {
  const { waveform, burst, low_V, high_V, polarity } = plan;
  const most_V = Math.max(Math.abs(low_V), Math.abs(high_V));
  if (waveform.shape === "samples") {
    const [least, most] = span(waveform.volts);
    const first_V = Math.abs(played(waveform.volts[0] ?? 0, plan));
    return burst ? first_V : Math.max(Math.abs(least), Math.abs(most), most_V);
  }
  if (!burst) return most_V;
  if (waveform.shape === "sine") return Math.abs(low_V + high_V) / 2;
  if (waveform.shape === "pulse") return Math.abs(polarity === "inverted" ? high_V : low_V);
  return most_V;
}

/** The steepest part of the waveform itself, V/s. */
function steepest({ waveform, low_V, high_V }: WaveformPlan): number {
  const swing_V = high_V - low_V;
  const edge = (duration_s: number): number => swing_V / Math.max(duration_s, fastestEdge_s);
  switch (waveform.shape) {
    case "dc":
      return 0;
    case "noise":
    case "square":
      return edge(0);
    case "sine":
      return Math.PI * (waveform.frequency_Hz ?? NaN) * swing_V;
    case "ramp":
      return edge(Math.min(waveform.symmetry, 1 - waveform.symmetry) / waveform.frequency_Hz);
    case "pulse":
      return steepestPartOfAnEdge * edge(Math.min(waveform.rise_s, waveform.fall_s));
    case "samples":
      return steepestStep(waveform, swing_V);
  }
}

function steepestStep({ volts, rate_Sa_per_s }: Extract<Waveform, { shape: "samples" }>, swing_V: number): number {
  let step_V = 0;
  let before_V = volts.at(-1) ?? 0; // played again, or back to where it waits
  for (const volt of volts) {
    step_V = Math.max(step_V, Math.abs(volt - before_V));
    before_V = volt;
  }
  const [least, most] = span(volts);
  const isSlope = step_V <= slopeStep * Math.max(most - least, swing_V);
  return isSlope ? step_V * Math.min(rate_Sa_per_s, 1 / fastestEdge_s) : step_V / fastestEdge_s;
}
