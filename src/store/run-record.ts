import path from "node:path";
import { MemrigError } from "../errors.js";
import { readIfThere, readJsonIfThere, runFiles } from "./files.js";
import { readMarks } from "./marks.js";
import { readRunInfo, runNames, statusOf } from "./run-info.js";
import type { Metric, Metrics, RunEvent, RunInfo, RunStatus } from "./shapes.js";

/**
 * Finds the folder of a run.
 *
 * @param storeDir where runs are kept
 * @param runId its name, the beginning of its name, or its short id (the last part of the name)
 * @throws MemrigError `invalid-request`: no such run, or more than one
 */
export async function findRun(storeDir: string, runId: string): Promise<string> {
  const names = await runNames(storeDir);
  const exact = names.filter((name) => name === runId);
  const similar = names.filter((name) => runId !== "" && (name.startsWith(runId) || name.endsWith(`_${runId}`)));
  const [found, ...more] = exact.length > 0 ? exact : similar;
  if (found === undefined) {
    const latest = names.sort().at(-1);
    throw new MemrigError(
      "invalid-request",
      `There is no run "${runId}" in ${path.resolve(storeDir)}, which holds ${names.length}` +
        `${latest === undefined ? "" : ` (the latest is ${latest})`}. Give its name, the beginning of it, or its short id.`,
      { runId, storeDir },
    );
  }
  if (more.length > 0) {
    const shown = [found, ...more].slice(0, 5).join(", ");
    throw new MemrigError(
      "invalid-request",
      `"${runId}" stands for ${more.length + 1} runs in ${path.resolve(storeDir)}: ${shown}. Give more of the name.`,
      { runId, storeDir },
    );
  }
  return path.resolve(storeDir, found);
}

/** What stands beside a run's tables: who measured what, how it went, what came out. Needs no Arrow. */
export class RunRecord {
  constructor(
    readonly folder: string,
    /** As `run.json` was when the run was opened. */
    readonly info: RunInfo,
  ) {}

  /** Read anew: `interrupted` when it says `running` and the process that wrote it is gone. */
  async status(): Promise<RunStatus> {
    const before = await readRunInfo(this.folder);
    const status = await statusOf(before);
    // Between the two looks it may have ended in good order.
    return status === "interrupted" ? statusOf(await readRunInfo(this.folder)) : status;
  }

  /** Undefined until the run has ended with metrics. */
  async metrics(): Promise<Metrics | undefined> {
    const read = await readJsonIfThere(path.join(this.folder, runFiles.metrics));
    return read === undefined ? undefined : metricsFromJson(read as Readonly<Record<string, JsonMetric>>);
  }

  /** Units of work that are complete on the disk; undefined where no mark was kept. */
  async completed(): Promise<number | undefined> {
    return (await readMarks(this.folder))?.last?.completed;
  }

  /** All whole lines of `events.jsonl`; the last one may be torn after a power cut and is then left out. */
  async events(): Promise<RunEvent[]> {
    const text = (await readIfThere(path.join(this.folder, runFiles.events))) ?? "";
    return text
      .slice(0, text.lastIndexOf("\n") + 1)
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => eventFromLine(line));
  }
}

type JsonMetric = { readonly [key in keyof Metric]: number | null };

/** JSON has no NaN: it stands as null in the file. */
function metricsFromJson(read: Readonly<Record<string, JsonMetric>>): Metrics {
  const number = (value: number | null) => value ?? Number.NaN;
  return Object.fromEntries(
    Object.entries(read).map(([name, { mean, sd, cv, n }]) => [
      name,
      { mean: number(mean), sd: number(sd), cv: number(cv), n: number(n) },
    ]),
  );
}

function eventFromLine(line: string): RunEvent {
  try {
    return JSON.parse(line) as RunEvent;
  } catch {
    return { at: "", event: "error", message: `This line of ${runFiles.events} is damaged.`, line };
  }
}
