/** The next of 1, 2, 5 times a power of ten: what knobs of scopes go by. */
export function nextStep(value: number): number {
  return nextOf([1, 2, 5], value);
}

/** The next of these, from 1 to below 10, times a power of ten. */
export function nextOf(mantissas: readonly number[], value: number): number {
  const exponent = Math.floor(Math.log10(value) + 1e-9);
  const mantissa = [...mantissas, 10].find((one) => value <= one * 10 ** exponent * (1 + 1e-9)) ?? 10;
  return Number(`${mantissa}e${exponent}`);
}
