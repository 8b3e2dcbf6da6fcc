/** Voltage across a device and current through it, sampled together, equally spaced. */
export interface AcRecord {
  readonly step_s: number;
  readonly voltage_V: ArrayLike<number>;
  readonly current_A: ArrayLike<number>;
}

/** Response at one frequency. */
export interface Impedance {
  readonly frequency_Hz: number;
  /** |V/I|. */
  readonly magnitude_ohm: number;
  /** Of V against I: −90° for a capacitor, +90° for an inductor. */
  readonly phase_deg: number;
  /** Real and imaginary part of I/V: conductance and susceptance. */
  readonly conductance_S: number;
  readonly susceptance_S: number;
  /** Amplitudes, means over the records. */
  readonly voltage_V: number;
  readonly current_A: number;
  /**
   * Share of the current that follows the voltage linearly at this frequency, 0 to 1: |cross spectrum|² over the product of both power spectra, summed over the records. Noise and switching lower
   * it; one record alone is always 1.
   */
  readonly coherence: number;
}

/** Complex amplitude at a frequency. */
type Amplitude = readonly [re: number, im: number];

/** How the amplitude is taken out of a record: of a steady sine, or of a transient that begins and ends at rest within it. */
type Method = "sine" | "transient";

/**
 * Impedance at one frequency from records of the same stimulus: H1 estimate of the admittance, the sum of I times conjugate V over that of |V|² (Bendat and Piersol, Random
 * Data, 4th ed., 6.1), so that noise of the current averages out.
 */
export function impedanceAt(records: readonly AcRecord[], frequency_Hz: number, method: Method): Impedance {
  const amplitudeOf = method === "sine" ? sineIn : fourierOf;
  let [vv, ii, re, im, volts, amperes] = [0, 0, 0, 0, 0, 0];
  for (const { step_s, voltage_V, current_A } of records) {
    const [vr, vi] = amplitudeOf(voltage_V, step_s, frequency_Hz);
    const [ir, ij] = amplitudeOf(current_A, step_s, frequency_Hz);
    vv += vr * vr + vi * vi;
    ii += ir * ir + ij * ij;
    re += ir * vr + ij * vi;
    im += ij * vr - ir * vi;
    volts += Math.hypot(vr, vi) / records.length;
    amperes += Math.hypot(ir, ij) / records.length;
  }
  const [conductance_S, susceptance_S] = [re / vv, im / vv];
  return {
    frequency_Hz,
    magnitude_ohm: 1 / Math.hypot(conductance_S, susceptance_S),
    phase_deg: (-Math.atan2(susceptance_S, conductance_S) * 180) / Math.PI,
    conductance_S,
    susceptance_S,
    voltage_V: volts,
    current_A: amperes,
    coherence: (re * re + im * im) / (vv * ii),
  };
}

/** Amplitude of the sine of a known frequency by least squares, a constant beside it: no whole number of periods is needed. */
function sineIn(values: ArrayLike<number>, step_s: number, frequency_Hz: number): Amplitude {
  const omega = 2 * Math.PI * frequency_Hz * step_s;
  const n = values.length;
  let [c, s, cc, ss, cs, y, yc, ys] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let k = 0; k < n; k++) {
    const [cos, sin, value] = [Math.cos(omega * k), Math.sin(omega * k), values[k] ?? NaN];
    c += cos;
    s += sin;
    cc += cos * cos;
    ss += sin * sin;
    cs += cos * sin;
    y += value;
    yc += value * cos;
    ys += value * sin;
  }
  // normal equations without the constant, which is taken out of all sums
  const [CC, SS, CS] = [cc - (c * c) / n, ss - (s * s) / n, cs - (c * s) / n];
  const [YC, YS] = [yc - (y * c) / n, ys - (y * s) / n];
  const determinant = CC * SS - CS * CS;
  const [a, b] = [(YC * SS - YS * CS) / determinant, (YS * CC - YC * CS) / determinant];
  return [a, -b];
}

/** Fourier integral over the record at one frequency, the level at its beginning taken off: what was there before. */
function fourierOf(values: ArrayLike<number>, step_s: number, frequency_Hz: number): Amplitude {
  const omega = 2 * Math.PI * frequency_Hz * step_s;
  const base = values[0] ?? NaN;
  let [re, im] = [0, 0];
  for (let k = 0; k < values.length; k++) {
    const value = (values[k] ?? NaN) - base;
    re += value * Math.cos(omega * k);
    im -= value * Math.sin(omega * k);
  }
  return [re * step_s, im * step_s];
}

/** Sine whose frequency rises in equal ratios of time: amplitude 1, from `from_Hz` at the beginning to `to_Hz` at the end. */
export function chirpOf(from_Hz: number, to_Hz: number, duration_s: number, rate_per_s: number): Float64Array {
  const rise = Math.log(to_Hz / from_Hz) / duration_s;
  return Float64Array.from({ length: Math.round(duration_s * rate_per_s) }, (_, k) =>
    Math.sin((2 * Math.PI * from_Hz * Math.expm1((rise * k) / rate_per_s)) / rise),
  );
}
