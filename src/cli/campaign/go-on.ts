import path from "node:path";
import { campaignFolder, type CampaignRecord } from "../../engine/campaign/journal.js";
import { MemrigError } from "../../errors.js";
import { readJsonIfThere } from "../../store/files.js";
import type { Output } from "../output.js";
import { StatusLine } from "../progress.js";
import { abortableBySignals } from "../signals.js";
import { loadCampaign, type Campaign } from "./file.js";
import { Person } from "./person.js";
import { runCampaign } from "./run.js";

/**
 * Goes on with a campaign by its name: its file is read again from where it was.
 *
 * @throws MemrigError `invalid-request`: the file is not there any more, asks for other runs, or its bench keeps another store
 */
export async function resumeCampaign(store: string, name: string, output: Output): Promise<void> {
  const kept = path.join(campaignFolder(store, name), "campaign.json");
  const record = (await readJsonIfThere(kept)) as CampaignRecord | undefined;
  if (record === undefined)
    throw new MemrigError("invalid-request", `${kept} is not there: ${name} is no campaign. Nothing was done.`);
  const campaign = await loadCampaign(record.file, name);
  if (path.resolve(campaign.bench.store) !== path.resolve(store)) {
    throw new MemrigError(
      "invalid-request",
      `${record.file} keeps its runs in ${campaign.bench.store}, and ${name} is in ${path.resolve(store)}. Nothing was done. ` +
        `Go on from the folder in which it was begun, or with memrig campaign FILE --resume.`,
      { file: record.file, store },
    );
  }
  await doCampaign(campaign, true, output);
}

/** Runs a campaign from a command: progress, a person who is asked, Ctrl-C, the result. @throws its error where it did not end well */
export async function doCampaign(campaign: Campaign, resume: boolean, output: Output): Promise<void> {
  const person = new Person();
  const line = new StatusLine(campaign.plan.name, undefined, "runs");
  await abortableBySignals(
    async (signal) => {
      const end = await runCampaign({
        campaign,
        resume,
        signal,
        ask: (question, until) => person.ask(question, until),
        onProgress: ({ done, runs, left_s }) =>
          line.update({ done, expected: runs, ...(left_s === undefined ? {} : { left_s }) }),
        onMessage: (message) => line.end(message),
      }).finally(() => person.close());
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
