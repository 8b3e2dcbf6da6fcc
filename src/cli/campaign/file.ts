import { readFile } from "node:fs/promises";
import path from "node:path";
import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { Complaints, listed, loadBench, unknownName, type BenchConfig } from "../../bench/index.js";
import { digestOf, type CampaignRecord } from "../../engine/campaign/journal.js";
import { tasksOf, type CampaignPlan, type Task } from "../../engine/campaign/plan.js";
import type { FailureRule } from "../../engine/campaign/play.js";
import { MemrigError, messageOf } from "../../errors.js";
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
  const { written, plan, content } = parseCampaign(text, file);
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
      tasks: tasks.length,
      tags: content.tags ?? {},
    },
  };
}

/** @throws MemrigError `invalid-request`: every fault, each with its line */
export function parseCampaign(
  text: string,
  file: string,
): { written: unknown; plan: CampaignPlan; content: CampaignFile } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const complaints = new Complaints(file, document, lines);
  for (const error of document.errors)
    complaints.addAt(lines.linePos(error.pos[0]).line, `This is not YAML: ${error.message}.`);
  complaints.throwIfAny();
  const written: unknown = document.toJS() ?? {};
  const parsed = campaignFile.safeParse(written);
  if (!parsed.success) for (const issue of parsed.error.issues) complain(complaints, issue);
  complaints.throwIfAny();
  const content = parsed.data as CampaignFile;
  const sites = readSites(content.sites, complaints);
  const steps = readSteps(content.steps, content.repetitions, complaints);
  complaints.throwIfAny();
  const name = content.name ?? checkedName(path.basename(file, path.extname(file)));
  return { written, content, plan: { name, sites, steps, order: content.order } };
}

function checkedName(name: string): string {
  if (campaignFile.shape.name.safeParse(name).success) return name;
  throw new MemrigError(
    "invalid-request",
    `A campaign can not be called "${name}": use letters, digits, "-" and "_" (it becomes the name of a folder). Write name: in the file, or --as NAME.`,
    { name },
  );
}

/** A fault that the schema found, in the words of the file. */
function complain(complaints: Complaints, issue: z.core.$ZodIssue): void {
  const place = issue.path.length === 0 ? "the campaign file" : `"${issue.path.map(String).join(".")}"`;
  const keys = keysAt(issue.path);
  if (issue.code === "unrecognized_keys") {
    for (const key of issue.keys)
      complaints.add([...issue.path, key], unknownName(`a key of ${place}`, key, keys ?? []));
  } else if (issue.code === "invalid_type" && issue.input === undefined && issue.message.includes("undefined")) {
    complaints.add(issue.path, `${place} is missing. ${exampleOf(issue.path)}`);
  } else if (issue.code === "invalid_value") {
    complaints.add(issue.path, `${place}: allowed is ${listed(issue.values.map(String))}.`);
  } else {
    const allowed = keys ? ` Here stands a map with the keys ${listed(keys)}.` : "";
    complaints.add(issue.path, `${place}: ${issue.message}.${allowed} ${exampleOf(issue.path)}`.trimEnd());
  }
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
