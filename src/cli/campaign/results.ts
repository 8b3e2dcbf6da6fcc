import path from "node:path";
import {
  groupResults,
  histogramOf,
  histogramOnGrid,
  siteMetric,
  waferMapSvg,
  works,
  type Figure,
  type GroupResult,
  type MapDie,
  type SiteResult,
  type YieldRule,
} from "../../analysis/index.js";
import { readCampaign, type JournalLine } from "../../engine/campaign/journal.js";
import { tasksOf, type RecordedStep, type RecordedVariant, type Task } from "../../engine/campaign/plan.js";
import { MemrigError } from "../../errors.js";
import { openRun } from "../../store/index.js";
import type { Metric, Metrics } from "../../store/shapes.js";
import { parseQuantity, type Unit } from "../../units.js";
import { nameAndUnit } from "../tables.js";
import { readCampaignFile } from "./file.js";
import type { CampaignFile } from "./schema.js";

/** One step with one setting of its grid, over all sites. */
export interface StepResults {
  readonly step: string;
  readonly variant: string;
  readonly metric: string;
  readonly sites: readonly SiteResult[];
  readonly groups: readonly GroupResult[];
}

export interface CampaignResults {
  readonly campaign: string;
  readonly startedAt: string;
  readonly runs: number;
  readonly done: number;
  readonly failed: number;
  /** A program is at it now. */
  readonly running: boolean;
  /** When a device counts as working, as a sentence. */
  readonly rule: string;
  readonly bounds: YieldRule;
  readonly steps: readonly StepResults[];
}

/**
 * What a campaign in the store has come to, also one that is still running: yield, spread and variance components.
 *
 * @param metric in place of the one that the file's rule names
 * @throws MemrigError `invalid-request`: no such campaign, or no run has such a metric
 */
export async function campaignResults(store: string, name: string, metric?: string): Promise<CampaignResults> {
  const { record, lines, sitting } = await readCampaign(store, name);
  const tasks = tasksOf(record.plan);
  const ends = new Map<string, JournalLine>();
  for (const line of lines) {
    if (line.status === "done" || line.status === "failed") ends.set(line.key, line);
    else ends.delete(line.key);
  }
  const metrics = new Map<string, Metrics>();
  await Promise.all(
    [...ends].map(async ([key, { run }]) => {
      if (run === undefined) return;
      metrics.set(key, (await (await openRun(path.resolve(store), run)).metrics()) ?? {});
    }),
  );
  const bounds = ruleOf(readCampaignFile(JSON.stringify(record.written), record.file).content, metrics, metric);
  const count = (status: string): number => [...ends.values()].filter((line) => line.status === status).length;
  return {
    campaign: name,
    startedAt: record.startedAt,
    runs: tasks.length,
    done: count("done"),
    failed: count("failed"),
    running: sitting,
    rule: ruleText(bounds),
    bounds,
    steps: record.plan.steps.flatMap((step) =>
      step.variants.map((variant): StepResults => {
        const sites = sitesOf(tasks, step, variant, ends, (key) => metrics.get(key)?.[bounds.metric]);
        return {
          step: step.name,
          variant: variant.label,
          metric: bounds.metric,
          sites,
          groups: groupResults(sites, bounds),
        };
      }),
    ),
  };
}

function sitesOf(
  tasks: readonly Task<RecordedStep>[],
  step: RecordedStep,
  variant: RecordedVariant,
  ends: ReadonlyMap<string, JournalLine>,
  metricAt: (key: string) => Metric | undefined,
): SiteResult[] {
  const bySite = new Map<string, SiteResult & { runs: (Metric | undefined)[] }>();
  for (const task of tasks) {
    const end = ends.get(task.key);
    if (task.step !== step || task.variant !== variant || !end) continue;
    const name = task.site?.name ?? "the device";
    const site = bySite.get(name) ?? {
      site: name,
      ...(task.site?.die ? { die: task.site.die } : {}),
      ...(task.site?.group === undefined ? {} : { group: task.site.group }),
      runs: [],
    };
    site.runs.push(end.status === "done" ? metricAt(task.key) : undefined);
    bySite.set(name, site);
  }
  return [...bySite.values()];
}

