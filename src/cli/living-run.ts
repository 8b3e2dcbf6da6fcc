import { MemrigError } from "../errors.js";
import { activityOf, listRuns, openRun, type RunActivity, type RunReader } from "../store/index.js";
import type { RunStatus } from "../store/shapes.js";

/**
 * The run that a person means: the one named, else the newest that is running.
 *
 * @throws MemrigError `invalid-request`: none is running in the store, or there is no such run
 */
export async function namedOrRunning(store: string, id: string | undefined): Promise<RunReader> {
  const runs = id === undefined ? await listRuns(store) : [];
  const run = id ?? runs.find(({ status }) => status === "running")?.run;
  if (run !== undefined) return openRun(store, run);
  const early = runs.find(({ status }) => status === "interrupted" || status === "aborted" || status === "failed");
  throw new MemrigError(
    "invalid-request",
    `No run is running in ${store}. Nothing was done.` +
      (early ? ` The newest that ended early is ${early.run} (${early.status}).` : ""),
    { store },
  );
}

/** What a run does now, for as long as its process lives; else how it ended. */
export async function standingOf(reader: RunReader): Promise<RunActivity | Exclude<RunStatus, "running">> {
  const status = await reader.status();
  return status === "running" ? activityOf(reader) : status;
}

/**
 * Waits until a run stands as wanted.
 *
 * @returns how it stands: as wanted, or as it was when the time was over
 */
export async function standingWithin(
  reader: RunReader,
  wanted: (standing: Awaited<ReturnType<typeof standingOf>>) => boolean,
  seconds: number,
): Promise<Awaited<ReturnType<typeof standingOf>>> {
  const deadline = performance.now() + 1000 * seconds;
  for (;;) {
    const standing = await standingOf(reader);
    if (wanted(standing) || performance.now() > deadline) return standing;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** @throws MemrigError `invalid-request`: no number of seconds */
export function secondsOf(text: string, option: string): number {
  const seconds = Number(text);
  if (text.trim() !== "" && seconds >= 0 && Number.isFinite(seconds)) return seconds;
  throw new MemrigError("invalid-request", `${option} "${text}": expected a number of seconds from 0 up.`, { text });
}
