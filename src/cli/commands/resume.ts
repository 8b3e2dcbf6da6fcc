import type { Command } from "commander";
import { MemrigError } from "../../errors.js";
import { requestPause } from "../../store/index.js";
import { campaignNames } from "../../engine/campaign/journal.js";
import { resumeCampaign } from "../campaign/go-on.js";
import { continuation } from "../continuation.js";
import { namedOrRunning, secondsOf, standingOf, standingWithin } from "../living-run.js";
import { outputOf } from "../output.js";
import { runAndTell } from "../run-and-tell.js";
import { storeFolder, type StoreOptions } from "../store-option.js";

interface ResumeOptions extends StoreOptions {
  readonly timeout: string;
  readonly wire?: boolean;
}

export function addResumeCommand(program: Command): void {
  program
    .command("resume")
    .argument("[run]", "run id, or the name of a campaign; the paused run where left out")
    .option("--store <dir>", "folder of the runs")
    .option("--bench <file>", "bench file; where left out, the one that the run keeps")
    .option("--timeout <seconds>", "how long to wait until a paused run goes on", "30")
    .option("--wire", "keep everything said to the instruments in the run's folder, as wire.jsonl")
    .description(
      "a paused run goes on; one that died, was aborted or failed is gone on with behind its last whole cycle",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  memrig resume\n  memrig resume RUN --store runs\n  memrig resume RUN --bench lab.yaml\n  memrig resume vo2-wafer\n\n" +
        "Rows of the cycle that was not finished are kept in the run's folder under aside-1, and that cycle is repeated.",
    )
    .action(async (id: string | undefined, options: ResumeOptions, command: Command) => {
      const output = outputOf(command);
      const timeout_s = secondsOf(options.timeout, "--timeout");
      const store = await storeFolder(options);
      if (id !== undefined && (await campaignNames(store)).includes(id)) return resumeCampaign(store, id, output);
      const reader = await namedOrRunning(store, id);
      const { run } = reader.info;
      const standing = await standingOf(reader);
      if (standing === "running") {
        throw new MemrigError("invalid-request", `${run} is running; it is not paused. Nothing was done.`, {
          standing,
        });
      }
      if (standing === "paused" || standing === "pausing") {
        await requestPause(reader.folder, false, "memrig resume");
        const now = await standingWithin(reader, (at) => at !== "paused" && at !== "pausing", timeout_s);
        if (now === "paused" || now === "pausing") {
          const message = `${run} was asked to go on ${timeout_s} s ago and is still ${now}.`;
          throw new MemrigError("no-answer", message, { run, standing: now });
        }
        output.result({ run, standing: now }, `${run}: ${now}.`);
        return;
      }
      const { request, completed, gap_s } = await continuation(reader, store, options.bench);
      output.say(`${run} (${standing}) goes on behind ${completed} completed.`);
      await runAndTell(request, { output, wire: options.wire ?? false, more: { resumed: { completed, gap_s } } });
    });
}