function ruleOf(content: CampaignFile, found: ReadonlyMap<string, Metrics>, asked: string | undefined): YieldRule {
  const names = [...new Set([...found.values()].flatMap(Object.keys))];
  const written = content.yield;
  const metric = asked ?? written?.metric ?? names[0] ?? "";
  if (names.length > 0 && !names.includes(metric)) {
    throw new MemrigError(
      "invalid-request",
      `No run of this campaign has a metric "${metric}"; there are ${names.join(", ")}. Name one with --metric.`,
      { metric, known: names },
    );
  }
  if (written?.metric !== metric) return { metric };
  const unit = nameAndUnit(metric).unit as Unit;
  const bound = (value: string | number | boolean) =>
    parseQuantity(typeof value === "boolean" ? String(value) : value, unit);
  return {
    metric,
    ...(written.min === undefined ? {} : { min: bound(written.min) }),
    ...(written.max === undefined ? {} : { max: bound(written.max) }),
  };
}

function ruleText({ metric, min, max }: YieldRule): string {
  const bounds = [...(min === undefined ? [] : [`at least ${min}`]), ...(max === undefined ? [] : [`at most ${max}`])];
  const within = bounds.length === 0 ? "" : `, with a mean of ${bounds.join(" and ")}`;
  return `a device works when every run of it has ended and gave ${metric} at least once${within}`;
}

/** Squares of a wafer, coloured by the mean of their working devices; undefined where the sites have no dies. */
export function waferMapOf(results: CampaignResults, step: StepResults, group: string | undefined): string | undefined {
  const sites = step.sites.filter((site) => group === undefined || site.group === group);
  const dies = new Map<string, SiteResult[]>();
  for (const site of sites) {
    if (site.die) dies.set(site.die.name, [...(dies.get(site.die.name) ?? []), site]);
  }
  if (dies.size === 0) return undefined;
  const { quantity, unit } = nameAndUnit(step.metric);
  const squares = [...dies.values()].map((members): MapDie => {
    const good = members.filter((site) => works(site, results.bounds)).map((site) => siteMetric(site).mean);
    const { column = 0, row = 0 } = members[0]?.die ?? {};
    const value = good.length === 0 ? Number.NaN : good.reduce((sum, mean) => sum + mean, 0) / good.length;
    return { column, row, value, good: good.length, of: members.length };
  });
  const which = [step.step, step.variant, group].filter((part) => part !== undefined && part !== "").join(", ");
  return waferMapSvg({ title: `${results.campaign}: ${quantity} (${which})`, label: quantity, unit, dies: squares });
}

/** How the devices' means are spread, group by group. */
export function distributionOf(results: CampaignResults, step: StepResults): Figure {
  const { quantity, unit } = nameAndUnit(step.metric);
  const groups = [...new Set(step.sites.map(({ group = "" }) => group))];
  const working = step.sites.filter((site) => works(site, results.bounds));
  const meansOf = (sites: readonly SiteResult[]): number[] => sites.map((site) => siteMetric(site).mean);
  const [first = 0, second = 0] = histogramOf(meansOf(working)).centres;
  return {
    name: "distribution",
    title: `${results.campaign}: ${quantity} of the working devices`,
    x: { label: quantity, unit, scale: "linear" },
    y: { label: "Devices", unit: "", scale: "linear" },
    series: groups.map((group) => {
      const means = meansOf(working.filter((site) => (site.group ?? "") === group));
      const { centres, counts } = second > first ? histogramOnGrid(means, second - first) : histogramOf(means);
      return { name: group === "" ? "devices" : group, x: centres, y: counts, style: "bars" };
    }),
  };
}
