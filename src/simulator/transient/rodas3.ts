import type { Method } from "./method.js";

/**
 * RODAS3: Rosenbrock method of order 3 with an embedded one of order 2, four stages, stiffly accurate, L-stable, fit for
 * systems with algebraic equations (index 1). The first two stages share their point: beside the start, a step takes two evaluations.
 *
 * Sandu, Verwer, Blom, Spee, Carmichael, Potra, Atmos. Environ. 31 (1997) 3459. The continuous output, of order 2, is not from
 * there: it is the parabola through both ends that leaves the start with the slope (3 k'_1 - k'_2)/2, k' the increments before
 * the transformation, which is dx/dt there to order 2; D_1 in terms of k follows.
 */
export const rodas3: Method = {
  gamma: 0.5,
  errorOrder: 3,
  a: [[], [], [2, 0], [2, 0, 1]],
  c: [[], [4], [1, -1], [1, -1, -8 / 3]],
  alpha: [0, 0, 1, 1],
  d: [0.5, 1.5, 0, 0],
  error: [0, 0, 0, 1],
  o: [[3, -1, -1, -1]],
};

/** Above this tolerance a step of RODAS3 costs less than half one of Rodas5P and leaves no larger error; below, the order wins. */
export const rodas3From = 4e-3;
