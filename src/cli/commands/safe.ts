import type { Command } from "commander";
import { loadBench, safeBench } from "../../bench/index.js";
import { MemrigError } from "../../errors.js";
import { listRuns, openRun, requestAbort } from "../../store/index.js";
import { outputOf } from "../output.js";
import { safeLines } from "../safe-lines.js";
import { storeFolder, type StoreOptions } from "../store-option.js";

export function addSafeCommand(program: Command): void {
  program
    .command("safe")
    .requiredOption("--bench <file>", "bench file")
    .description("every output of the bench to its safe state, now; a run that holds the bench is aborted first")
    .addHelpText("after", "\nExample:\n  memrig safe --bench lab.yaml")
    .action(async (options: { bench: string }, command: Command) => {
      const output = outputOf(command);
      const reports = await safeBench(await loadBench(options.bench, { secrets: "ignored" }));
      output.result({ instruments: reports }, safeLines(reports).join("\n"));
      const unsafe = reports.filter(({ state }) => state !== "safe").map(({ label }) => label);
      if (unsafe.length > 0) {
        throw new MemrigError(
          "no-answer",
          `The outputs of ${unsafe.join(", ")} could not be turned off from here. Turn them off at the front panel before touching the sample.`,
          { unsafe },
        );
      }
    });
}

export function addAbortCommand(program: Command): void {
  program
    .command("abort")
    .argument("[run]", "run id; the running one where left out")
    .option("--store <dir>", "folder of the runs")
    .option("--bench <file>", "bench file that names the store")
    .option("--timeout <seconds>", "how long to wait for the run to end", "30")
    .description("stop the running run, safely: outputs off, rows kept")
    .addHelpText("after", "\nExamples:\n  memrig abort\n  memrig abort --bench lab.yaml")
    .action(async (id: string | undefined, options: StoreOptions & { timeout: string }, command: Command) => {
      const output = outputOf(command);
      const store = await storeFolder(options);
      const run = id ?? (await listRuns(store)).find(({ status }) => status === "running")?.run;
      if (run === undefined)
        throw new MemrigError("invalid-request", `No run is running in ${store}. Nothing was done.`, { store });
      const reader = await openRun(store, run);
      const before = await reader.status();
      if (before !== "running") {
        throw new MemrigError(
          "invalid-request",
          `${reader.info.run} is not running: it is ${before}. Nothing was done.`,
          { status: before },
        );
      }
      await requestAbort(reader.folder, "memrig abort");
      const status = await endOf(reader, Number(options.timeout));
      output.result({ run: reader.info.run, status }, `${reader.info.run}: ${status}.`);
    });
}

/** The status a run ends with. @throws MemrigError `no-answer` when it still runs after the time given */
async function endOf(reader: Awaited<ReturnType<typeof openRun>>, seconds: number): Promise<string> {
  const deadline = performance.now() + 1000 * seconds;
  for (;;) {
    const status = await reader.status();
    if (status !== "running") return status;
    if (performance.now() > deadline) {
      throw new MemrigError(
        "no-answer",
        `${reader.info.run} was asked to stop ${seconds} s ago and still runs. "memrig safe --bench FILE" turns the outputs off without it.`,
        { run: reader.info.run },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
