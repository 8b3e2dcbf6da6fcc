import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import { figureSvg } from "../../analysis/svg.js";
import { MemrigError } from "../../errors.js";
import { listRuns, openRun, type RunReader, type RunSummary } from "../../store/index.js";
import { addConductionCommand } from "./runs-conduction.js";
import { addImportCommand } from "./runs-import.js";
import { protocolNamed } from "./protocols.js";
import { columnsToRows, metricsTable } from "../tables.js";
import { outputOf, textTable } from "../output.js";
import { storeFolder, type StoreOptions } from "../store-option.js";

interface Filter extends StoreOptions {
  readonly protocol?: string;
  readonly dut?: string;
  readonly status?: string;
  readonly limit: string;
}

export function addRunsCommand(program: Command): void {
  const runs = program
    .command("runs")
    .description("the store: list, show, export, plot and import runs")
    .addHelpText(
      "after",
      "\nExamples:\n  memrig runs list --protocol iv-sweep\n  memrig runs show 7f3a\n  memrig runs export 7f3a --csv - > points.csv\n  memrig runs plot 7f3a --to figures\n  memrig runs import sweep.csv",
    );
  addImportCommand(runs);
  addConductionCommand(runs);

  runs
    .command("list")
    .option("--store <dir>", "folder of the runs")
    .option("--bench <file>", "bench file that names the store")
    .option("--protocol <name>", "only runs of this protocol")
    .option("--dut <id>", "only runs of this device")
    .option("--status <status>", "only runs that are running, done, failed, aborted or interrupted")
    .option("--limit <n>", "newest n", "50")
    .description("list runs, newest first")
    .action(async (options: Filter, command: Command) => {
      const output = outputOf(command);
      const all = await listRuns(await storeFolder(options));
      const chosen = all.filter((run) => matches(run, options)).slice(0, wholeNumber(options.limit, "--limit"));
      output.result(
        chosen,
        chosen.length === 0
          ? "No runs."
          : textTable(
              ["run", "status", "protocol", "device", "started", "rows"],
              chosen.map((run) => [run.run, run.status, run.protocol, run.dut, run.startedAt, String(run.rows)]),
              [5],
            ),
      );
    });

  runs
    .command("show")
    .argument("<run>", "run id, or its unique end or beginning")
    .option("--store <dir>", "folder of the runs")
    .option("--bench <file>", "bench file that names the store")
    .description("one run: identity, parameters, metrics, events")
    .action(async (id: string, options: StoreOptions, command: Command) => {
      const output = outputOf(command);
      const run = await openRun(await storeFolder(options), id);
      const [status, metrics, events] = await Promise.all([run.status(), run.metrics(), run.events()]);
      const notable = events.filter(({ event }) => event !== "progress");
      output.result(
        { ...run.info, status, metrics: metrics ?? null, events: notable, folder: run.folder },
        describe(run, status, metrics, notable),
      );
    });

  runs
    .command("export")
    .argument("<run>", "run id, or its unique end or beginning")
    .option("--store <dir>", "folder of the runs")
    .option("--bench <file>", "bench file that names the store")
    .option("--table <name>", "which table; the main one where left out")
    .option("--csv <file>", "write CSV to this file; - is stdout")
    .description("one table of a run as CSV, or as JSON rows with --json")
    .action(async (id: string, options: StoreOptions & { table?: string; csv?: string }, command: Command) => {
      const output = outputOf(command);
      const run = await openRun(await storeFolder(options), id);
      const table = options.table ?? run.info.mainTable;
      if (!run.info.tables.some(({ name }) => name === table)) {
        const known = run.info.tables.map(({ name }) => name).join(", ");
        throw new MemrigError("invalid-request", `${run.info.run} has no table "${table}"; it has: ${known}.`, {
          table,
        });
      }
      if (options.csv !== undefined && options.csv !== "-") {
        await pipeline(Readable.from(run.csv(table)), createWriteStream(options.csv));
        output.result({ run: run.info.run, table, file: options.csv }, `Wrote ${options.csv}.`);
      } else if (output.json) {
        output.result(columnsToRows(await run.table(table)), "");
      } else {
        for await (const piece of run.csv(table)) if (!process.stdout.write(piece)) await once(process.stdout, "drain");
      }
    });

  runs
    .command("plot")
    .argument("<run>", "run id, or its unique end or beginning")
    .option("--store <dir>", "folder of the runs")
    .option("--bench <file>", "bench file that names the store")
    .option("--to <dir>", "folder for the figures", ".")
    .option("--figure <name>", "only this figure")
    .description("the figures of a run as SVG files")
    .action(async (id: string, options: StoreOptions & { to: string; figure?: string }, command: Command) => {
      const output = outputOf(command);
      const run = await openRun(await storeFolder(options), id);
      const protocol = protocolNamed(run.info.protocol);
      const tables = Object.fromEntries(
        await Promise.all(run.info.tables.map(async ({ name }) => [name, await run.table(name)] as const)),
      );
      const figures = protocol.figures(tables, run.info.parameters);
      const chosen = figures.filter(({ name }) => options.figure === undefined || name === options.figure);
      if (chosen.length === 0) {
        const known = figures.map(({ name }) => name).join(", ") || "none: it has no rows yet";
        throw new MemrigError(
          "invalid-request",
          `${run.info.run} has no figure "${options.figure ?? ""}". It has: ${known}.`,
        );
      }
      await mkdir(options.to, { recursive: true });
      const files = await Promise.all(
        chosen.map(async (figure) => {
          const file = join(options.to, `${basename(run.folder)}_${figure.name}.svg`);
          await writeFile(file, figureSvg(figure));
          return { figure: figure.name, title: figure.title, file };
        }),
      );
      output.result({ run: run.info.run, files }, files.map(({ file }) => file).join("\n"));
    });
}

function matches(run: RunSummary, filter: Filter): boolean {
  return (
    (filter.protocol === undefined || run.protocol === filter.protocol) &&
    (filter.dut === undefined || run.dut === filter.dut) &&
    (filter.status === undefined || run.status === filter.status)
  );
}

function wholeNumber(text: string, option: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new MemrigError("invalid-request", `${option} "${text}": expected a whole number above 0.`, { text });
}

function describe(
  run: RunReader,
  status: string,
  metrics: Awaited<ReturnType<RunReader["metrics"]>>,
  events: Awaited<ReturnType<RunReader["events"]>>,
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
    ...events.map(({ at, event, ...details }) => `${at}  ${event}  ${Object.values(details).map(plain).join(" ")}`),
  ].join("\n");
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
