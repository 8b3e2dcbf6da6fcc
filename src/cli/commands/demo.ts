import { join, resolve } from "node:path";
import type { Command } from "commander";
import { serveDashboard } from "../../../dashboard/server/index.js";
import { loadBench, safeBench, type BenchConfig } from "../../bench/index.js";
import { MemrigError } from "../../errors.js";
import { deskFor } from "../desk/desk.js";
import { characterise } from "../demo/characterise.js";
import { publishedFigures } from "../demo/published.js";
import { publishedInFull } from "../demo/published-in-full.js";
import { resultsTable, setBeside } from "../demo/results.js";
import { demoBenches, demoSteps, fullSteps, type DemoBench, type DemoStep } from "../demo/steps.js";
import { ourPackage } from "../package-root.js";
import { outputOf } from "../output.js";
import { duration, StatusLine } from "../progress.js";
import { abortableBySignals, untilStopped } from "../signals.js";

interface DemoOptions {
  readonly once?: boolean;
  readonly full?: boolean;
  readonly cycles: string;
  readonly seed: string;
  readonly store: string;
  readonly port: string;
}

export function addDemoCommand(program: Command): void {
  program
    .command("demo")
    .option("--once", "exit after the table")
    .option(
      "--full",
      "all that the papers print of single devices: a wafer, 10^5 and 26.6 million cycles; takes an hour",
    )
    .option("--cycles <n>", "VO2 cycles of --full, in place of the paper's number", "26600000")
    .option("--seed <n>", "seed of the devices and of the instruments' noise", "1")
    .option("--store <dir>", "folder of the runs", "runs")
    .option("--port <n>", "port of the dashboard; 0 takes a free one", "8321")
    .description(
      "characterise the built-in devices on the virtual bench, set the results beside the published ones, show it live",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  memrig demo\n  memrig demo --once --json\n  memrig demo --once --full --cycles 100000\n  npm start -- --once",
    )
    .action(async (options: DemoOptions, command: Command) => {
      const output = outputOf(command);
      const seed = Number(options.seed);
      if (!Number.isInteger(seed) || seed < 0) {
        throw new MemrigError("invalid-request", `--seed "${options.seed}": expected a whole number from 0 up.`, {
          seed: options.seed,
        });
      }
      const store = resolve(options.store);
      const cycles = Number(options.cycles);
      if (!Number.isInteger(cycles) || cycles < 1) {
        throw new MemrigError("invalid-request", `--cycles "${options.cycles}": expected a whole number from 1 up.`, {
          cycles: options.cycles,
        });
      }
      const benches = await exampleBenches(store);
      const steps = options.full ? fullSteps(cycles) : demoSteps;
      const figures = options.full ? [...publishedFigures, ...publishedInFull] : publishedFigures;
      const dashboard = options.once
        ? undefined
        : await startDashboard(store, benches.zno, options.port, output.say.bind(output));
      try {
        await abortableBySignals(
          async (signal) => {
            const line = new StatusLine("demo");
            const started = performance.now();
            const runs = await characterise(steps, benches, seed, signal, {
              begins: (step: DemoStep) => output.say(`${step.title} …`),
              progress: (done, expected, left_s) =>
                line.update({ done, expected, ...(left_s === undefined ? {} : { left_s }) }),
              ended: (step, outcome, seconds) => line.end(`  ${step.name}: ${outcome}, ${seconds.toFixed(1)} s`),
            });
            const results = setBeside(figures, runs);
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

async function exampleBenches(store: string): Promise<Record<DemoBench, BenchConfig>> {
  const benches = Object.entries(demoBenches).map(async ([name, file]) => {
    const bench = await loadBench(join(ourPackage.root, "examples", file));
    return [name, { ...bench, store }] as const;
  });
  return Object.fromEntries(await Promise.all(benches)) as Record<DemoBench, BenchConfig>;
}

/** The dashboard at its usual port, or at a free one when that is taken. */
async function startDashboard(store: string, bench: BenchConfig, port: string, say: (line: string) => void) {
  const desk = deskFor({ benchFile: bench.file, store, protocolFiles: [] });
  const options = { store, bench, safe: () => safeBench(bench), desk };
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
