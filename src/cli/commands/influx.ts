import type { Command } from "commander";
import { loadBench, type BenchConfig } from "../../bench/index.js";
import { MemrigError } from "../../errors.js";
import { listRuns } from "../../store/index.js";
import { InfluxSink } from "../../store/sinks/influx.js";
import { outputOf, textTable } from "../output.js";

export function addInfluxCommand(program: Command): void {
  const influx = program
    .command("influx")
    .description("what InfluxDB has not got yet: send it, or say how much it is")
    .addHelpText(
      "after",
      "\nExamples:\n  memrig influx status --bench lab.yaml\n  memrig influx push --bench lab.yaml",
    );

  influx
    .command("push")
    .requiredOption("--bench <file>", "bench file with an influx section")
    .description("send every row that InfluxDB has not got; safe to repeat")
    .action(async (options: { bench: string }, command: Command) => {
      const output = outputOf(command);
      const { sink, store } = sinkOf(await loadBench(options.bench), options.bench);
      const reports = [];
      for (const run of (await listRuns(store)).reverse()) reports.push(await sink.pushRun(run.folder));
      const sent = reports.reduce((sum, report) => sum + report.sent, 0);
      output.result({ runs: reports }, `Sent ${sent} rows of ${reports.length} runs.`);
    });

  influx
    .command("status")
    .requiredOption("--bench <file>", "bench file with an influx section")
    .description("rows on disk and rows InfluxDB has acknowledged, run by run")
    .action(async (options: { bench: string }, command: Command) => {
      const output = outputOf(command);
      const { sink } = sinkOf(await loadBench(options.bench), options.bench);
      const status = await sink.status();
      output.result(
        status,
        textTable(
          ["run", "rows", "sent", "not storable"],
          status.runs.map((run) => [run.run, String(run.rows), String(run.sent), String(run.notStorable)]),
          [1, 2, 3],
        ),
      );
    });
}

function sinkOf(config: BenchConfig, file: string): { sink: InfluxSink; store: string } {
  if (config.influx === undefined) {
    throw new MemrigError(
      "invalid-request",
      `${file} has no influx section, so there is nowhere to send to. Write: influx: { url: "http://127.0.0.1:8086", database: memrig }.`,
      { file },
    );
  }
  return { sink: new InfluxSink(config.influx, config.store), store: config.store };
}
