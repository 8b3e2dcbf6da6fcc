/**
 * sinh and exp that go on as straight lines where their arguments leave every range of interest: a solver may try a
 * voltage no device survives, and must get a number and a slope that bring it back.
 */

/** exp(40) is 2e17: no current, rate or count of a model is meant beyond it. */
const limit = 40;
const expAtLimit = Math.exp(limit);
const sinhAtLimit = Math.sinh(limit);
const coshAtLimit = Math.cosh(limit);

export function boundedSinh(q: number): number {
  if (Math.abs(q) <= limit) return Math.sinh(q);
  return Math.sign(q) * (sinhAtLimit + coshAtLimit * (Math.abs(q) - limit));
}

/** Derivative of `boundedSinh`. */
export function boundedCosh(q: number): number {
  return Math.abs(q) <= limit ? Math.cosh(q) : coshAtLimit;
}

/** exp(q), a straight line above 40; underflows to 0 as exp does. */
export function boundedExp(q: number): number {
  return q <= limit ? Math.exp(q) : expAtLimit * (1 + q - limit);
}

/** exp(q) - 1 to full precision near 0, a straight line above 40. */
export function boundedExpm1(q: number): number {
  return q <= limit ? Math.expm1(q) : boundedExp(q) - 1;
}

/** Derivative of `boundedExp`. */
export function boundedExpSlope(q: number): number {
  return q <= limit ? Math.exp(q) : expAtLimit;
}

export function clip(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}
