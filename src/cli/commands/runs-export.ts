import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import { MemrigError, messageOf } from "../../errors.js";
import { openRun, type RunReader } from "../../store/index.js";
import { outputOf } from "../output.js";
import { storeFolder, type StoreOptions } from "../store-option.js";
import { jsonRows } from "../tables.js";

interface ExportOptions extends StoreOptions {
  readonly table?: string;
  readonly csv?: string;
  readonly parquet?: string;
}

export function addExportCommand(runs: Command): void {
  runs
    .command("export")
    .argument("<run>", "run id, or its unique end or beginning")
    .option("--store <dir>", "folder of the runs")
    .option("--bench <file>", "bench file that names the store")
    .option("--table <name>", "which table; the main one where left out")
    .option("--csv <file>", "write CSV to this file; - is stdout")
    .option("--parquet <file>", "write Parquet to this file, units and descriptions in its metadata")
    .description("one table of a run as CSV or Parquet, or as JSON rows with --json; as long as it may be")
    .action(async (id: string, options: ExportOptions, command: Command) => {
      const output = outputOf(command);
      const run = await openRun(await storeFolder(options), id);
      const table = tableOf(run, options.table);
      const files = [options.csv, options.parquet].filter((file) => file !== undefined && file !== "-");
      if (options.parquet !== undefined) await run.parquet(table, options.parquet);
      if (options.csv !== undefined && options.csv !== "-") await toFile(run.csv(table), options.csv);
      if (options.csv === "-") await toStdout(run.csv(table));
      else if (files.length > 0) output.result({ run: run.info.run, table, files }, `Wrote ${files.join(" and ")}.`);
      else await toStdout(output.json ? jsonRows(run.blocks(table)) : run.csv(table));
    });
}

function tableOf(run: RunReader, asked = run.info.mainTable): string {
  if (run.info.tables.some(({ name }) => name === asked)) return asked;
  const known = run.info.tables.map(({ name }) => name).join(", ");
  throw new MemrigError("invalid-request", `${run.info.run} has no table "${asked}"; it has: ${known}.`, {
    table: asked,
  });
}

async function toFile(pieces: AsyncIterable<string>, file: string): Promise<void> {
  try {
    await pipeline(Readable.from(pieces), createWriteStream(file));
  } catch (error) {
    if (error instanceof MemrigError) throw error;
    throw new MemrigError("storage-failed", `${file} could not be written: ${messageOf(error)}.`, { file }, error);
  }
}

async function toStdout(pieces: AsyncIterable<string>): Promise<void> {
  for await (const piece of pieces) if (!process.stdout.write(piece)) await once(process.stdout, "drain");
}
