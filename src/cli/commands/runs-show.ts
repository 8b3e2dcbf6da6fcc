import type { Command } from "commander";
// Not the store's index: that brings Arrow, which the words about a run have no need of.
import { readRunInfo } from "../../store/run-info.js";
import { findRun, RunRecord } from "../../store/run-record.js";
import type { RunEvent } from "../../store/shapes.js";
import { outputOf } from "../output.js";
import { storeFolder, type StoreOptions } from "../store-option.js";
import { metricsTable } from "../tables.js";

export function addShowCommand(runs: Command): void {
  runs
    .command("show")
    .argument("<run>", "run id, or its unique end or beginning")
    .option("--store <dir>", "folder of the runs")
    .option("--bench <file>", "bench file that names the store")
    .description("one run: identity, parameters, metrics, events")
    .action(async (id: string, options: StoreOptions, command: Command) => {
      const output = outputOf(command);
      const folder = await findRun(await storeFolder(options), id);
      const run = new RunRecord(folder, await readRunInfo(folder));
      const [status, metrics, events] = await Promise.all([run.status(), run.metrics(), run.events()]);
      const notable = events.filter(({ event }) => event !== "progress");
      output.result(
        { ...run.info, status, metrics: metrics ?? null, events: notable, folder: run.folder },
        describe(run, status, metrics, notable),
      );
    });
}

function describe(
  run: RunRecord,
  status: string,
  metrics: Awaited<ReturnType<RunRecord["metrics"]>>,
  events: Awaited<ReturnType<RunRecord["events"]>>,
): string {
  const { info } = run;
  const parameters = Object.entries(info.parameters).map(([name, value]) => `${name} = ${String(value)}`);
  return [
    `${info.run}`,
    `  status     ${status}${info.reason ? `: ${info.reason}` : ""}`,
    `  protocol   ${info.protocol} on ${info.dut}${info.twinOf ? ` (twin of ${info.twinOf})` : ""}`,
    `  started    ${info.startedAt}${info.endedAt ? `, ended ${info.endedAt}` : ""}`,
    `  folder     ${run.folder}`,
    ...(info.imported
      ? [`  imported   ${info.imported.file} (${info.imported.format}), sha256 ${info.imported.sha256}`]
      : []),
    ...info.instruments.map(
      (i) => `  ${i.label.padEnd(10)} ${i.identity} at ${i.resource}${i.virtual ? " (virtual)" : ""}`,
    ),
    `  parameters ${parameters.join(", ")}`,
    ...(Object.keys(info.tags).length > 0
      ? [
          `  tags       ${Object.entries(info.tags)
            .map(([k, v]) => `${k}=${v}`)
            .join(", ")}`,
        ]
      : []),
    "",
    metrics ? metricsTable(metrics) : "No metrics.",
    "",
    ...events.map(eventText),
  ].join("\n");
}

/** What it says as it stands, then its numbers and the like under their names. */
function eventText({ at, event, ...details }: RunEvent): string {
  const entries = Object.entries(details);
  const said = entries.flatMap(([, value]) => (typeof value === "string" ? [value] : []));
  const rest = entries.flatMap(([name, value]) => (typeof value === "string" ? [] : [`${name}=${plain(value)}`]));
  return `${at}  ${event}  ${[...said, ...rest].join(" ")}`;
}

function plain(value: unknown): string {
  const measured = typeof value === "number" && !Number.isInteger(value);
  return measured ? String(Number(value.toPrecision(4))) : JSON.stringify(value);
}
