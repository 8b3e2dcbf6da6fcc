import type { Command } from "commander";
import { MemrigError } from "../../errors.js";
import { requestPause } from "../../store/index.js";
import { namedOrRunning, secondsOf, standingWithin } from "../living-run.js";
import { outputOf } from "../output.js";
import { storeFolder, type StoreOptions } from "../store-option.js";

export function addPauseCommand(program: Command): void {
  program
    .command("pause")
    .argument("[run]", "run id; the running one where left out")
    .option("--store <dir>", "folder of the runs")
    .option("--bench <file>", "bench file that names the store")
    .option("--timeout <seconds>", "how long to wait until it rests", "30")
    .description("let the running run rest after the cycle it is at, outputs off; memrig resume lets it go on")
    .addHelpText("after", "\nExamples:\n  memrig pause\n  memrig pause --bench lab.yaml --timeout 120")
    .action(async (id: string | undefined, options: StoreOptions & { timeout: string }, command: Command) => {
      const output = outputOf(command);
      const timeout_s = secondsOf(options.timeout, "--timeout");
      const reader = await namedOrRunning(await storeFolder(options), id);
      await requestPause(reader.folder, true, "memrig pause");
      const standing = await standingWithin(reader, (now) => now !== "running" && now !== "pausing", timeout_s);
      const { run } = reader.info;
      if (standing !== "paused") {
        const ended = standing !== "running" && standing !== "pausing";
        throw new MemrigError(
          "no-answer",
          ended
            ? `${run} ended as ${standing} before it came to rest.`
            : `${run} was asked to pause ${timeout_s} s ago and is still at what it was doing: its outputs are on. It rests when that is complete. Do not touch the probes yet.`,
          { run, standing },
        );
      }
      const told = await outputsTold(reader, 12);
      output.result({ run, standing, outputs: told }, `${run}: paused. ${told}`);
    });
}

/** What the run said of its outputs when it came to rest. */
async function outputsTold(reader: Awaited<ReturnType<typeof namedOrRunning>>, seconds: number): Promise<string> {
  const deadline = performance.now() + 1000 * seconds;
  for (;;) {
    const events = await reader.events();
    const paused = events.findLastIndex(({ event, state }) => event === "state" && state === "paused");
    const said = events.slice(paused + 1).find(({ event }) => event === "pause" || event === "warning");
    if (typeof said?.["message"] === "string") return said["message"];
    if (performance.now() > deadline) return "It has not said whether its outputs are off.";
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
