import { type Shape, constant, drawn, linesFrom } from "./shape.js";

/** Where a function swings, in volts at the open output. `sign` −1: the output is inverted about the offset. */
export interface Swing {
  readonly amplitude_Vpp: number;
  readonly offset_V: number;
  readonly sign: 1 | -1;
}

const at = (swing: Swing, unit: number) => swing.offset_V + (swing.sign * unit * swing.amplitude_Vpp) / 2;

/** Straight lines a sine is drawn with: the largest error is 1 − cos(π/256), 8e-5 of the peak. */
const sineLines = 256;

/** The 10 % to 90 % time is what a data sheet gives; a straight edge is longer from end to end. */
export const edgeOf = (rise10to90_s: number) => rise10to90_s / 0.8;

/** @param phase fraction of the period at which it begins, here and below */
export function sine(period_s: number, swing: Swing, phase: number): Shape {
  const times_s = Array.from({ length: sineLines }, (_, k) => (k / sineLines) * period_s);
  const values = times_s.map((_, k) => at(swing, Math.sin((2 * Math.PI * k) / sineLines)));
  return linesFrom(phase, period_s, times_s, values);
}

/** Rises for `symmetry` of the period; phase 0 is half-way up. A turn takes at least one edge. */
export function ramp(period_s: number, swing: Swing, phase: number, symmetry: number, edge_s: number): Shape {
  const least = Math.min(0.5, edge_s / period_s);
  const rise_s = Math.min(1 - least, Math.max(least, symmetry)) * period_s;
  const times_s = [0, rise_s / 2, period_s - rise_s / 2];
  return linesFrom(phase, period_s, times_s, [at(swing, 0), at(swing, 1), at(swing, -1)]);
}

/** A pulse, measured half-way up and half-way down; edges from end to end. */
export interface PulseForm {
  readonly width_s: number;
  readonly lead_s: number;
  readonly trail_s: number;
}

/** Low, then high for a width. The rising edge begins the period. */
export function pulse(period_s: number, swing: Swing, phase: number, { width_s, lead_s, trail_s }: PulseForm): Shape {
  const fall_s = Math.max(lead_s, lead_s / 2 + width_s - trail_s / 2);
  const end_s = Math.min(period_s * (1 - 1e-9), fall_s + trail_s);
  const low_V = at(swing, -1);
  const high_V = at(swing, 1);
  return linesFrom(phase, period_s, [0, lead_s, fall_s, end_s], [low_V, high_V, high_V, low_V]);
}

export const direct = (swing: Swing): Shape => constant(swing.offset_V);

/** Peak of the noise, as a multiple of its rms value, at which the generator clips. */
const crest = 3.5;

/**
 * Gaussian noise up to a bandwidth: independent draws at twice the bandwidth, joined by straight lines.
 *
 * @param normal draws a standard normal number
 */
export function noise(bandwidth_Hz: number, swing: Swing, normal: () => number): Shape {
  const draw = () => at(swing, Math.max(-1, Math.min(1, normal() / crest)));
  return drawn(1 / (2 * bandwidth_Hz), 1024, 0, swing.offset_V, draw);
}

/** Feedback taps of the maximal-length sequences x^n + x^m + 1. */
const taps: Readonly<Record<number, number>> = { 7: 6, 9: 5, 11: 9, 15: 14, 20: 17, 23: 18, 29: 27, 31: 28 };

export const prbsLengths = Object.keys(taps).map(Number);

/** A pseudo-random bit stream of 2^length − 1 bits. */
export function prbs(rate_bit_per_s: number, length: number, swing: Swing, edge_s: number): Shape {
  const tap = taps[length] ?? 6;
  let register = 1;
  const draw = () => {
    const bit = ((register >>> (length - 1)) ^ (register >>> (tap - 1))) & 1;
    register = ((register << 1) | bit) >>> 0;
    if (length < 32) register &= 2 ** length - 1;
    return at(swing, bit === 1 ? 1 : -1);
  };
  return drawn(1 / rate_bit_per_s, 512, Math.min(edge_s, 1 / rate_bit_per_s), at(swing, -1), draw);
}
