import type { Command } from "commander";
import { MemrigError } from "../../errors.js";
import { loadCampaign, type Campaign } from "../campaign/file.js";
import { outlineOf, outlineText, type Outline } from "../campaign/outline.js";
import { addCampaignShow } from "./campaign-show.js";
import { doCampaign } from "../campaign/go-on.js";
import { outputOf, type Output } from "../output.js";

interface CampaignOptions {
  readonly dryRun?: boolean;
  readonly resume?: boolean;
  readonly as?: string;
}

export function addCampaignCommand(program: Command): void {
  const command = program
    .command("campaign")
    .argument("<file>", "campaign file; or one of the words show, list")
    .option("--dry-run", "print what would be done, how long it takes and whether the limits hold; open nothing")
    .option("--resume", "go on with a campaign that was stopped or cut short, at the first run that is not done")
    .option("--as <name>", "another name than the file's, to run it again")
    .description("protocols over sites, repetitions and parameter grids, as a file says")
    .addHelpText(
      "after",
      "\nExamples:\n  memrig campaign examples/campaigns/zno-30-devices.yaml --dry-run\n  memrig campaign wafer.yaml\n" +
        "  memrig campaign wafer.yaml --resume\n  memrig campaign show vo2-wafer --svg map.svg\n\n" +
        "Ctrl-C stops it safely: outputs off, the run in hand is aborted and done again with --resume.",
    )
    .action(async (file: string, options: CampaignOptions, self: Command) => {
      const output = outputOf(self);
      const campaign = await loadCampaign(file, options.as);
      const outline = outlineOf(campaign);
      if (options.dryRun) return dryRun(campaign, outline, output);
      const [refusal] = outline.refusals;
      if (refusal) throw new MemrigError(refusal.exitCode === 4 ? "limit-refused" : "invalid-request", refusal.reason);
      output.say(outlineText(campaign, outline));
      await doCampaign(campaign, options.resume ?? false, output);
    });
  addCampaignShow(command);
}

function dryRun(campaign: Campaign, outline: Outline, output: Output): void {
  output.result(outline, outlineText(campaign, outline));
  const [refusal] = outline.refusals;
  if (!refusal) return;
  throw new MemrigError(
    refusal.exitCode === 4 ? "limit-refused" : "invalid-request",
    "Not all of it can be done as the file says; nothing was opened.",
  );
}
