import { readdir } from "node:fs/promises";
import path from "node:path";
import { MemrigError } from "../errors.js";
import { codeOf, readJsonIfThere, runFiles, storageFailed } from "./files.js";
import { isAlive } from "./process-mark.js";
import type { RunInfo, RunStatus } from "./shapes.js";

/** The names of all folders that may hold a run, in no order; none when the store is not there yet. */
export async function runNames(storeDir: string): Promise<string[]> {
  try {
    const entries = await readdir(storeDir, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && entry.name.includes("_")).map(({ name }) => name);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw storageFailed(`The store ${path.resolve(storeDir)} could not be read`, error, "Nothing was changed.");
  }
}

/** `run.json` of a folder. @throws MemrigError `invalid-request`: there is none; `storage-failed`: it is damaged */
export async function readRunInfo(folder: string): Promise<RunInfo> {
  const file = path.join(folder, runFiles.info);
  const info = await readJsonIfThere(file);
  if (info === undefined) {
    throw new MemrigError("invalid-request", `${folder} is not a run: it has no ${runFiles.info}.`, { folder });
  }
  if (!isRunInfo(info)) {
    throw new MemrigError("storage-failed", `${file} does not describe a run. It was edited or damaged.`, { file });
  }
  return info;
}

/** Our own file, sealed by its writer: the parts that tell it apart are enough. */
function isRunInfo(value: unknown): value is RunInfo {
  if (typeof value !== "object" || value === null) return false;
  const info = value as Partial<Record<keyof RunInfo, unknown>>;
  const texts = [info.run, info.protocol, info.dut, info.startedAt, info.status, info.mainTable, info.host];
  return texts.every((text) => typeof text === "string") && Array.isArray(info.tables) && typeof info.pid === "number";
}

/** The status as it is now: a run whose process is gone was interrupted. */
export async function statusOf(info: RunInfo): Promise<RunStatus> {
  return info.status === "running" && !(await isAlive(info)) ? "interrupted" : info.status;
}
