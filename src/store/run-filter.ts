import { MemrigError } from "../errors.js";
import type { RunSummary } from "./list-runs.js";

/** Which runs of a list are wanted; what is left out lets every run through. */
export interface RunFilter {
  readonly protocol?: string;
  readonly dut?: string;
  readonly status?: string;
  /** Every one of these tags with this value. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Started at or after, and before, in milliseconds since 1970. */
  readonly since_ms?: number;
  readonly before_ms?: number;
  /** Every one of these, on the metrics' means. */
  readonly metrics?: readonly MetricCondition[];
  /** Only imported runs, or only measured ones. */
  readonly imported?: boolean;
}

export interface MetricCondition {
  /** With its unit: `vth_V`. */
  readonly metric: string;
  readonly is: "<" | "<=" | ">" | ">=" | "=";
  readonly value: number;
}

export function matches(run: RunSummary, filter: RunFilter): boolean {
  return (
    (filter.protocol === undefined || run.protocol === filter.protocol) &&
    (filter.dut === undefined || run.dut === filter.dut) &&
    (filter.status === undefined || run.status === filter.status) &&
    (filter.imported === undefined || (run.importedFrom !== undefined) === filter.imported) &&
    (filter.since_ms === undefined || Date.parse(run.startedAt) >= filter.since_ms) &&
    (filter.before_ms === undefined || Date.parse(run.startedAt) < filter.before_ms) &&
    Object.entries(filter.tags ?? {}).every(([key, value]) => run.tags[key] === value) &&
    (filter.metrics ?? []).every((condition) => holds(condition, run.metrics[condition.metric]))
  );
}

/** A run without the metric never meets a condition on it. */
function holds({ is, value }: MetricCondition, mean: number | undefined): boolean {
  if (mean === undefined) return false;
  switch (is) {
    case "<":
      return mean < value;
    case "<=":
      return mean <= value;
    case ">":
      return mean > value;
    case ">=":
      return mean >= value;
    case "=":
      return mean === value;
  }
}

/**
 * `vth_V<0.2`, `rOn_ohm >= 10k`.
 *
 * @param number reads the text behind the sign, in the unit that ends the metric's name
 * @throws MemrigError `invalid-request`: there is no sign in it, or no name before it
 */
export function metricCondition(text: string, number: (text: string, metric: string) => number): MetricCondition {
  const [, metric, is, value] = /^\s*([A-Za-z][\w-]*)\s*(<=|>=|<|>|=)\s*(\S.*?)\s*$/.exec(text) ?? [];
  if (metric === undefined || is === undefined || value === undefined) {
    throw new MemrigError(
      "invalid-request",
      `"${text}" is no condition on a metric: write its name, one of < <= > >= =, and a number, as in 'vth_V<0.2' ` +
        `(in quotes: the shell has its own meaning for < and >).`,
      { text },
    );
  }
  return { metric, is: is as MetricCondition["is"], value: number(value, metric) };
}

const day_ms = 86_400_000;
const ages_ms: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: day_ms, w: 7 * day_ms };

/**
 * A time as a person writes it: `2026-01-31` (the whole day, UTC), `2026-01-31T14:30` (UTC where it names no zone), or an age:
 * `90m`, `12h`, `7d`, `2w`.
 *
 * @returns when it begins and when it is over, in milliseconds since 1970
 * @throws MemrigError `invalid-request`: it is neither
 */
export function timeSpan(text: string, now_ms: number): { readonly from_ms: number; readonly to_ms: number } {
  const [, count, unit = ""] = /^(\d+(?:\.\d+)?)\s*([mhdw])$/.exec(text.trim()) ?? [];
  if (count !== undefined) {
    const then_ms = now_ms - Number(count) * (ages_ms[unit] ?? 0);
    return { from_ms: then_ms, to_ms: then_ms };
  }
  const [, date, time, zone] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/.exec(text.trim()) ?? [];
  const from_ms = date === undefined ? Number.NaN : Date.parse(`${date}T${time ?? "00:00"}${zone ?? "Z"}`);
  if (Number.isNaN(from_ms)) {
    throw new MemrigError(
      "invalid-request",
      `"${text}" is no time: write a day (2026-01-31), a time of UTC (2026-01-31T14:30) or an age (90m, 12h, 7d, 2w).`,
      { text },
    );
  }
  return { from_ms, to_ms: time === undefined ? from_ms + day_ms : from_ms };
}
