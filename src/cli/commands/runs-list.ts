import type { Command } from "commander";
import { MemrigError } from "../../errors.js";
// Not the store's index: that brings Arrow, which a list has no need of.
import { listRuns, type RunSummary } from "../../store/list-runs.js";
import { type MetricCondition, metricCondition, type RunFilter, timeSpan } from "../../store/run-filter.js";
import { outputOf, textTable } from "../output.js";
import { storeFolder, type StoreOptions } from "../store-option.js";

interface ListOptions extends StoreOptions {
  readonly protocol?: string;
  readonly dut?: string;
  readonly status?: string;
  readonly tag?: string[];
  readonly since?: string;
  readonly until?: string;
  readonly metric?: string[];
  readonly imported?: boolean;
  readonly limit: string;
}

const statuses = ["running", "done", "failed", "aborted", "interrupted"];

export function addListCommand(runs: Command): void {
  const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value];
  runs
    .command("list")
    .option("--store <dir>", "folder of the runs")
    .option("--bench <file>", "bench file that names the store")
    .option("--protocol <name>", "only runs of this protocol")
    .option("--dut <id>", "only runs of this device")
    .option("--status <status>", `only runs that are ${statuses.join(", ")}`)
    .option("--tag <key=value>", "only runs with this tag; repeat for more", collect)
    .option("--since <time>", "only runs started since: 2026-01-31, 2026-01-31T14:30 (UTC), or an age: 12h, 7d")
    .option("--until <time>", "only runs started until then; a day counts whole")
    .option(
      "--metric <condition>",
      "only runs whose metric meets it: 'vth_V<0.2', 'rOn_ohm>=10k'; repeat for more",
      collect,
    )
    .option("--imported", "only imported runs")
    .option("--limit <n>", "newest n", "50")
    .description("list runs, newest first")
    .addHelpText(
      "after",
      "\nExamples:\n  memrig runs list --since 7d --tag lot=7\n  memrig runs list --protocol iv-sweep --metric 'vth_V<0.25' --metric 'ratio>1e3'",
    )
    .action(async (options: ListOptions, command: Command) => {
      const output = outputOf(command);
      const limit = wholeNumber(options.limit, "--limit");
      const filter = await filterOf(options);
      const currentMetrics = output.json || options.metric !== undefined;
      const found = await listRuns(await storeFolder(options), { wanted: filter, currentMetrics });
      const shown = found.slice(0, limit);
      const resting = output.json ? new Set<string>() : await pausedOf(shown);
      output.result(shown, found.length === 0 ? "No runs." : describe(shown, found.length, filter, resting));
    });
}

async function filterOf(options: ListOptions): Promise<RunFilter> {
  const { protocol, dut, status, imported } = options;
  if (status !== undefined && !statuses.includes(status)) {
    throw new MemrigError("invalid-request", `--status ${status}: a run is ${statuses.join(", ")}.`, { status });
  }
  const now_ms = Date.now();
  return {
    ...(protocol === undefined ? {} : { protocol }),
    ...(dut === undefined ? {} : { dut }),
    ...(status === undefined ? {} : { status }),
    ...(imported === undefined ? {} : { imported }),
    ...(options.since === undefined ? {} : { since_ms: timeSpan(options.since, now_ms).from_ms }),
    ...(options.until === undefined ? {} : { before_ms: timeSpan(options.until, now_ms).to_ms }),
    tags: options.tag === undefined ? {} : await tagsOf(options.tag),
    metrics: options.metric === undefined ? [] : await conditionsOf(options.metric),
  };
}

// Both are loaded when they are asked for only: the list is to be there at once.
async function tagsOf(given: readonly string[]): Promise<Record<string, string>> {
  const { keyValues } = await import("../key-values.js");
  return keyValues(given, "--tag");
}

async function conditionsOf(given: readonly string[]): Promise<MetricCondition[]> {
  const [{ nameAndUnit }, { quantity }] = await Promise.all([import("../tables.js"), import("../metric-value.js")]);
  return given.map((text) => metricCondition(text, (value, metric) => quantity(value, nameAndUnit(metric).unit)));
}

/** Those of the running that rest or are about to. */
async function pausedOf(runs: readonly RunSummary[]): Promise<ReadonlySet<string>> {
  const running = runs.filter(({ status }) => status === "running");
  if (running.length === 0) return new Set();
  const { activityOf, openRunFolder } = await import("../../store/index.js");
  const resting = await Promise.all(
    running.map(async ({ folder }) => (await activityOf(await openRunFolder(folder))) === "paused"),
  );
  return new Set(running.filter((_, k) => resting[k]).map(({ run }) => run));
}

function describe(
  runs: readonly RunSummary[],
  found: number,
  { metrics = [] }: RunFilter,
  paused: ReadonlySet<string>,
): string {
  const asked = [...new Set(metrics.map(({ metric }) => metric))];
  const table = textTable(
    ["run", "status", "protocol", "device", "started", "rows", ...asked],
    runs.map((run) => [
      run.run,
      paused.has(run.run) ? "running, paused" : statusText(run),
      run.protocol,
      run.dut,
      run.startedAt,
      String(run.rows),
      ...asked.map((name) => String(Number((run.metrics[name] ?? Number.NaN).toPrecision(5)))),
    ]),
    [5, ...asked.map((_, k) => 6 + k)],
  );
  return found > runs.length
    ? `${table}\n${found - runs.length} older runs are left out: --limit ${found} shows all.`
    : table;
}

function statusText({ status, unreadable, importedFrom }: RunSummary): string {
  if (unreadable !== undefined) return "unreadable";
  return importedFrom === undefined ? status : `${status}, imported`;
}

function wholeNumber(text: string, option: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new MemrigError("invalid-request", `${option} "${text}": expected a whole number above 0.`, { text });
}
