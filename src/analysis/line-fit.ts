/** A straight line by least squares. */
export interface LineFit {
  readonly slope: number;
  readonly intercept: number;
  /** Standard error of the slope; NaN below three points. */
  readonly slopeError: number;
  /** Share of the spread of y that the line explains. */
  readonly r2: number;
  readonly n: number;
}

/**
 * Straight line through the finite pairs. Fewer than two, or all at one x: NaN. R² of a y that does not vary is NaN: there is
 * nothing to explain.
 */
export function fitLine(x: ArrayLike<number>, y: ArrayLike<number>): LineFit {
  const sums = new LineSums(x, y);
  return sums.fit(0, x.length);
}

/** Sums from which the line through any stretch of neighbouring points follows at once. Pairs that are not finite count for nothing. */
export class LineSums {
  private readonly sums: Float64Array;
  private readonly middleX: number;
  private readonly middleY: number;

  constructor(x: ArrayLike<number>, y: ArrayLike<number>) {
    const finite = Array.from({ length: x.length }, (_, k) => [x[k] ?? NaN, y[k] ?? NaN] as const).map(
      ([a, b]): readonly [number, number] | undefined =>
        Number.isFinite(a) && Number.isFinite(b) ? [a, b] : undefined,
    );
    const used = finite.filter((pair) => pair !== undefined);
    // about the middle: squares of large numbers would lose their differences
    this.middleX = used.reduce((sum, [a]) => sum + a, 0) / Math.max(1, used.length);
    this.middleY = used.reduce((sum, [, b]) => sum + b, 0) / Math.max(1, used.length);
    this.sums = new Float64Array((x.length + 1) * 6);
    for (const [k, pair] of finite.entries()) {
      const [a, b] = pair ? [pair[0] - this.middleX, pair[1] - this.middleY] : [0, 0];
      const added = pair ? [1, a, b, a * a, a * b, b * b] : [0, 0, 0, 0, 0, 0];
      for (let j = 0; j < 6; j++) this.sums[(k + 1) * 6 + j] = (this.sums[k * 6 + j] ?? 0) + (added[j] ?? 0);
    }
  }

  /** The line through the points from `from` up to, not including, `to`. */
  fit(from: number, to: number): LineFit {
    const [n, a, b, aa, ab, bb] = Array.from(
      { length: 6 },
      (_, j) => (this.sums[to * 6 + j] ?? 0) - (this.sums[from * 6 + j] ?? 0),
    ) as [number, number, number, number, number, number];
    const [meanA, meanB] = [a / n, b / n];
    const [varA, cov, varB] = [aa - n * meanA * meanA, ab - n * meanA * meanB, bb - n * meanB * meanB];
    const none = { slope: NaN, intercept: NaN, slopeError: NaN, r2: NaN, n };
    if (n < 2 || !(varA > 1e-14 * aa)) return none;
    const slope = cov / varA;
    const left = Math.max(0, varB - slope * cov);
    return {
      slope,
      intercept: meanB + this.middleY - slope * (meanA + this.middleX),
      slopeError: n > 2 ? Math.sqrt(left / (n - 2) / varA) : NaN,
      r2: varB > 0 ? 1 - left / varB : NaN,
      n,
    };
  }
}
