import type { Command } from "commander";
import { loadBench, type BenchConfig } from "../../bench/index.js";
import { MemrigError } from "../../errors.js";
import { listRuns } from "../../store/index.js";
import { InfluxSink, type PushReport } from "../../store/sinks/influx.js";
import { influxSentence } from "../influx-end.js";
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
    .option("--again", "every row from the start, also what was sent: after the database was dropped")
    .description("send every row that InfluxDB has not got; safe to repeat")
    .action(async (options: { bench: string; again?: boolean }, command: Command) => {
      const output = outputOf(command);
      const { sink, store } = sinkOf(await loadBench(options.bench), options.bench);
      const reports: PushReport[] = [];
      const runs = (await listRuns(store)).reverse();
      for (const run of runs) {
        const report = await sink.pushRun(run.folder, { again: options.again === true });
        reports.push(report);
        if (!report.complete && report.rows > report.sent + report.notStorable) break; // nor would it take the next one
      }
      await sink.stop();
      const sent = reports.reduce((sum, report) => sum + report.sent, 0);
      const told = reports.map((report) => ({ run: report.run, sentence: influxSentence(report) }));
      const lines = told.flatMap(({ run, sentence }) => (sentence === undefined ? [] : [`${run}: ${sentence}`]));
      output.result({ runs: reports }, [...lines, `InfluxDB has ${sent} rows of ${reports.length} runs.`].join("\n"));
      const stuck = reports.find((report) => !report.complete && report.rows > report.sent + report.notStorable);
      if (stuck?.lastError !== undefined) throw new MemrigError("no-answer", stuck.lastError, { run: stuck.run });
    });

  influx
    .command("status")
    .requiredOption("--bench <file>", "bench file with an influx section")
    .description("rows on disk and rows InfluxDB has acknowledged, run by run")
    .action(async (options: { bench: string }, command: Command) => {
      const output = outputOf(command);
      const { sink } = sinkOf(await loadBench(options.bench), options.bench);
      const status = await sink.status();
      await sink.stop();
      const errors = status.runs.flatMap(({ run, lastError }) => (lastError ? [`${run}: ${lastError}`] : []));
      const table = textTable(
        ["run", "rows", "sent", "left", "not storable", "NaN or infinite cells"],
        status.runs.map(({ run, rows, sent, notStorable, skippedCells }) => [
          run,
          ...[rows, sent, rows - sent - notStorable, notStorable, skippedCells].map(String),
        ]),
        [1, 2, 3, 4, 5],
      );
      const server = `${status.target} ${status.reachable ? "answers" : "does not answer"}.`;
      output.result(status, [server, table, ...errors].join("\n"));
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
