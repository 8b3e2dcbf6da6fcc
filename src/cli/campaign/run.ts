import { openBench, runCommand, type Bench, type ProberOptions } from "../../bench/index.js";
import { CampaignJournal } from "../../engine/campaign/journal.js";
import { tagsOf, type Task } from "../../engine/campaign/plan.js";
import { playCampaign, type CampaignEnd, type TaskEnd } from "../../engine/campaign/play.js";
import { MemrigError, messageOf } from "../../errors.js";
import { identified } from "../../bench/index.js";
import { measureOn } from "../measure.js";
import type { Campaign } from "./file.js";

export interface CampaignProgress {
  /** Runs that have ended, those of earlier sittings included. */
  readonly done: number;
  readonly runs: number;
  /** Seconds; undefined: not known yet. */
  readonly left_s?: number;
}

export interface CampaignRequest {
  readonly campaign: Campaign;
  /** Go on with a campaign that was begun. */
  readonly resume: boolean;
  readonly signal: AbortSignal;
  readonly ask?: ProberOptions["ask"];
  readonly onProgress?: (progress: CampaignProgress) => void;
  readonly onMessage?: (message: string) => void;
}

const hook_s = 60;

/**
 * All runs of a campaign that are not done yet. The bench is opened once, and again only when something went wrong on it.
 *
 * @throws MemrigError before the first run: it is there already or somebody is at it, the first hook failed. What goes wrong
 *   with a run is in the journal and in the end that is returned.
 */
export async function runCampaign(request: CampaignRequest): Promise<CampaignEnd> {
  const { campaign, signal, resume } = request;
  const journal = await CampaignJournal.open(campaign.bench.store, campaign.record, resume);
  const bench = new LastingBench(campaign, signal);
  try {
    await runHook(campaign, "first", signal);
    const { ended } = journal;
    const meter = new Meter(campaign.tasks, ended, request.onProgress);
    const end = await playCampaign({
      tasks: campaign.tasks,
      ended,
      rule: campaign.rule,
      signal,
      run: async (task) => {
        const result = await oneRun(task, request, journal, bench);
        await journal.done(task.key, result);
        if (result.status === "failed")
          request.onMessage?.(`${task.key.replaceAll("|", " ").trim()}: failed. ${result.reason ?? ""}`);
        meter.ended(task);
        return result;
      },
    });
    await bench.close();
    if (end.status !== "aborted") await runHook(campaign, "last", signal);
    return end;
  } finally {
    await bench.close();
    await journal.close();
  }
}

async function oneRun(
  task: Task,
  { campaign, signal, ask }: CampaignRequest,
  journal: CampaignJournal,
  lasting: LastingBench,
): Promise<TaskEnd> {
  const { step, variant, site } = task;
  let begun: Promise<void> | undefined;
  try {
    const bench = await lasting.opened();
    if (site) await bench.goTo(site, { signal, ...(ask ? { ask } : {}) });
    const { dut } = bench.config;
    const outcome = await measureOn(bench, {
      config: site ? { ...bench.config, dut: { ...dut, id: `${dut.id}-${site.name}` } } : bench.config,
      protocol: step.protocol,
      plan: variant.plan,
      tags: { ...campaign.tags, ...tagsOf(campaign.plan.name, task) },
      signal,
      onStart: ({ run }) => {
        begun = journal.begun(task.key, run);
        begun.catch(() => undefined); // told where it is awaited
      },
    });
    await begun;
    const safe = outcome.safe.every(({ state }) => state === "safe");
    if (outcome.status === "failed" || !safe) await lasting.close(); // whatever hangs, hangs no longer
    const { run, status, reason } = outcome;
    return { run, status, ...(reason === undefined ? {} : { reason }) };
  } catch (error) {
    await lasting.close();
    const aborted = signal.aborted || (error instanceof MemrigError && error.kind === "aborted");
    return { status: aborted ? "aborted" : "failed", reason: messageOf(error) };
  }
}

/** A bench that is opened when it is needed, and stays open from run to run. */
class LastingBench {
  private bench: Bench | undefined;

  constructor(
    private readonly campaign: Campaign,
    private readonly signal: AbortSignal,
  ) {}

  async opened(): Promise<Bench> {
    if (!this.bench) {
      const config = await identified(this.campaign.bench, `memrig campaign ${this.campaign.plan.name}`);
      this.bench = await openBench(config, { signal: this.signal });
    }
    return this.bench;
  }

  async close(): Promise<void> {
    const { bench } = this;
    this.bench = undefined;
    await bench?.close();
  }
}

async function runHook({ hooks, plan }: Campaign, which: "first" | "last", signal: AbortSignal): Promise<void> {
  const argv = hooks[which];
  if (!argv) return;
  const deadline_s = hooks.deadline ?? hook_s;
  const deadline = AbortSignal.timeout(deadline_s * 1000);
  try {
    await runCommand(argv, { MEMRIG_CAMPAIGN: plan.name }, AbortSignal.any([signal, deadline]));
  } catch (error) {
    if (signal.aborted) throw new MemrigError("aborted", `Aborted in the hook "${which}". Nothing is on.`, {}, error);
    const why = deadline.aborted ? `it was not done within ${deadline_s} s` : messageOf(error);
    throw new MemrigError(
      "no-answer",
      `The hook "${which}" of campaign ${plan.name} failed: ${why}. ${which === "first" ? "No run was begun." : "All runs are kept."}`,
      { hook: which },
      error,
    );
  }
}

/** Time left by the time that this sitting's runs took, weighed by what each costs. */
class Meter {
  private readonly start_s = performance.now() / 1000;
  private readonly total_s: number;
  private done = 0;
  private before_s = 0;
  private done_s = 0;

  constructor(
    private readonly tasks: readonly Task[],
    ended: ReadonlyMap<string, TaskEnd["status"]>,
    private readonly tell: CampaignRequest["onProgress"],
  ) {
    this.total_s = tasks.reduce((sum, task) => sum + costOf(task), 0);
    for (const task of tasks) {
      const status = ended.get(task.key);
      if (status !== "done" && status !== "failed") continue;
      this.done += 1;
      this.before_s += costOf(task);
    }
  }

  ended(task: Task): void {
    this.done += 1;
    this.done_s += costOf(task);
    const took_s = performance.now() / 1000 - this.start_s;
    const left_s = (took_s / this.done_s) * (this.total_s - this.before_s - this.done_s);
    this.tell?.({ done: this.done, runs: this.tasks.length, ...(Number.isFinite(left_s) ? { left_s } : {}) });
  }
}

function costOf({ step, variant }: Task): number {
  return step.protocol.cost(variant.plan).duration_s;
}
