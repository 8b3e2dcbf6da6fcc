import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { MemrigError, messageOf } from "../errors.js";

/** What lies in a run folder. */
export const runFiles = {
  info: "run.json",
  events: "events.jsonl",
  metrics: "metrics.json",
  abort: "abort.json",
  influx: "influx.json",
  reserve: "reserve.bin",
  wire: "wire.jsonl",
  reference: "reference.json",
  original: (extension: string) => `original${extension}`,
  /** Its first file, or a further one of a long table: `points.arrows`, `points_0002.arrows`. */
  table: (name: string, segment = 1) =>
    segment === 1 ? `${name}.arrows` : `${name}_${String(segment).padStart(4, "0")}.arrows`,
  parquet: (name: string) => `${name}.parquet`,
  journal: (name: string) => `${name}.journal.jsonl`,
} as const;

/** The error code of the operating system (`ENOENT`, `ENOSPC`), or undefined. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** What a person should do about a disk that refused. */
export function storageAdvice(error: unknown): string {
  switch (codeOf(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return "The disk is full: free some space, or set another store in the bench file.";
    case "EROFS":
    case "EACCES":
    case "EPERM":
      return "The folder can not be written: check its permissions, or set another store in the bench file.";
    case "EFBIG":
      return "The file has reached the largest size this system allows: set another store in the bench file.";
    default:
      return "Check the disk.";
  }
}

/** The lower error of a refused write, as a sentence for the person. */
export function storageFailed(what: string, error: unknown, state: string): MemrigError {
  return new MemrigError(
    "storage-failed",
    `${what}: ${messageOf(error)}. ${state} ${storageAdvice(error)}`,
    { code: codeOf(error) },
    error,
  );
}

/** The text of a file, or undefined when there is none. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw storageFailed(`${file} could not be read`, error, "Nothing was changed.");
  }
}

/** The JSON of a file, or undefined when there is none. @throws MemrigError `storage-failed`: it is not JSON */
export async function readJsonIfThere(file: string): Promise<unknown> {
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw storageFailed(`${file} is not valid JSON`, error, "It was damaged or edited after it was written.");
  }
}

/**
 * Replaces a small file in one step: a reader sees the old text or the new, never a part.
 *
 * @param durable also after a power cut; without it the file may then be empty, but nothing waits for the disk
 * @throws MemrigError `storage-failed`: the old file still stands
 */
export async function replaceFile(file: string, text: string, durable = true): Promise<void> {
  const draft = `${file}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
  try {
    const handle = await open(draft, "wx");
    try {
      await handle.writeFile(text);
      if (durable) await handle.sync();
    } finally {
      await handle.close();
    }
    await renameOver(draft, file);
    if (durable) await syncFolder(path.dirname(file));
  } catch (error) {
    await rm(draft, { force: true });
    throw storageFailed(`${file} could not be written`, error, "What stood there before still stands.");
  }
}

/** Windows refuses to rename over a file that someone reads at that moment: tried again for up to a second. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const mayPass = process.platform === "win32" && ["EPERM", "EACCES", "EBUSY"].includes(codeOf(error) ?? "");
      if (!mayPass || attempt >= 50) throw error;
      await pause(20);
    }
  }
}

/** Makes new names in a folder survive a power cut. Windows has no such call and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
