import { createHash } from "node:crypto";
import { mkdir, open, readdir } from "node:fs/promises";
import path from "node:path";
import { MemrigError } from "../../errors.js";
import { codeOf, readIfThere, readJsonIfThere, replaceFile, storageFailed } from "../../store/files.js";
import { isAlive, thisProcess, type WriterProcess } from "../../store/process-mark.js";
import type { CampaignPlan, RecordedPlan } from "./plan.js";
import { tasksOf } from "./plan.js";
import type { TaskEnd } from "./play.js";

/** A line of the journal: a run has begun, or it has ended. */
export interface JournalLine {
  readonly at: string;
  readonly key: string;
  readonly run?: string;
  readonly status: "begun" | TaskEnd["status"];
  readonly reason?: string;
}

/** What stands in `campaign.json`. */
export interface CampaignRecord {
  readonly name: string;
  readonly startedAt: string;
  /** Of the runs it consists of: another list is another campaign. */
  readonly digest: string;
  /** The campaign file and the bench file as they were. */
  readonly file: string;
  readonly written: unknown;
  /** The runs, as the file was read when the campaign began. */
  readonly plan: RecordedPlan;
  readonly tasks: number;
  readonly tags: Readonly<Record<string, string>>;
}

interface Sitting extends WriterProcess {
  readonly open: boolean;
}

/** `<store>/campaigns/<name>` */
export function campaignFolder(store: string, name: string): string {
  return path.join(store, "campaigns", name);
}

