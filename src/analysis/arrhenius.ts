import { fitLine } from "./line-fit.js";

/** Boltzmann's constant over the elementary charge, exact since 2019. */
const boltzmann_eV_per_K = 8.617333262e-5;

/** Thermally activated conductance, G ~ T² exp(−E/kT). */
export interface Activation {
  readonly energy_eV: number;
  /** Standard error of the energy. */
  readonly error_eV: number;
  readonly r2: number;
  readonly n: number;
  /** Conductance of the fit at a temperature. */
  readonly at_S: (temperature_K: number) => number;
}

/** Abscissa of the plot. */
export const inverse_kK = (temperature_K: number): number => 1000 / temperature_K;
/** Ordinate of the plot. */
export const lnGoverT2 = (conductance_S: number, temperature_K: number): number =>
  Math.log(conductance_S / temperature_K ** 2);

/**
 * Straight line through ln(G/T²) against 1000/T, as Yi et al., Nat. Commun. 9 (2018) 4661, Suppl. Fig. 6c, do it. Conductances that are not
 * above 0 are left out; below two points all is NaN.
 */
export function activationOf(temperature_K: ArrayLike<number>, conductance_S: ArrayLike<number>): Activation {
  const x = Array.from(temperature_K, inverse_kK);
  const y = Array.from(conductance_S, (g, k) => lnGoverT2(g, temperature_K[k] ?? NaN));
  const line = fitLine(x, y);
  const energy_eV = -line.slope * 1000 * boltzmann_eV_per_K;
  return {
    energy_eV,
    error_eV: line.slopeError * 1000 * boltzmann_eV_per_K,
    r2: line.r2,
    n: line.n,
    at_S: (T) => T ** 2 * Math.exp(line.intercept + line.slope * inverse_kK(T)),
  };
}
