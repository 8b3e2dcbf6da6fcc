import { atSite, loadBench, type ProberOptions, siteNamed } from "../../bench/index.js";
import { placeTags } from "../../engine/campaign/plan.js";
import type { RunProgress } from "../../engine/index.js";
import type { Queue, QueueEnd, QueueEntry } from "../../engine/queue/queue.js";
import { MemrigError, messageOf } from "../../errors.js";
import { protocolFor } from "../../protocol-files/index.js";
import { measure } from "../measure.js";
import { numbersRead, planFrom } from "../settings.js";

export interface QueueRunner {
  readonly queue: Queue;
  /** Go on with the next one where one fails. */
  readonly keepGoing: boolean;
  readonly signal: AbortSignal;
  /** The one to begin with; where it does not wait any more nothing is done. Left out: whichever is the first. */
  readonly first?: string;
  /** A person at the terminal, who is asked beside those at the dashboard. Left out: nobody is there. */
  readonly ask?: ProberOptions["ask"];
  readonly onStart?: (entry: QueueEntry, run: string) => void;
  readonly onProgress?: (entry: QueueEntry, progress: RunProgress) => void;
  readonly onEnd?: (entry: QueueEntry, end: QueueEnd) => void;
}

/** What a runner came to. */
export interface QueueRunEnd {
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
  /** What ended it before the queue was empty. */
  readonly error?: unknown;
}

const look_ms = 100;

/**
 * Does the first of the queue, then what is the first by then, until none waits or the queue is held. One that is cancelled is aborted
 * safely.
 */
export async function runQueue(runner: QueueRunner): Promise<QueueRunEnd> {
  await runner.queue.beginRunner();
  try {
    return await runAll(runner);
  } finally {
    await runner.queue.endRunner();
  }
}

async function runAll(runner: QueueRunner): Promise<QueueRunEnd> {
  const { queue, signal } = runner;
  let [done, failed, cancelled] = [0, 0, 0];
  let { first } = runner;
  while (!signal.aborted) {
    const entry = await queue.take(first);
    first = undefined;
    if (!entry) return { done, failed, cancelled };
    const { end, error } = await runOne(entry, runner);
    await queue.finish(entry.id, end);
    runner.onEnd?.(entry, end);
    if (end.state === "done") done += 1;
    if (end.state === "cancelled") cancelled += 1;
    if (end.state === "failed") failed += 1;
    if (end.state === "aborted" || (end.state === "failed" && !runner.keepGoing))
      return { done, failed, cancelled, error };
    if (await queue.isHeld()) return { done, failed, cancelled };
  }
  return {
    done,
    failed,
    cancelled,
    error: new MemrigError("aborted", "The queue was stopped; what waits still waits."),
  };
}

async function runOne(entry: QueueEntry, runner: QueueRunner): Promise<{ end: QueueEnd; error?: unknown }> {
  const { queue, signal } = runner;
  const cancelling = new AbortController();
  const watcher = setInterval(() => {
    queue.cancelWished(entry.id).then(
      (wished) => {
        if (wished) cancelling.abort();
      },
      () => undefined, // the disk will refuse the run's rows too, and that is told
    );
  }, look_ms);
  let begun: Promise<void> | undefined;
  try {
    const protocol = await protocolFor(entry.protocol);
    const config = { ...(await loadBench(entry.bench)), store: queue.store };
    const site = entry.site === undefined ? undefined : siteNamed(config, entry.site);
    const named = entry.dut === undefined ? config : { ...config, dut: { ...config.dut, id: entry.dut } };
    const outcome = await measure({
      config: site ? atSite(config, site, entry.dut) : named,
      ...(site ? { site } : {}),
      protocol,
      plan: planFrom(protocol, numbersRead(entry.settings)),
      tags: { ...(site ? placeTags(site) : {}), ...entry.tags, queue: entry.id },
      signal: AbortSignal.any([signal, cancelling.signal]),
      ask: (question, until) =>
        askEither(question, until, [(...what) => queue.questions.ask(entry.id, ...what), runner.ask]),
      onStart: ({ run, folder }) => {
        begun = queue.began(entry.id, run, folder);
        begun.catch(() => undefined); // told where it is awaited
        runner.onStart?.(entry, run);
      },
      onProgress: (progress) => runner.onProgress?.(entry, progress),
    });
    await begun;
    return endOf(outcome.status, outcome.reason, outcome.error, cancelling.signal.aborted && !signal.aborted);
  } catch (error) {
    await begun?.catch(() => undefined);
    const aborted = error instanceof MemrigError && error.kind === "aborted";
    return endOf(aborted ? "aborted" : "failed", messageOf(error), error, cancelling.signal.aborted && !signal.aborted);
  } finally {
    clearInterval(watcher);
  }
}

/** Asks at all places at once; the first answer counts, and the others are asked no longer. */
async function askEither(question: string, until: AbortSignal, places: readonly ProberOptions["ask"][]): Promise<void> {
  const answered = new AbortController();
  const either = AbortSignal.any([until, answered.signal]);
  try {
    await Promise.any(places.flatMap((ask) => (ask ? [ask(question, either)] : [])));
  } finally {
    answered.abort();
  }
}

function endOf(
  status: "done" | "failed" | "aborted",
  reason: string | undefined,
  error: unknown,
  cancelled: boolean,
): { end: QueueEnd; error?: unknown } {
  const state = status === "aborted" && cancelled ? "cancelled" : status;
  return { end: { state, ...(reason === undefined ? {} : { reason }) }, error };
}
