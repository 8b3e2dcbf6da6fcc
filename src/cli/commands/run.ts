import type { Command } from "commander";
import { loadBench, type BenchConfig } from "../../bench/index.js";
import type { RunOutcome } from "../../engine/index.js";
import { MemrigError } from "../../errors.js";
import { measure, type Measurement } from "../measure.js";
import { outputOf } from "../output.js";
import { duration, StatusLine } from "../progress.js";
import { collect, keyValues, planFrom } from "../settings.js";
import { abortableBySignals } from "../signals.js";
import { metricsTable } from "../tables.js";
import { runTwin, twinText } from "../twin.js";
import { endWireLog, wireLog } from "../wire-log.js";
import { protocolNamed } from "./protocols.js";
import { safeLines } from "./safe.js";

interface RunOptions {
  readonly bench: string;
  readonly set?: string[];
  readonly dut?: string;
  readonly tag?: string[];
  readonly twin?: boolean;
  readonly wire?: boolean;
}

export function addRunCommand(program: Command): void {
  program
    .command("run")
    .argument("<protocol>", "iv-sweep, pulse-train, endurance; see memrig protocols")
    .requiredOption("--bench <file>", "bench file")
    .option("--set <key=value>", "parameter; repeat, or join by commas", collect)
    .option("--dut <id>", "device, in place of the bench file's id")
    .option("--tag <key=value>", "tag to find the run by; repeat, or join by commas", collect)
    .option("--twin", "also run the protocol on the device's model, and compare")
    .option("--wire", "keep everything said to the instruments in the run's folder, as wire.jsonl")
    .description("one run; prints its id and metrics, and with --twin the comparison")
    .addHelpText(
      "after",
      "\nExamples:\n  memrig run iv-sweep --bench examples/zno-virtual.yaml --set stop=0.3V,compliance=10uA,cycles=10\n" +
        "  memrig run endurance --bench lab.yaml --set cycles=1000 --tag wafer=W3 --twin\n" +
        "  memrig run pulse-train --bench lab.yaml --set amplitude=1.5V,width=2us --json\n\n" +
        "Ctrl-C stops the run: outputs off, rows kept, exit code 3.",
    )
    .action(async (name: string, options: RunOptions, command: Command) => {
      const output = outputOf(command);
      const protocol = protocolNamed(name);
      const plan = planFrom(protocol, numbersRead(keyValues(options.set ?? [], "--set")));
      const config = withDut(await loadBench(options.bench), options.dut);
      const { rows, duration_s } = protocol.cost(plan);
      const line = new StatusLine(name);
      const wire = options.wire ? wireLog() : undefined;
      await abortableBySignals(
        async (signal) => {
          const request: Measurement = {
            config,
            protocol,
            plan,
            tags: keyValues(options.tag ?? [], "--tag"),
            signal,
            onStart: ({ run, folder }) =>
              output.say(`${run}: ${rows} rows, ${duration(duration_s)} on the instruments, in ${folder}`),
            onProgress: ({ rows: done, expectedRows, left_s }) =>
              line.update({ done, expected: expectedRows, ...(left_s === undefined ? {} : { left_s }) }),
            onEvent: ({ event, message }) => {
              if (event === "warning" && typeof message === "string") line.end(`warning: ${message}`);
              if (event === "influx" && typeof message === "string") line.end(message);
            },
          };
          const outcome = await measure(request, wire).finally(() => endWireLog(wire, output));
          line.end(`${outcome.run}: ${outcome.status}, ${outcome.rows} rows.`);
          for (const report of safeLines(outcome.safe.filter(({ state }) => state !== "safe"))) output.say(report);
          const twin = options.twin && outcome.status === "done" ? await runTwin(request, outcome) : undefined;
          line.end("");
          const { run, status, metrics } = outcome;
          output.result(
            {
              run,
              status,
              rows: outcome.rows,
              metrics,
              ...(twin ? { twin } : {}),
              ...(outcome.reason ? { reason: outcome.reason } : {}),
            },
            [`${run}  ${status}`, metricsTable(metrics), ...(twin ? ["", twinText(twin)] : [])].join("\n"),
          );
          endWith(outcome);
        },
        () => output.say("Stopping already: turning the outputs off. Wait for it."),
      );
    });
}

/** A run that did not end well ends the command with its error's exit code; its result is printed already. */
function endWith(outcome: RunOutcome): void {
  if (outcome.status === "done") return;
  throw outcome.error instanceof Error
    ? outcome.error
    : new MemrigError(
        outcome.status === "aborted" ? "aborted" : "no-answer",
        outcome.reason ?? `${outcome.run}: ${outcome.status}.`,
      );
}

/** Bare numbers of the command line become numbers; quantities with units are read by the protocol's schema. */
function numbersRead(settings: Readonly<Record<string, string>>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, text]) => [
      key,
      text !== "" && Number.isFinite(Number(text)) ? Number(text) : text,
    ]),
  );
}

function withDut(config: BenchConfig, id: string | undefined): BenchConfig {
  return id === undefined ? config : { ...config, dut: { ...config.dut, id } };
}
