/** How well a distribution fits what was measured of a quantity. */
export interface FittedDistribution {
  readonly name: string;
  readonly r2: number;
  readonly ks: number;
  /** NaN where it has none of its own: the Gaussian's is the spread. */
  readonly shape: number;
}

/** The distributions of one quantity. */
export interface QuantityFits {
  readonly quantity: string;
  readonly fits: readonly FittedDistribution[];
  /** The one with the least distance (Kolmogorov and Smirnov). */
  readonly nearest: string;
}

const fitName = /^(.+)_(gaussian|lognormal|weibull)_(r2|ks|shape)$/;

/**
 * Metrics as a person looks at them: `rOn_weibull_r2` and its like are one line a quantity, apart from the others. Two dozen of them in one
 * list hide what was measured.
 */
export function distributionsApart<Metric extends { readonly mean: number | null }>(
  metrics: Readonly<Record<string, Metric>>,
): { readonly others: Record<string, Metric>; readonly distributions: readonly QuantityFits[] } {
  const others: Record<string, Metric> = {};
  const found = new Map<string, Map<string, Record<string, number>>>();
  for (const [name, metric] of Object.entries(metrics)) {
    const [, quantity, fit, what] = fitName.exec(name) ?? [];
    if (quantity === undefined || fit === undefined || what === undefined) {
      others[name] = metric;
      continue;
    }
    const ofQuantity = found.get(quantity) ?? new Map<string, Record<string, number>>();
    found.set(quantity, ofQuantity.set(fit, { ...ofQuantity.get(fit), [what]: metric.mean ?? Number.NaN }));
  }
  const distributions = [...found].map(([quantity, ofQuantity]): QuantityFits => {
    const fits = [...ofQuantity].map(([name, { r2 = Number.NaN, ks = Number.NaN, shape = Number.NaN }]) => {
      return { name, r2, ks, shape };
    });
    return { quantity, fits, nearest: [...fits].sort((a, b) => a.ks - b.ks)[0]?.name ?? "" };
  });
  return { others, distributions };
}

/** A number of a fit: three digits, and no more of the nines of an R² than tell it from 1. */
export function fitText(value: number): string {
  if (!Number.isFinite(value)) return "–";
  return Math.abs(value) < 1 ? String(Number(value.toFixed(4))) : String(Number(value.toPrecision(3)));
}
