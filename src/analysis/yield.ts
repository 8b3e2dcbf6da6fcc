import type { Metric } from "../store/shapes.js";
import { pooled, varianceComponents, type VarianceComponents } from "./variance-components.js";
import { metricOf } from "./statistics.js";

/** What a campaign found at one site. */
export interface SiteResult {
  readonly site: string;
  readonly die?: { readonly name: string; readonly column: number; readonly row: number };
  readonly group?: string;
  /** Of every run there, in order; undefined: the run failed, or has not the metric. */
  readonly runs: readonly (Metric | undefined)[];
}

/** When a device counts as working. */
export interface YieldRule {
  readonly metric: string;
  readonly min?: number;
  readonly max?: number;
}

/** A share with its 95 % interval. */
export interface Yield {
  readonly good: number;
  readonly of: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** Devices of one size, or all. */
export interface GroupResult {
  readonly group: string;
  readonly yield: Yield;
  /** Over the means of the working devices: its cv is the device-to-device C_v as a paper prints it. */
  readonly devices: Metric;
  /** Over every cycle of every working device: C_v of all switching events. */
  readonly events: Metric;
  readonly components: VarianceComponents;
}

/** A site's runs together; n 0 where none gave the metric. */
export function siteMetric({ runs }: SiteResult): Metric {
  const found = runs.filter((metric) => metric !== undefined && metric.n > 0) as Metric[];
  return found.reduce(pooled, { mean: Number.NaN, sd: Number.NaN, cv: Number.NaN, n: 0 });
}

/** A device works when every run of it has the metric at least once, and their mean is within the bounds. */
export function works(site: SiteResult, { min = -Infinity, max = Infinity }: YieldRule): boolean {
  const { mean } = siteMetric(site);
  return site.runs.length > 0 && site.runs.every((run) => run !== undefined && run.n > 0) && mean >= min && mean <= max;
}

/** Yield, spread and variance components of each group in the order in which they first come, and of all where there are several. */
export function groupResults(sites: readonly SiteResult[], rule: YieldRule): GroupResult[] {
  const groups = [...new Set(sites.map(({ group = "" }) => group))];
  const one = (group: string, members: readonly SiteResult[]): GroupResult => {
    const good = members.filter((site) => works(site, rule)).map(siteMetric);
    return {
      group,
      yield: yieldOf(good.length, members.length),
      devices: metricOf(good.map(({ mean }) => mean)),
      events: good.reduce(pooled, { mean: Number.NaN, sd: Number.NaN, cv: Number.NaN, n: 0 }),
      components: varianceComponents(good),
    };
  };
  const each = groups.map((group) => one(group, sites.filter((site) => (site.group ?? "") === group))); // prettier-ignore
  return groups.length > 1 ? [...each, one("all", sites)] : each;
}

/** 97.5 % of the standard normal distribution lies below. */
const z = 1.959964;

/** Share of the good ones with its 95 % interval: Wilson, J. Am. Stat. Assoc. 22 (1927) 209. */
export function yieldOf(good: number, of: number): Yield {
  if (of === 0) return { good, of, share: Number.NaN, low: Number.NaN, high: Number.NaN };
  const share = good / of;
  const middle = share + z ** 2 / (2 * of);
  const half = z * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2));
  const scale = 1 + z ** 2 / of;
  return { good, of, share, low: Math.max(0, (middle - half) / scale), high: Math.min(1, (middle + half) / scale) };
}
