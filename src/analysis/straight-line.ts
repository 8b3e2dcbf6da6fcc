/** Slope of the least-squares line through points; those that are not finite are left out. NaN for fewer than two different x. */
export function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): number {
  const finite = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  const mean = (of: (point: { x: number; y: number }) => number) =>
    finite.reduce((sum, one) => sum + of(one), 0) / finite.length;
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)];
  const xx = finite.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  const xy = finite.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  return xx > 0 ? xy / xx : Number.NaN;
}
