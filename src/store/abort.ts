import path from "node:path";
import { MemrigError } from "../errors.js";
import { readJsonIfThere, replaceFile, runFiles } from "./files.js";
import { readRunInfo, statusOf } from "./run-info.js";

/** Who asked a run to stop, and when (UTC). */
export interface AbortRequest {
  readonly by: string;
  readonly at: string;
}

/**
 * Asks the process that runs a run to stop it safely, whichever process that is: it looks for `abort.json` in the run
 * folder all the time. Resolves when the wish is on the disk, not when the run has stopped.
 *
 * @param by who asks, for the record: `dashboard`, `memrig abort by lab`
 * @throws MemrigError `invalid-request`: the run is not running; nothing was written
 */
export async function requestAbort(folder: string, by: string): Promise<void> {
  const info = await readRunInfo(folder);
  const status = await statusOf(info);
  if (status !== "running") {
    const advice =
      status === "interrupted"
        ? `Its process (${info.pid} on ${info.host}) is gone; make the outputs safe with memrig safe.`
        : "There is nothing to stop.";
    throw new MemrigError("invalid-request", `Run ${info.run} is not running, it is ${status}. ${advice}`, { status });
  }
  if ((await abortRequested(folder)) !== undefined) return; // the first wish stands
  const request: AbortRequest = { by, at: new Date().toISOString() };
  await replaceFile(path.join(folder, runFiles.abort), `${JSON.stringify(request)}\n`);
}

/** Whether someone has asked the run in this folder to stop. */
export async function abortRequested(folder: string): Promise<AbortRequest | undefined> {
  const request = await readJsonIfThere(path.join(folder, runFiles.abort));
  if (request === undefined) return undefined;
  const { by, at } = (request ?? {}) as Partial<AbortRequest>;
  // The file being there is the wish; what it says is only for the record.
  return { by: typeof by === "string" ? by : "unknown", at: typeof at === "string" ? at : "" };
}
