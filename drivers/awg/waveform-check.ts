import type { PulseRanges, WaveformPlan } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { si } from "../../src/units.js";

/**
 * Checks a plan against itself and the generator's levels, before anything is sent. What depends on the waveform (highest
 * frequency, fastest edge) each driver adds.
 *
 * @throws MemrigError `invalid-request`: what was asked, what is allowed
 */
export function checkWaveform(label: string, plan: WaveformPlan, ranges: PulseRanges): void {
  const refuse = (why: string): never => {
    throw new MemrigError("invalid-request", `${label}: ${why}. Nothing was sent.`, { shape: plan.waveform.shape });
  };
  const { waveform, low_V, high_V, limit, burst, load_ohm } = plan;
  const volts = (value: number) => si(value, "V");
  if (waveform.shape === "samples") checkSamples(waveform.volts, waveform.rate_Sa_per_s, plan, ranges, refuse);
  else if (waveform.shape === "dc" ? low_V !== high_V : !(low_V < high_V)) {
    refuse(`levels of ${volts(low_V)} and ${volts(high_V)} make no ${waveform.shape}`);
  }
  if (!(limit.low_V <= low_V && high_V <= limit.high_V)) {
    refuse(
      `levels of ${volts(low_V)} to ${volts(high_V)} are outside their own limits, ${volts(limit.low_V)} to ${volts(limit.high_V)}`,
    );
  }
  for (const level_V of [low_V, high_V]) {
    if (!(Math.abs(level_V) <= ranges.maxLevel_V)) {
      refuse(`a level of ${volts(level_V)} was asked for; up to ${volts(ranges.maxLevel_V)} is possible`);
    }
  }
  if (load_ohm !== undefined && !(load_ohm >= 1 && load_ohm <= 10e3)) {
    refuse(`a load of ${si(load_ohm, "ohm")} was asked for; 1 ohm to 10 kohm, or none for high impedance, is possible`);
  }
  if (burst) {
    if (waveform.shape === "dc" || waveform.shape === "noise") refuse(`a burst of ${waveform.shape} was asked for`);
    if (!(Number.isInteger(burst.cycles) && burst.cycles >= 1 && burst.cycles <= ranges.maxCycles)) {
      refuse(`a burst of ${burst.cycles} cycles was asked for; 1 to ${ranges.maxCycles} are possible`);
    }
  }
  checkTimes(plan, refuse);
}

function checkSamples(
  volts: Float64Array,
  rate_Sa_per_s: number,
  plan: WaveformPlan,
  ranges: PulseRanges,
  refuse: (why: string) => never,
): void {
  if (!(volts.length >= 2 && volts.length <= ranges.maxSamples)) {
    refuse(`${volts.length} samples were asked for; 2 to ${ranges.maxSamples} are possible`);
  }
  const fastest = 1 / ranges.minSegment_s;
  if (!(rate_Sa_per_s > 0 && rate_Sa_per_s <= fastest * (1 + 1e-9))) {
    refuse(`${si(rate_Sa_per_s, "Sa/s")} were asked for; up to ${si(fastest, "Sa/s")} are possible`);
  }
  if (!(plan.low_V <= plan.high_V)) refuse("the lower level is above the upper one");
  const outside = volts.find((value) => !(value >= plan.low_V && value <= plan.high_V));
  if (outside !== undefined) {
    refuse(`a sample of ${si(outside, "V")} is outside the levels, ${si(plan.low_V, "V")} to ${si(plan.high_V, "V")}`);
  }
}

function checkTimes({ waveform }: WaveformPlan, refuse: (why: string) => never): void {
  switch (waveform.shape) {
    case "samples":
    case "dc":
      return;
    case "noise":
      if (waveform.frequency_Hz !== undefined && !above0(waveform.frequency_Hz))
        refuse("a bandwidth of nothing was asked for");
      return;
    case "pulse": {
      const { period_s, width_s, rise_s, fall_s } = waveform;
      if (![period_s, width_s, rise_s, fall_s].every(above0)) refuse("a pulse with a time of nothing was asked for");
      // Edges are 10 % to 90 %: the whole of a linear one is 1.25 times as long.
      if (width_s + (1.25 * (rise_s + fall_s)) / 2 > period_s) {
        refuse(`a pulse of ${si(width_s, "s")} with its edges does not fit into ${si(period_s, "s")}`);
      }
      return;
    }
    default: {
      if (!above0(waveform.frequency_Hz ?? NaN)) refuse(`a ${waveform.shape} without a frequency was asked for`);
      const share = waveform.shape === "square" ? waveform.duty : waveform.shape === "ramp" ? waveform.symmetry : 0.5;
      if (!(share >= 0 && share <= 1)) refuse(`a share of ${share} of the period was asked for; 0 to 1 is possible`);
    }
  }
}

function above0(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

/** Share of an open-circuit level that the generator shows for a load: 1 for high impedance. */
export function shownShare(load_ohm: number | undefined, source_ohm: number): number {
  return load_ohm === undefined ? 1 : load_ohm / (load_ohm + source_ohm);
}

/** Periods per second; undefined where there is none. */
export function frequencyOf({ waveform }: WaveformPlan): number | undefined {
  switch (waveform.shape) {
    case "dc":
    case "noise":
      return undefined;
    case "pulse":
      return 1 / waveform.period_s;
    case "samples":
      return waveform.rate_Sa_per_s / waveform.volts.length;
    default:
      return waveform.frequency_Hz;
  }
}
