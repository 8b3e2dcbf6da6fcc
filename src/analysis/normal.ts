/** Below this argument the error function comes from its series, above from its continued fraction. */
const seriesBelow = 3;

/** Share of a normal distribution below z: (1 + erf(z/√2))/2, to 1e-14 (Abramowitz and Stegun 7.1.6 and 7.1.14). */
export function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const tail = x < seriesBelow ? 1 - erfSeries(x) : erfcFraction(x);
  return z > 0 ? 1 - tail / 2 : tail / 2;
}

function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 1; Math.abs(term) > 1e-17 * sum; k++) {
    term *= (2 * x * x) / (2 * k + 1);
    sum += term;
    if (k > 200) break;
  }
  return ((2 * sum) / Math.sqrt(Math.PI)) * Math.exp(-x * x);
}

function erfcFraction(x: number): number {
  let fraction = x;
  for (let k = 60; k >= 1; k--) fraction = x + k / 2 / fraction;
  return Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI));
}

/** z below which a share of a normal distribution lies; a first guess (Abramowitz and Stegun 26.2.23), then Newton. */
export function normalQuantile(share: number): number {
  if (share > 0.5) return -normalQuantile(1 - share);
  if (!(share > 0)) return share === 0 ? -Infinity : Number.NaN;
  const t = Math.sqrt(-2 * Math.log(share));
  let z = (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3) - t;
  for (let round = 0; round < 4; round++) {
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    z -= (normalCdf(z) - share) / density;
  }
  return z;
}