/** Names of the campaigns of a store. */
export async function campaignNames(store: string): Promise<string[]> {
  try {
    const entries = await readdir(path.join(store, "campaigns"), { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw storageFailed(`The campaigns of ${store} could not be listed`, error, "Nothing was changed.");
  }
}

/** Tells whether a file read again asks for the same runs. */
export function digestOf(plan: CampaignPlan): string {
  const hash = createHash("sha256");
  for (const { key, step, variant } of tasksOf(plan)) {
    hash.update(JSON.stringify([key, step.protocol.name, variant.plan]));
  }
  return hash.digest("hex");
}

/**
 * What a campaign has done, on the disk: a line when a run begins and one when it has ended, each there before the next
 * thing happens. A torn last line is that of a power cut, and its run is done again.
 */
export class CampaignJournal {
  private constructor(
    readonly folder: string,
    readonly record: CampaignRecord,
    private readonly lines: readonly JournalLine[],
  ) {}

  /**
   * @param resume go on with what is there; else it must be new
   * @throws MemrigError `invalid-request`: it is there already, is not there, or consists of other runs; `busy`: another
   *   program is at it. Nothing was changed.
   */
  static async open(store: string, record: CampaignRecord, resume: boolean): Promise<CampaignJournal> {
    const folder = campaignFolder(store, record.name);
    const known = (await readJsonIfThere(path.join(folder, "campaign.json"))) as CampaignRecord | undefined;
    checkRecord(record, known, resume, folder);
    await mkdir(folder, { recursive: true });
    await sit(folder, record.name);
    if (!known) await replaceFile(path.join(folder, "campaign.json"), `${JSON.stringify(record, undefined, 2)}\n`);
    const journal = new CampaignJournal(folder, known ?? record, await readJournal(folder));
    await mendEnd(folder);
    return journal;
  }

  /** How each run ended that has; those that had only begun are left out. */
  get ended(): Map<string, TaskEnd["status"]> {
    const ended = new Map<string, TaskEnd["status"]>();
    for (const { key, status } of this.lines) {
      if (status === "begun") ended.delete(key);
      else ended.set(key, status);
    }
    return ended;
  }

  async begun(key: string, run: string): Promise<void> {
    await this.append({ at: new Date().toISOString(), key, run, status: "begun" });
  }

  async done(key: string, { status, run, reason }: TaskEnd): Promise<void> {
    await this.append({
      at: new Date().toISOString(),
      key,
      ...(run === undefined ? {} : { run }),
      status,
      ...(reason === undefined ? {} : { reason }),
    });
  }

  /** Others may go on with it now. */
  async close(): Promise<void> {
    const gone: Sitting = { ...(await thisProcess()), open: false };
    await replaceFile(path.join(this.folder, "sitting.json"), `${JSON.stringify(gone)}\n`);
  }

  private async append(line: JournalLine): Promise<void> {
    const file = path.join(this.folder, "journal.jsonl");
    try {
      const handle = await open(file, "a");
      try {
        await handle.appendFile(`${JSON.stringify(line)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw storageFailed(`${file} could not be written`, error, "The runs until now are kept.");
    }
  }
}

/** The whole lines of a campaign's journal. */
export async function readJournal(folder: string): Promise<JournalLine[]> {
  const text = (await readIfThere(path.join(folder, "journal.jsonl"))) ?? "";
  return text
    .split("\n")
    .slice(0, -1) // behind the last end of line stands nothing, or half a line
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as JournalLine];
      } catch {
        return []; // a line that a power cut has torn, and a later sitting has ended
      }
    });
}

/** @throws MemrigError `invalid-request`: there is no such campaign; those there are are named */
export async function readCampaign(
  store: string,
  name: string,
): Promise<{ record: CampaignRecord; lines: readonly JournalLine[]; sitting: boolean }> {
  const folder = campaignFolder(store, name);
  const record = (await readJsonIfThere(path.join(folder, "campaign.json"))) as CampaignRecord | undefined;
  if (!record) {
    const names = await campaignNames(store);
    throw new MemrigError(
      "invalid-request",
      `There is no campaign "${name}" in ${store}; there ${names.length === 1 ? "is" : "are"} ${names.join(", ") || "none"}. ` +
        `Name the store with --store DIR or --bench FILE.`,
      { name, known: names },
    );
  }
  return { record, lines: await readJournal(folder), sitting: (await sitter(folder)) !== undefined };
}

function checkRecord(asked: CampaignRecord, known: CampaignRecord | undefined, resume: boolean, folder: string): void {
  if (!known && resume) {
    throw new MemrigError(
      "invalid-request",
      `There is no campaign "${asked.name}" to go on with: ${folder} is not there. Leave --resume out to begin it.`,
      { name: asked.name },
    );
  }
  if (known && !resume) {
    throw new MemrigError(
      "invalid-request",
      `A campaign "${asked.name}" is in the store already (begun ${known.startedAt}). Go on with it with --resume, or give this one ` +
        `another name with --as NAME. Nothing was opened or sent.`,
      { name: asked.name, folder },
    );
  }
  if (known && known.digest !== asked.digest) {
    throw new MemrigError(
      "invalid-request",
      `The file asks for other runs than campaign "${asked.name}" was begun with (${known.tasks} then, ${asked.tasks} now, or other ` +
        `settings). Put it back to what ${folder}/campaign.json says, or begin a new one with --as NAME. Nothing was opened or sent.`,
      { name: asked.name, folder },
    );
  }
}

/** Ends a line that a power cut has torn, so that the next one is a line of its own. */
async function mendEnd(folder: string): Promise<void> {
  const file = path.join(folder, "journal.jsonl");
  const text = (await readIfThere(file)) ?? "";
  if (text === "" || text.endsWith("\n")) return;
  const handle = await open(file, "a");
  try {
    await handle.appendFile("\n");
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The living process that is at a campaign; undefined: none. */
async function sitter(folder: string): Promise<Sitting | undefined> {
  const sitting = (await readJsonIfThere(path.join(folder, "sitting.json"))) as Sitting | undefined;
  return sitting?.open && (await isAlive(sitting)) ? sitting : undefined;
}

async function sit(folder: string, name: string): Promise<void> {
  const other = await sitter(folder);
  if (other) {
    throw new MemrigError(
      "busy",
      `Campaign "${name}" is being run by process ${other.pid} on ${other.host}. Nothing was opened or sent. Wait for it, or stop it with Ctrl-C there.`,
      { pid: other.pid, host: other.host },
    );
  }
  const mine: Sitting = { ...(await thisProcess()), open: true };
  await replaceFile(path.join(folder, "sitting.json"), `${JSON.stringify(mine)}\n`);
}
