/**
 * Current through a Schottky contact to a doped oxide, as JART VCM v1b has it: Bengel et al., IEEE Trans. Circuits
 * Syst. I 67 (2020) 4618, equations of the Schottky barrier. s is the voltage from metal to oxide, positive forward.
 *
 *   barrier   phi = phi_Bn0 - (e^3 z N psi/(8 pi^2 eps_phiB^3))^(1/4)   psi = phi_Bn0 - phi_n - s
 *   s > 0, thermionic emission:         j = A A_R T^2 exp(-phi/kT) (exp(s/kT) - 1)
 *   s < 0, thermionic field emission:   j = -A A_R T/k sqrt(pi W00 (|s| + phi/cosh^2(W00/kT))) exp(-phi/W0) (exp(|s|/eps') - 1)
 *     W00 = h/(4 pi) sqrt(z N/(m eps))   W0 = W00 coth(W00/kT)   eps' = W00/(W00/kT - tanh(W00/kT))     (energies in eV)
 *
 * phi stays above 0, and psi above 0: the source cuts both off, and psi with an infinite slope. Here each is
 * ln(1 + exp) over a millivolt or two, and the mechanisms change over within a millivolt of zero bias, where the source
 * jumps from a slope of nearly nothing to one of siemens in a heavily doped disc: a solver chatters on it [C].
 */
import { boundedExpm1, boundedExpSlope } from "./bounded.js";
import { boltzmann_V_per_K, electron_C, electronMass_kg, planck_Js, vacuum_F_per_m } from "./constants.js";
import { logistic, softplus } from "./smooth.js";

export interface SchottkyParameters {
  /** m^2 */
  readonly area: number;
  /** Charge number of the dopant. */
  readonly z: number;
  readonly eps: number;
  readonly eps_phiB: number;
  readonly phi_Bn0: number;
  readonly phi_n: number;
  readonly A_R: number;
}

/** Widths of the two cut-offs, V. */
export const psiEdge_V = 1e-3;
export const phiEdge_V = 2e-3;
/** The two mechanisms change over within this of zero bias; beyond 40 times that the other one adds nothing. */
export const changeover_V = 1e-3;
const farEdges = 40;
/** Keeps the square root of the tunnelling prefactor from zero. */
export const leastReach_V = 1e-9;

/** Barrier lowering is (this N psi)^(1/4). */
export function imageFactor(k: SchottkyParameters): number {
  return (electron_C ** 3 * k.z) / (8 * Math.PI ** 2 * (k.eps_phiB * vacuum_F_per_m) ** 3);
}

/** W00 is this sqrt(N). */
export function tunnelFactor(k: SchottkyParameters): number {
  return (planck_Js / (4 * Math.PI)) * Math.sqrt(k.z / (electronMass_kg * k.eps * vacuum_F_per_m));
}

/** `look` at a point, then read the current and its derivatives. */
export class SchottkyContact {
  current_A = 0;
  /** d/ds, d/d ln N, d/dT */
  byS = 0;
  byLnN = 0;
  byT = 0;
  private readonly imageFactor: number;
  private readonly tunnelFactor: number;

  constructor(private readonly k: SchottkyParameters) {
    [this.imageFactor, this.tunnelFactor] = [imageFactor(k), tunnelFactor(k)];
  }

