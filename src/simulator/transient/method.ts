/**
 * A stiffly accurate Rosenbrock method, in the form without products of the Jacobian (Hairer, Wanner, Solving Ordinary
 * Differential Equations II (1996), section IV.7). With W = M/(h gamma) - J, stage by stage from 1 to n
 *
 *   u_i = x0 + sum a_ij k_j      W k_i = f(t + alpha_i h, u_i) + M sum (c_ij/h) k_j + h d_i df/dt
 *   x1 = u_n + k_n               error = sum e_j k_j
 *   x(t + s h) = (1 - s) x0 + s (x1 + (1 - s)(D_1 + s (D_2 + s D_3)))    D_m = sum o_mj k_j
 */
export interface Method {
  readonly gamma: number;
  /** Order of the error estimate in the step. */
  readonly errorOrder: number;
  /** Stage values, one row a stage. */
  readonly a: readonly (readonly number[])[];
  /** Couplings between stages. */
  readonly c: readonly (readonly number[])[];
  /** Times of the stages, in steps. */
  readonly alpha: readonly number[];
  /** Weights of df/dt. */
  readonly d: readonly number[];
  /** Weights e of the error estimate. */
  readonly error: readonly number[];
  /** Continuous output, one row for each D_m; those left out are 0. */
  readonly o: readonly (readonly number[])[];
}

/** Vectors D of the continuous output. */
export const bends = 3;
