import path from "node:path";
import { MemrigError } from "../errors.js";
import { readJsonIfThere, replaceFile, runFiles } from "./files.js";
import { readRunInfo, statusOf } from "./run-info.js";

/** Whether somebody wants a run to rest, who, and since when (UTC). */
export interface PauseWish {
  readonly paused: boolean;
  readonly by: string;
  readonly at: string;
}

/**
 * Asks the process that runs a run to pause between two units of work, or to go on. It looks for `pause.json` in the run folder all the
 * time. Resolves when the wish is on the disk, not when the run rests.
 *
 * @param by who asks, for the record
 * @throws MemrigError `invalid-request`: the run is not running; nothing was written
 */
export async function requestPause(folder: string, paused: boolean, by: string): Promise<void> {
  const info = await readRunInfo(folder);
  const status = await statusOf(info);
  if (status !== "running") {
    throw new MemrigError(
      "invalid-request",
      `Run ${info.run} is not running, it is ${status}. There is nothing to ${paused ? "pause" : "let go on"}.`,
      { status },
    );
  }
  const wish: PauseWish = { paused, by, at: new Date().toISOString() };
  await replaceFile(path.join(folder, runFiles.pause), `${JSON.stringify(wish)}\n`);
}

/** The last wish about this run; undefined where there was none. */
export async function pauseWish(folder: string): Promise<PauseWish | undefined> {
  const wish = await readJsonIfThere(path.join(folder, runFiles.pause));
  if (wish === undefined) return undefined;
  const { paused, by, at } = (wish ?? {}) as Partial<PauseWish>;
  // Anything but a clear "go on" is a wish to rest: that is the side to err on.
  const who = { by: typeof by === "string" ? by : "unknown", at: typeof at === "string" ? at : "" };
  return { paused: paused !== false, ...who };
}
