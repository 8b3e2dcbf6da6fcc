import type { Task } from "./plan.js";

/** How one run of a campaign ended. */
export interface TaskEnd {
  readonly status: "done" | "failed" | "aborted";
  /** Its run, where it came as far. */
  readonly run?: string;
  /** Why it failed or was aborted. */
  readonly reason?: string;
}

export interface FailureRule {
  /** `go on`: with the next run; `skip site`: with the next site; `stop`: not at all. */
  readonly onFailure: "go on" | "skip site" | "stop";
  /** So many failed sites in a row end the campaign: the needles are off, or the wafer is dead. */
  readonly stopAfter?: number;
}

export interface CampaignEnd {
  readonly status: "done" | "stopped" | "aborted";
  /** Why it did not come to the end. */
  readonly reason?: string;
  readonly done: number;
  readonly failed: number;
  /** Left out at sites that were skipped. */
  readonly skipped: number;
}

export interface Playing {
  readonly tasks: readonly Task[];
  /** How the runs of an earlier sitting ended, by key. */
  readonly ended: ReadonlyMap<string, TaskEnd["status"]>;
  readonly rule: FailureRule;
  readonly signal: AbortSignal;
  /** Does one run; never throws for what can go wrong with one run. */
  readonly run: (task: Task) => Promise<TaskEnd>;
}

/**
 * Does all runs that are not done yet, in order, and goes by the rule where one fails. What failed in an earlier sitting
 * stays failed and counts; what was aborted is done again.
 */
export async function playCampaign({ tasks, ended, rule, signal, run }: Playing): Promise<CampaignEnd> {
  const failedSites = new Set<string>();
  let [done, failed, skipped, failedInRow] = [0, 0, 0, 0];
  let lastFailed: string | undefined;
  const count = () => ({ done, failed, skipped });
  for (const task of tasks) {
    const site = task.site?.name ?? "";
    const before = ended.get(task.key);
    const known = before === "done" || before === "failed" ? before : undefined;
    if (known === undefined && rule.onFailure === "skip site" && failedSites.has(site)) {
      skipped += 1;
      continue;
    }
    if (known === undefined && signal.aborted)
      return { status: "aborted", reason: "It was stopped by hand.", ...count() };
    const { status, reason } = known === undefined ? await run(task) : { status: known, reason: undefined };
    if (status === "aborted") return { status, reason: reason ?? "It was stopped by hand.", ...count() };
    if (status === "done") {
      done += 1;
      if (!failedSites.has(site)) failedInRow = 0;
      continue;
    }
    failed += 1;
    failedSites.add(site);
    if (site !== lastFailed || failedInRow === 0) failedInRow += 1;
    lastFailed = site;
    if (known !== undefined) continue;
    const why = reason === undefined ? "" : ` ${reason}`;
    if (rule.onFailure === "stop")
      return { status: "stopped", reason: `A run failed, and on failure: stop stands in the file.${why}`, ...count() };
    if (rule.stopAfter !== undefined && failedInRow >= rule.stopAfter) {
      return {
        status: "stopped",
        reason: `${failedInRow} sites failed in a row, and stop after: ${rule.stopAfter} stands in the file. The last one:${why}`,
        ...count(),
      };
    }
  }
  return { status: "done", ...count() };
}
