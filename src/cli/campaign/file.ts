import { readFile } from "node:fs/promises";
import path from "node:path";
import { loadBench, readYaml, type BenchConfig, type YamlFile } from "../../bench/index.js";
import { digestOf, type CampaignRecord } from "../../engine/campaign/journal.js";
import { recordOf, tasksOf, type CampaignPlan, type Task } from "../../engine/campaign/plan.js";
import type { FailureRule } from "../../engine/campaign/play.js";
import type { AnyProtocol } from "../../engine/index.js";
import { MemrigError, messageOf } from "../../errors.js";
import { isProtocolFile, loadProtocolFile } from "../../protocol-files/index.js";
import { campaignFile, keysAt, type CampaignFile } from "./schema.js";
import { readSites } from "./sites.js";
import { readSteps } from "./steps.js";

/** A campaign file, checked, with its bench. */
export interface Campaign {
  readonly file: string;
  readonly plan: CampaignPlan;
  readonly tasks: readonly Task[];
  readonly rule: FailureRule;
  readonly hooks: NonNullable<CampaignFile["hooks"]>;
  readonly tags: Readonly<Record<string, string>>;
  readonly bench: BenchConfig;
  readonly record: CampaignRecord;
}

/**
 * Reads a campaign file and the bench file that it names.
 *
 * @param as a name in place of the file's
 * @throws MemrigError `invalid-request`: no such file, or every fault in it, each with `file:line` and what is allowed
 */
export async function loadCampaign(file: string, as?: string): Promise<Campaign> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new MemrigError(
      "invalid-request",
      `The campaign file ${file} could not be read: ${messageOf(error)}. Give the path of a campaign file; examples/campaigns/ has some.`,
      { file },
      error,
    );
  }
  const read = readCampaignFile(text, file);
  const { written, content } = read;
  const plan = planOf(read, await ownProtocols(content, path.dirname(file)));
  const named = as === undefined ? plan : { ...plan, name: checkedName(as) };
  const bench = await loadBench(path.resolve(path.dirname(file), content.bench));
  const tasks = tasksOf(named);
  const stopAfter = content["stop after"];
  return {
    file,
    plan: named,
    tasks,
    rule: { onFailure: content["on failure"], ...(stopAfter === undefined ? {} : { stopAfter }) },
    hooks: content.hooks ?? {},
    tags: content.tags ?? {},
    bench,
    record: {
      name: named.name,
      startedAt: new Date().toISOString(),
      digest: digestOf(named),
      file,
      written,
      plan: recordOf(named),
      tasks: tasks.length,
      tags: content.tags ?? {},
    },
  };
}

/**
 * The protocols that steps name by their file, by that name; a relative one is taken from the campaign's folder.
 *
 * @throws MemrigError `invalid-request`: one of them can not be loaded
 */
async function ownProtocols({ steps }: CampaignFile, folder: string): Promise<ReadonlyMap<string, AnyProtocol>> {
  const files = [...new Set(steps.map((step) => step.protocol))].filter(isProtocolFile);
  const loaded = files.map(async (name) => [name, await loadProtocolFile(path.resolve(folder, name))] as const);
  return new Map(await Promise.all(loaded));
}

/** @throws MemrigError `invalid-request`: every fault of its form, each with its line */
export function readCampaignFile(text: string, file: string): YamlFile<CampaignFile> {
  return readYaml(text, file, { name: "the campaign file", schema: campaignFile, keysAt, exampleOf });
}

/**
 * @param own protocols by the file that steps name them by
 * @throws MemrigError `invalid-request`: every fault of its sites and steps, each with its line
 */
export function planOf(
  { content, complaints }: YamlFile<CampaignFile>,
  own: ReadonlyMap<string, AnyProtocol> = new Map(),
): CampaignPlan {
  const sites = readSites(content.sites, complaints);
  const steps = readSteps(content.steps, content.repetitions, own, complaints);
  complaints.throwIfAny();
  const name = content.name ?? checkedName(path.basename(complaints.file, path.extname(complaints.file)));
  return { name, sites, steps, order: content.order };
}

function checkedName(name: string): string {
  if (campaignFile.shape.name.safeParse(name).success) return name;
  throw new MemrigError(
    "invalid-request",
    `A campaign can not be called "${name}": use letters, digits, "-" and "_" (it becomes the name of a folder). Write name: in the file, or --as NAME.`,
    { name },
  );
}

function exampleOf(at: readonly PropertyKey[]): string {
  switch (String(at[0])) {
    case "bench":
      return "Write for example bench: lab.yaml (taken from the folder of the campaign file).";
    case "sites":
      return "Write for example sites: { list: [D1-D30] }, or sites: { wafer: { columns: 6, rows: 6, devices: 16 } }.";
    case "steps":
      return "Write for example steps: [{ protocol: iv-sweep, settings: { stop: 0.3 V, cycles: 10 } }].";
    case "hooks":
      return 'Write for example hooks: { first: [./light-off], last: [./mail, "done"] }.';
    case "yield":
      return "Write for example yield: { metric: vth_V, min: 0.1 V, max: 0.3 V }.";
    default:
      return "";
  }
}