  /** @param s V; @param N per cubic metre; @param T kelvin */
  look(s: number, N: number, T: number): void {
    const { k } = this;
    const away = (k.phi_Bn0 - k.phi_n - s) / psiEdge_V;
    const psi = psiEdge_V * softplus(away);
    const lowering = (this.imageFactor * N * psi) ** 0.25;
    const above = (k.phi_Bn0 - lowering) / phiEdge_V;
    const phi = phiEdge_V * softplus(above);
    const phiByLowering = -logistic(above);
    const phiByS = phiByLowering * (psi > 0 ? (-lowering * logistic(away)) / (4 * psi) : 0);
    const phiByLnN = (phiByLowering * lowering) / 4;
    const far = Math.abs(s) > farEdges * changeover_V;
    if (!far || s > 0) this.thermionic(s, T, phi, phiByS, phiByLnN);
    if (far && s > 0) return;
    const [current, byS, byLnN, byT] = [this.current_A, this.byS, this.byLnN, this.byT];
    this.tunnelling(s, N, T, phi, phiByS, phiByLnN);
    if (far) return;
    const share = logistic(s / changeover_V);
    const rest = 1 - share;
    const difference_A = current - this.current_A;
    this.current_A += share * difference_A;
    this.byS = share * byS + rest * this.byS + (share * rest * difference_A) / changeover_V;
    this.byLnN = share * byLnN + rest * this.byLnN;
    this.byT = share * byT + rest * this.byT;
  }

  private thermionic(s: number, T: number, phi: number, phiByS: number, phiByLnN: number): void {
    const { k } = this;
    const kT = boltzmann_V_per_K * T;
    const barrier = k.area * k.A_R * T * T * Math.exp(-phi / kT);
    const bias = boundedExpm1(s / kT);
    const biasSlope = boundedExpSlope(s / kT);
    this.current_A = barrier * bias;
    this.byS = (barrier * biasSlope - this.current_A * phiByS) / kT;
    this.byLnN = (-this.current_A * phiByLnN) / kT;
    this.byT = (this.current_A * (2 + phi / kT) - (barrier * biasSlope * s) / kT) / T;
  }

  /** Odd in s. Everything of the prefactor is in its logarithm, whose derivatives add up. */
  private tunnelling(s: number, N: number, T: number, phi: number, phiByS: number, phiByLnN: number): void {
    const { k } = this;
    const [sign, a] = [s < 0 ? -1 : 1, Math.abs(s)];
    const kT = boltzmann_V_per_K * T;
    const W00 = this.tunnelFactor * Math.sqrt(N); // d/d ln N is half of it
    const ratio = W00 / kT; // d ln/d ln N is 1/2, d ln/d ln T is -1
    const tanh = Math.tanh(ratio);
    const sech2 = 1 - tanh * tanh;
    const W0 = W00 / tanh;
    // eps' = kT/(1 - tanh(ratio)/ratio); the difference by its series where it would cancel
    const part = ratio < 1e-2 ? (ratio * ratio) / 3 - (2 * ratio ** 4) / 15 : 1 - tanh / ratio;
    const partByRatio = ratio < 1e-2 ? (2 * ratio) / 3 - (8 * ratio ** 3) / 15 : (tanh / ratio - sech2) / ratio;

    const reach = a + phi * sech2 + leastReach_V;
    const sech2ByRatio = -2 * tanh * sech2;
    const prefactor =
      ((k.area * k.A_R * T) / boltzmann_V_per_K) * Math.sqrt(Math.PI * W00 * reach) * Math.exp(-phi / W0);
    const bias = boundedExpm1((a * part) / kT);
    const biasSlope = boundedExpSlope((a * part) / kT);

    const byPhi = sech2 / (2 * reach) - 1 / W0;
    const lnByRatio = (phi * sech2ByRatio) / (2 * reach) - (phi * sech2) / W00;
    const lnByLnN = 1 / 4 + byPhi * phiByLnN + (lnByRatio * ratio) / 2 + phi / (2 * W0);
    const lnByT = (1 - lnByRatio * ratio) / T;
    const biasByLnN = (biasSlope * a * partByRatio * ratio) / (2 * kT);
    const biasByT = (-biasSlope * a * (part + partByRatio * ratio)) / (kT * T);

    this.current_A = sign * prefactor * bias;
    this.byS = prefactor * (bias / (2 * reach) + (biasSlope * part) / kT + sign * bias * byPhi * phiByS);
    this.byLnN = sign * prefactor * (bias * lnByLnN + biasByLnN);
    this.byT = sign * prefactor * (bias * lnByT + biasByT);
  }
}
