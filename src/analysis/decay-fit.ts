/** y = rest + amplitude · exp(−(t/tau)^beta) through points; all NaN where none fits. */
export interface DecayFit {
  readonly tau_s: number;
  /** 1: a plain exponential; below 1: stretched (Kohlrausch). */
  readonly beta: number;
  readonly amplitude: number;
  /** What is left in the end. */
  readonly rest: number;
  /** 1 − (squares left)/(squares about the mean). */
  readonly r2: number;
  readonly n: number;
}

export interface DecayShape {
  readonly shape: "exponential" | "stretched";
  /** Known in advance, as 0 for a change that fades; fitted where left out. */
  readonly rest?: number;
}

/** How far beyond the points a time constant is looked for, as a factor at either end. */
const beyond = 30;
const [leastBeta, mostBeta] = [0.1, 1.5];

/**
 * Least squares with every point the same weight. For a given time constant and exponent the other two follow from a straight line,
 * so only those are searched: time constants on a logarithmic scan and then by golden section, exponents by golden section around that.
 * A time constant at the end of the scan (no decay within the points, or one finished before them) is no fit: NaN.
 *
 * @param times_s above 0, at least four (five where stretched) of them
 */
export function fitDecay(times_s: ArrayLike<number>, values: ArrayLike<number>, how: DecayShape): DecayFit {
  const points = Array.from(times_s, (t, k) => ({ t, y: values[k] ?? Number.NaN })).filter(
    ({ t, y }) => t > 0 && Number.isFinite(t) && Number.isFinite(y),
  );
  const [t, y] = [Float64Array.from(points, (one) => one.t), Float64Array.from(points, (one) => one.y)];
  const n = t.length;
  const none: DecayFit = { tau_s: NaN, beta: NaN, amplitude: NaN, rest: NaN, r2: NaN, n };
  const total = squaresAbout(y);
  if (n < (how.shape === "stretched" ? 5 : 4) || !(total > 0)) return none;
  const [low, high] = [
    Math.log(t.reduce((a, b) => Math.min(a, b)) / beyond),
    Math.log(t.reduce((a, b) => Math.max(a, b)) * beyond),
  ];
  const at = (logTau: number, beta: number) => lineThrough(t, y, Math.exp(logTau), beta, how.rest);
  const bestTau = (beta: number) => leastOf((logTau) => at(logTau, beta).left, low, high, 40);
  const beta = how.shape === "stretched" ? leastOf((one) => at(bestTau(one), one).left, leastBeta, mostBeta, 10) : 1;
  const logTau = bestTau(beta);
  if (logTau - low < 0.05 || high - logTau < 0.05) return none;
  const { amplitude, rest, left } = at(logTau, beta);
  return { tau_s: Math.exp(logTau), beta, amplitude, rest, r2: 1 - left / total, n };
}

/** The value of the fit at a time. */
export function decayAt({ tau_s, beta, amplitude, rest }: DecayFit, time_s: number): number {
  return rest + amplitude * Math.exp(-((time_s / tau_s) ** beta));
}

/** Amplitude and rest for a given decay, and the squares they leave. */
function lineThrough(t: Float64Array, y: Float64Array, tau_s: number, beta: number, known: number | undefined) {
  const e = new Float64Array(t.length);
  for (let k = 0; k < e.length; k++) e[k] = Math.exp(-(((t[k] as number) / tau_s) ** beta));
  const [meanE, meanY] = known === undefined ? [mean(e), mean(y)] : [0, known];
  let [ee, ey] = [0, 0];
  for (let k = 0; k < e.length; k++) {
    const de = (e[k] as number) - meanE;
    ee += de * de;
    ey += de * ((y[k] as number) - meanY);
  }
  const amplitude = ee > 0 ? ey / ee : 0;
  const rest = meanY - amplitude * meanE;
  let left = 0;
  for (let k = 0; k < e.length; k++) left += ((y[k] as number) - rest - amplitude * (e[k] as number)) ** 2;
  return { amplitude, rest, left };
}

const golden = (Math.sqrt(5) - 1) / 2;
/** Share of the range to which it is narrowed: 1e-4 of a time constant over the widest scan. */
const fineness = 3e-6;

/** Where a function of one number is least: the best of a scan, then golden section between its neighbours. */
function leastOf(of: (x: number) => number, low: number, high: number, scan: number): number {
  const step = (high - low) / scan;
  let best = low;
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k <= scan; k++) {
    const value = of(low + k * step);
    if (value < least) [best, least] = [low + k * step, value];
  }
  let [a, b] = [Math.max(low, best - step), Math.min(high, best + step)];
  let [c, d] = [b - golden * (b - a), a + golden * (b - a)];
  let [atC, atD] = [of(c), of(d)];
  while (b - a > fineness * (high - low)) {
    if (atC < atD) {
      [b, d, atD] = [d, c, atC];
      c = b - golden * (b - a);
      atC = of(c);
    } else {
      [a, c, atC] = [c, d, atD];
      d = a + golden * (b - a);
      atD = of(d);
    }
  }
  return (a + b) / 2;
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const squaresAbout = (values: Float64Array) => {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
};
