/** Smooth limits for rates and shares: a solver needs derivatives where a formula would overflow or bend. */

/** 1/(1 + exp(-z)), from 0 to 1. */
export function logistic(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const e = Math.exp(z);
  return e / (1 + e);
}

/** ln(1 + exp(z)): 0 far below zero, z far above; its slope is the logistic. */
export function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

/** Largest exponent that leaves room for the factors around it. */
const maxExponent = 600;

/** exp(z) that stays finite, for rates that `capped` limits long before. */
export function finiteExp(z: number): number {
  return Math.exp(Math.min(z, maxExponent));
}

/** A magnitude that approaches `most` instead of passing it: r/(1 + r/most). */
export function capped(r: number, most: number): number {
  return r / (1 + r / most);
}

/** d capped/dr. */
export function cappedSlope(r: number, most: number): number {
  const share = 1 / (1 + r / most);
  return share * share;
}
