import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { MemrigError } from "../../errors.js";
import { loadCampaign, type Campaign } from "../campaign/file.js";
import { outlineOf, outlineText, type Outline } from "../campaign/outline.js";
import { runCampaign } from "../campaign/run.js";
import { outputOf, type Output } from "../output.js";
import { StatusLine } from "../progress.js";
import { abortableBySignals } from "../signals.js";

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
      await run(campaign, options.resume ?? false, output);
    });
  command.enablePositionalOptions(false);
}

function dryRun(campaign: Campaign, outline: Outline, output: Output): void {
  output.result(outline, outlineText(campaign, outline));
  const [refusal] = outline.refusals;
  if (!refusal) return;
  const runs = outline.refusals.reduce((sum, each) => sum + each.runs, 0);
  throw new MemrigError(
    refusal.exitCode === 4 ? "limit-refused" : "invalid-request",
    `${runs} of ${outline.runs} runs would be refused; nothing was opened.`,
  );
}

async function run(campaign: Campaign, resume: boolean, output: Output): Promise<void> {
  const line = new StatusLine(campaign.plan.name, undefined, "runs");
  await abortableBySignals(
    async (signal) => {
      const end = await runCampaign({
        campaign,
        resume,
        signal,
        ask: askOnTerminal,
        onProgress: ({ done, runs, left_s }) =>
          line.update({ done, expected: runs, ...(left_s === undefined ? {} : { left_s }) }),
        onMessage: (message) => line.end(message),
      });
      line.end(`${campaign.plan.name}: ${end.status}.`);
      const { name } = campaign.plan;
      const counts = `${end.done} done, ${end.failed} failed, ${end.skipped} skipped of ${campaign.tasks.length} runs`;
      output.result(
        { campaign: name, runs: campaign.tasks.length, ...end },
        `${name}  ${end.status}: ${counts}.${end.reason === undefined ? "" : ` ${end.reason}`}\nmemrig campaign show ${name} --store ${campaign.bench.store}`,
      );
      if (end.status === "aborted")
        throw new MemrigError("aborted", `${end.reason ?? ""} Go on with --resume. The outputs are off.`);
      if (end.status === "stopped") throw new MemrigError("no-answer", end.reason ?? "The campaign was stopped.");
    },
    () => output.say("Stopping already: turning the outputs off. Wait for it."),
  );
}

/** @throws Error nobody answers: the input has ended */
async function askOnTerminal(question: string, signal: AbortSignal): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<never>((_, reject) =>
    terminal.once("close", () => reject(new Error("the input ended before anybody answered"))),
  );
  ended.catch(() => undefined); // closing it below is no fault
  try {
    await Promise.race([terminal.question(`${question}: `, { signal }), ended]);
  } finally {
    terminal.close();
  }
}
