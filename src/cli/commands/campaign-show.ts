import type { Command } from "commander";
import { figureSvg } from "../../analysis/index.js";
import { campaignNames } from "../../engine/campaign/journal.js";
import { MemrigError } from "../../errors.js";
import { si } from "../../units.js";
import {
  campaignResults,
  distributionOf,
  waferMapOf,
  type CampaignResults,
  type StepResults,
} from "../campaign/results.js";
import { outputOf, textTable } from "../output.js";
import { storeFolder, type StoreOptions } from "../store-option.js";
import { nameAndUnit, percent } from "../tables.js";
import { writeAsked } from "../write-file.js";

interface ShowOptions extends StoreOptions {
  readonly metric?: string;
  readonly step?: string;
  readonly group?: string;
  readonly svg?: string;
  readonly distribution?: string;
}

export function addCampaignShow(campaign: Command): void {
  campaign
    .command("show")
    .argument("<name>", "name of the campaign")
    .option("--store <dir>", "folder of the runs (default: runs)")
    .option("--bench <file>", "bench file that names the store")
    .option("--metric <name>", "another metric than that of the file's yield rule")
    .option("--step <name>", "for the figures: another step than the first")
    .option("--group <name>", "for the map: devices of this group only")
    .option("--svg <file>", "write the wafer map, or where the sites have no dies the distribution")
    .option("--distribution <file>", "write how the devices are spread, as SVG")
    .description("yield, spread by group, device against cycle variance, wafer map")
    .action(async (name: string, options: ShowOptions, command: Command) => {
      const output = outputOf(command);
      const store = await storeFolder(options);
      const results = await campaignResults(store, name, options.metric);
      const step = stepOf(results, options.step);
      const spread = (): string => figureSvg(distributionOf(results, step));
      if (options.svg !== undefined)
        await writeAsked(options.svg, waferMapOf(results, step, options.group) ?? spread());
      if (options.distribution !== undefined) await writeAsked(options.distribution, spread());
      output.result(results, resultsText(results));
    });
  campaign
    .command("list")
    .option("--store <dir>", "folder of the runs (default: runs)")
    .option("--bench <file>", "bench file that names the store")
    .description("the campaigns of a store")
    .action(async (options: StoreOptions, command: Command) => {
      const names = await campaignNames(await storeFolder(options));
      outputOf(command).result(names, names.length === 0 ? "No campaigns." : names.join("\n"));
    });
}

function stepOf({ steps, campaign }: CampaignResults, name: string | undefined): StepResults {
  const found = steps.find(({ step }) => name === undefined || step === name);
  if (found) return found;
  const known = [...new Set(steps.map(({ step }) => step))];
  throw new MemrigError(
    "invalid-request",
    `Campaign ${campaign} has no step "${name ?? ""}"; it has ${known.join(", ")}.`,
    { step: name, known },
  );
}

function resultsText(results: CampaignResults): string {
  const { campaign, runs, done, failed, running, rule, steps } = results;
  const left = runs - done - failed;
  const state = running ? ", running" : left > 0 ? `, ${left} left (--resume)` : "";
  const rows = steps.flatMap((step) =>
    step.groups.map(({ group, yield: share, devices, events, components }) => {
      const { unit } = nameAndUnit(step.metric);
      return [
        [step.step, step.variant].filter((part) => part !== "").join(" "),
        group,
        `${share.good}/${share.of}`,
        `${percent(share.share)} (${percent(share.low)} to ${percent(share.high)})`,
        devices.n === 0 ? "–" : si(devices.mean, unit),
        percent(devices.cv),
        percent(events.cv),
        Number.isFinite(components.betweenSd) ? si(components.betweenSd, unit) : "–",
        Number.isFinite(components.withinSd) ? si(components.withinSd, unit) : "–",
        percent(components.betweenShare),
      ];
    }),
  );
  const header = ["step", "group", "working", "yield (95 %)", "mean", "C_v devices", "C_v events", "sd device", "sd cycle", "device share"]; // prettier-ignore
  return [
    `${campaign}: ${done} done, ${failed} failed of ${runs} runs${state}; ${steps[0]?.metric ?? ""}`,
    "",
    textTable(header, rows, [2, 4, 5, 6, 7, 8, 9]),
    "",
    `Yield: ${rule}.`,
  ].join("\n");
}
