import { createHash, randomUUID } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import { chmod, link, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { MemrigError } from "../errors.js";
import { codeOf } from "../store/files.js";
import { isAlive, thisProcess } from "../store/process-mark.js";
import { formatResource, parseResource } from "../visa/index.js";

/** A stale lock is there for longer than one turn of another program, and than a turn that was left behind. */
const attempt_ms = 10;
const mostAttempts = 600;

/** Who holds an instrument. */
export interface Holder {
  readonly resource: string;
  readonly pid: number;
  readonly host: string;
  /** Tells the process from a later one with the same number. */
  readonly processMark?: string;
  readonly command: string;
  readonly since: string;
  /** The run it is busy with: an abort can be asked for there. */
  readonly runFolder?: string;
}

/** One instrument held by this process. */
export interface Lock {
  readonly resource: string;
  /** The holder that was found gone, where there was one. */
  readonly tookOverFrom?: Holder;
  /** Tells others which run to abort. */
  setRunFolder(folder: string): void;
  /** Others may have the instrument now. Any number of times. */
  release(): Promise<void>;
}

/** The same on all programs of this machine. */
export function lockFolder(): string {
  return path.join(tmpdir(), "memrig-locks");
}

function lockFile(resource: string): string {
  const canonical = formatResource(parseResource(resource)).toLowerCase();
  const readable = canonical.replace(/[^a-z0-9.]+/g, "-").slice(0, 60);
  return path.join(
    lockFolder(),
    `${readable}-${createHash("sha256").update(canonical).digest("hex").slice(0, 8)}.json`,
  );
}

/**
 * Takes an instrument for this process alone. A lock whose process has gone is taken over.
 *
 * @throws MemrigError `busy`: another process that lives holds it; nothing was sent
 */
export async function takeLock(resource: string, command: string): Promise<Lock> {
  const file = lockFile(resource);
  await makeFolder();
  let mine: Holder = { resource, command, since: new Date().toISOString(), ...(await thisProcess()) };
  let gone: Holder | undefined;
  for (let attempt = 0; !(await createWhole(file, mine)); attempt += 1) {
    const holder = await readHolder(file);
    if (holder === undefined) continue; // given free in this moment
    if ((await isAlive(holder)) || attempt > mostAttempts) throw busy(resource, holder);
    if (await removeIfStill(file, holder)) gone = holder;
    else await pause(attempt_ms);
  }
  let held = true;
  return {
    resource,
    ...(gone ? { tookOverFrom: gone } : {}),
    setRunFolder(folder) {
      if (!held) return;
      mine = { ...mine, runFolder: folder };
      const draft = `${file}.${randomUUID()}`;
      writeFileSync(draft, JSON.stringify(mine));
      renameSync(draft, file);
    },
    async release() {
      if (!held) return;
      held = false;
      await rm(file, { force: true });
    },
  };
}

/** Who holds an instrument now; undefined where nobody does who lives. */
export async function holderOf(resource: string): Promise<Holder | undefined> {
  const holder = await readHolder(lockFile(resource));
  return holder && (await isAlive(holder)) ? holder : undefined;
}

/** Several users of one machine share the folder, and nobody may remove another's lock but by the rule above. */
async function makeFolder(): Promise<void> {
  const made = await mkdir(lockFolder(), { recursive: true });
  if (made !== undefined && process.platform !== "win32") await chmod(lockFolder(), 0o777);
}

/** The file appears with all of its content or not at all; false when it is there already. */
async function createWhole(file: string, holder: Holder): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(holder), { flag: "wx" });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function readHolder(file: string): Promise<Holder | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as Holder;
  } catch (error) {
    throw new MemrigError(
      "busy",
      `The lock ${file} can not be read, so it is not known who holds the instrument. If no memrig program runs, delete that file.`,
      { file },
      error,
    );
  }
}

/** One program's turn to remove a stale lock takes a moment; a turn this old was left by one that was killed in it. */
const turn_ms = 5000;

/**
 * Removes a stale lock, if it is still that one. Programs take turns: without, one that has read the stale lock could
 * remove the lock that a quicker one took in its place.
 *
 * @returns false where it was another's turn, or the lock is another one by now
 */
async function removeIfStill(file: string, stale: Holder): Promise<boolean> {
  const turn = `${file}.turn`;
  try {
    await writeFile(turn, String(process.pid), { flag: "wx" });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    await removeIfOld(turn);
    return false;
  }
  try {
    const now = await readHolder(file);
    if (now?.pid !== stale.pid || now.since !== stale.since) return false;
    await rm(file, { force: true });
    return true;
  } finally {
    await rm(turn, { force: true });
  }
}

async function removeIfOld(turn: string): Promise<void> {
  try {
    const { mtimeMs } = await stat(turn);
    if (Date.now() - mtimeMs > turn_ms) await rm(turn, { force: true });
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error; // its owner was quicker
  }
}

function busy(resource: string, holder: Holder): MemrigError {
  const where = holder.host === hostname() ? "" : ` on ${holder.host}`;
  const run = holder.runFolder === undefined ? "" : `, run ${path.basename(holder.runFolder)}`;
  return new MemrigError(
    "busy",
    `${resource} is in use by process ${holder.pid}${where} (${holder.command}${run}) since ${holder.since}. Nothing was sent. ` +
      "Wait for it to end, stop it with memrig abort, or put the outputs off with memrig safe.",
    { ...holder },
  );
}
