/** What is known of the film that was measured. Left out: what follows from it is not told. */
export interface Film {
  /** Of the stage, kelvin. */
  readonly temperature_K: number;
  readonly thickness_m?: number;
  readonly area_m2?: number;
  /** Relative permittivity taken for the mobility of space-charge-limited current. */
  readonly permittivity?: number;
}

/** Readings of one branch in one state: magnitudes, both above 0, voltages rising. */
export interface Curve {
  readonly voltage_V: Float64Array;
  readonly current_A: Float64Array;
}

export type Mechanism = "ohmic" | "sclc" | "poole-frenkel" | "schottky" | "fowler-nordheim" | "simmons" | "sinh";

/** A mechanism's law against readings. */
export interface ConductionFit {
  readonly mechanism: Mechanism;
  /** Range the fit used, ends included. */
  readonly from_V: number;
  readonly to_V: number;
  readonly n: number;
  /** In the mechanism's own plot; NaN where it has none. Log-log for ohmic and sclc, per √V, or V for Fowler-Nordheim. */
  readonly slope: number;
  readonly slopeError: number;
  /** Of the mechanism's own plot; of ln I for the curved ones. Plots differ: R² of one does not compare with that of another. */
  readonly r2: number;
  /** Root mean square of log10(fit/reading) over the range: compares one mechanism with another. */
  readonly rms_decades: number;
  /** What the constants come to, by name with unit: `eps_r`, `r_ohm`, `barrier_eV`. */
  readonly implied: Readonly<Record<string, number>>;
  /** Why it is not to be believed, each a sentence; empty: nothing speaks against it. */
  readonly flags: readonly string[];
  /** Current of the law at a voltage in the range. */
  readonly at: (voltage_V: number) => number;
}

/** Thinnest evidence: fewer readings fit anything. */
export const fewestReadings = 5;

/** Readings from one voltage to another, ends included. */
export function between({ voltage_V, current_A }: Curve, from_V: number, to_V: number): Curve {
  const inside = (_: number, k: number) => (voltage_V[k] ?? NaN) >= from_V && (voltage_V[k] ?? NaN) <= to_V;
  return { voltage_V: voltage_V.filter(inside), current_A: current_A.filter(inside) };
}

/** Root mean square of log10(law/reading); NaN where there is no reading. */
export function misfit_decades({ voltage_V, current_A }: Curve, at: (voltage_V: number) => number): number {
  const squares = voltage_V.map((v, k) => Math.log10(at(v) / (current_A[k] ?? NaN)) ** 2);
  return Math.sqrt(squares.reduce((sum, one) => sum + one, 0) / squares.length);
}
