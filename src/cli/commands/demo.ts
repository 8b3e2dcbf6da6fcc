import { join, resolve } from "node:path";
import type { Command } from "commander";
import { serveDashboard } from "../../../dashboard/server/index.js";
import { loadBench, safeBench, type BenchConfig } from "../../bench/index.js";
import { MemrigError } from "../../errors.js";
import { characterise, type DemoStep } from "../demo/characterise.js";
import { resultsTable, setBeside } from "../demo/results.js";
import { ourPackage } from "../package-root.js";
import { outputOf } from "../output.js";
import { duration, StatusLine } from "../progress.js";
import { abortableBySignals, untilStopped } from "../signals.js";

interface DemoOptions {
  readonly once?: boolean;
  readonly seed: string;
  readonly store: string;
  readonly port: string;
}

export function addDemoCommand(program: Command): void {
  program
    .command("demo")
    .option("--once", "exit after the table")
    .option("--seed <n>", "seed of the devices and of the instruments' noise", "1")
    .option("--store <dir>", "folder of the runs", "runs")
    .option("--port <n>", "port of the dashboard; 0 takes a free one", "8321")
    .description(
      "characterise the built-in devices on the virtual bench, set the results beside the published ones, show it live",
    )
    .addHelpText("after", "\nExamples:\n  memrig demo\n  memrig demo --once --json\n  npm start -- --once")
    .action(async (options: DemoOptions, command: Command) => {
      const output = outputOf(command);
      const seed = Number(options.seed);
      if (!Number.isInteger(seed) || seed < 0) {
        throw new MemrigError("invalid-request", `--seed "${options.seed}": expected a whole number from 0 up.`, {
          seed: options.seed,
        });
      }
      const store = resolve(options.store);
      const benches = {
        zno: await exampleBench("zno-virtual.yaml", store),
        vo2: await exampleBench("vo2-virtual.yaml", store),
      };
      const dashboard = options.once
        ? undefined
        : await startDashboard(store, benches.zno, options.port, output.say.bind(output));
      try {
        await abortableBySignals(
          async (signal) => {
            const line = new StatusLine("demo");
            const started = performance.now();
            const runs = await characterise(benches, seed, signal, {
              begins: (step: DemoStep) => output.say(`${step.title} …`),
              progress: (done, expected, left_s) =>
                line.update({ done, expected, ...(left_s === undefined ? {} : { left_s }) }),
              ended: (step, outcome, seconds) => line.end(`  ${step.name}: ${outcome}, ${seconds.toFixed(1)} s`),
            });
            const results = setBeside(runs);
            output.result(
              { results, runs: runs.flatMap((run) => run.runs) },
              `\n${resultsTable(results)}\n\nMeasured over real sockets on simulated instruments in ${duration((performance.now() - started) / 1000)}. Runs: ${store}`,
            );
          },
          () => output.say("Stopping already: turning the outputs off. Wait for it."),
        );
        if (dashboard) {
          output.say(`\nDashboard: ${dashboard.url}   (Ctrl-C stops it)`);
          await untilStopped();
        }
      } finally {
        await dashboard?.close();
      }
    });
}

async function exampleBench(file: string, store: string): Promise<BenchConfig> {
  const path = join(ourPackage.root, "examples", file);
  return { ...(await loadBench(path)), store };
}

/** The dashboard at its usual port, or at a free one when that is taken. */
async function startDashboard(store: string, bench: BenchConfig, port: string, say: (line: string) => void) {
  const options = { store, bench, safe: () => safeBench(bench) };
  try {
    const dashboard = await serveDashboard({ ...options, port: Number(port) });
    say(`Dashboard: ${dashboard.url}`);
    return dashboard;
  } catch (error) {
    if (
      (error as { cause?: { code?: string }; code?: string }).code !== "EADDRINUSE" &&
      (error as { cause?: { code?: string } }).cause?.code !== "EADDRINUSE"
    )
      throw error;
    const dashboard = await serveDashboard({ ...options, port: 0 });
    say(`Port ${port} is taken. Dashboard: ${dashboard.url}`);
    return dashboard;
  }
}
