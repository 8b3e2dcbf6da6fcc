import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { MemrigError } from "../../errors.js";
import { codeOf, readJsonIfThere, replaceFile, storageFailed } from "../../store/files.js";
import { isAlive, thisProcess, type WriterProcess } from "../../store/process-mark.js";
import { type Question, Questions } from "./questions.js";

/** A run that is to be done: as `memrig run` takes it. */
export interface QueueRequest {
  readonly protocol: string;
  /** Bench file, absolute. */
  readonly bench: string;
  /** Parameters as written. */
  readonly settings: Readonly<Record<string, string>>;
  readonly dut?: string;
  /** Which device of a bench with many. */
  readonly site?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly addedAt: string;
  readonly addedBy: string;
}

/** `queued` waits, `running` is at it; all others have ended. `interrupted`: the program that ran it is gone. */
export type QueueState = "queued" | "running" | "done" | "failed" | "aborted" | "cancelled" | "interrupted";

export interface QueueEntry extends QueueRequest {
  readonly id: string;
  readonly state: QueueState;
  /** Of those that wait, from 1. */
  readonly position?: number;
  /** The run it became. */
  readonly run?: string;
  readonly folder?: string;
  readonly reason?: string;
  readonly endedAt?: string;
  /** What its program asks a person, while it waits for that. */
  readonly question?: Question;
}

interface Kept extends QueueRequest {
  readonly runner?: WriterProcess;
  readonly run?: string;
  readonly folder?: string;
  readonly state?: QueueState;
  readonly reason?: string;
  readonly endedAt?: string;
}

/** How a run out of the queue ended. */
export interface QueueEnd {
  readonly state: "done" | "failed" | "aborted" | "cancelled";
  readonly reason?: string;
}

/** Distance of neighbouring ranks: room for what is moved in between. */
const spacing = 1_000_000;
const queuedName = /^(\d{15})_([0-9a-z]{6})\.json$/;
/** Between taking an entry and writing down who has taken it. */
const taking_ms = 5000;

interface Place {
  readonly rank: number;
  readonly id: string;
}

/**
 * The runs that are to be done, on the disk: one small file for each, whose name says its rank, or that it is running or has
 * ended. Taking, moving and cancelling are one rename each, which one program alone can win: there is no lock that a killed
 * program could leave behind, and no moment in which an entry is lost or there twice.
 */
export class Queue {
  /** Absolute; the runs out of this queue go there. */
  readonly store: string;
  /** What the programs of its runs ask. */
  readonly questions: Questions;
  private readonly folder: string;

  constructor(store: string) {
    this.store = path.resolve(store);
    this.folder = path.join(this.store, "queue");
    this.questions = new Questions(this.folder);
  }

  /** Puts a run at the end. */
  async add(request: QueueRequest): Promise<QueueEntry> {
    await mkdir(this.folder, { recursive: true });
    const waiting = await this.waiting();
    const id = Array.from(randomBytes(6), (byte) => "0123456789abcdefghjkmnpqrstvwxyz"[byte & 31]).join("");
    await this.write(this.queuedFile({ rank: (waiting.at(-1)?.rank ?? 0) + spacing, id }), request);
    return { ...request, id, state: "queued", position: waiting.length + 1 };
  }

  /**
   * Those that have ended in the order in which they did, the running ones, those that wait in their order. One that is taken or ends in
   * this moment is listed as the one or the other: looked for first where it comes from, then where it goes.
   */
  async list(): Promise<QueueEntry[]> {
    const places = await this.waiting();
    const names = await this.names();
    const ids = (prefix: string): string[] =>
      names.flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length, -".json".length)] : []));
    const waiting = await Promise.all(places.map(async (place) => [place.id, await this.read(this.queuedFile(place))] as const)); // prettier-ignore
    const running = await Promise.all(ids("running_").map((id) => this.begun(id)));
    const gone = waiting.flatMap(([id, kept]) => (kept ? [] : [id])); // taken or cancelled meanwhile
    const others = await Promise.all([...new Set([...ids("ended_"), ...gone])].map((id) => this.begun(id)));
    const begun = new Map([...others, ...running].flatMap((entry) => (entry ? [[entry.id, entry] as const] : [])));
    const there = waiting.filter(([id]) => !begun.has(id)).flatMap(([id, kept]) => (kept ? [entryOf(id, kept, "queued")] : [])); // prettier-ignore
    const of = [...begun.values()];
    return [
      ...of.filter((entry) => entry.endedAt !== undefined).toSorted((a, b) => ((a.endedAt ?? "") < (b.endedAt ?? "") ? -1 : 1)), // prettier-ignore
      ...of.filter((entry) => entry.endedAt === undefined),
      ...there.map((entry, k) => ({ ...entry, position: k + 1 })),
    ];
  }

  /** One that was taken: running, ended since, or without its program. */
  private async begun(id: string): Promise<QueueEntry | undefined> {
    const running = await this.read(this.file("running", id));
    if (running) {
      if (!(await this.lives(id, running))) return entryOf(id, running, "interrupted"); // nobody waits for an answer
      const question = await this.questions.open(id);
      return { ...entryOf(id, running, "running"), ...(question ? { question } : {}) };
    }
    const ended = await this.read(this.file("ended", id));
    // Only a cancelled one comes here before its end is written into it.
    return ended && entryOf(id, ended, ended.state ?? "cancelled");
  }

  /**
   * Takes the first that waits, or the one asked for; it is this program's then, and nobody else's.
   *
   * @returns undefined: none waits, or that one does not
   */
  async take(asked?: string): Promise<QueueEntry | undefined> {
    for (const place of await this.waiting()) {
      if (asked !== undefined && place.id !== asked) continue;
      const file = this.file("running", place.id);
      if (!(await renamed(this.queuedFile(place), file))) continue; // somebody else was quicker
      const kept = await this.read(file);
      if (!kept) continue;
      await this.write(file, { ...kept, runner: await thisProcess() });
      return entryOf(place.id, kept, "running");
    }
    return undefined;
  }

  /** Writes down which run an entry has become. */
  async began(id: string, run: string, folder: string): Promise<void> {
    const file = this.file("running", id);
    const kept = await this.read(file);
    if (kept) await this.write(file, { ...kept, run, folder });
  }

  /** The end of one that this program has taken. */
  async finish(id: string, end: QueueEnd): Promise<void> {
    const file = this.file("running", id);
    const kept = await this.read(file);
    if (!kept) return;
    await this.write(file, { ...kept, ...end, endedAt: new Date().toISOString() });
    await renamed(file, this.file("ended", id));
    await rm(this.wishFile(id), { force: true });
  }

  /**
   * Moves one that waits.
   *
   * @param position from 1; beyond the end is the end
   * @throws MemrigError `invalid-request`: it does not wait, or there is no such position; nothing was moved
   */
  async move(id: string, position: number): Promise<void> {
    if (!(Number.isSafeInteger(position) && position >= 1))
      throw new MemrigError("invalid-request", `Positions are counted from 1; ${position} was asked for. Nothing was moved.`); // prettier-ignore
    const waiting = await this.waiting();
    const own = waiting.find((place) => place.id === id);
    if (!own) throw await this.notWaiting(id, "moved");
    const others = waiting.filter((place) => place !== own);
    const at = Math.min(position - 1, others.length);
    const before = others[at - 1]?.rank ?? 0;
    const after = others[at]?.rank ?? before + 2 * spacing;
    const rank = Math.floor((before + after) / 2);
    if (rank <= before) {
      await this.spread(waiting);
      return this.move(id, position);
    }
    if (!(await renamed(this.queuedFile(own), this.queuedFile({ rank, id })))) throw await this.notWaiting(id, "moved");
  }

  /**
   * One that waits is not done; one that runs is stopped by its program, safely.
   *
   * @returns what it was
   * @throws MemrigError `invalid-request`: it has ended, or there is none
   */
  async cancel(id: string): Promise<"queued" | "running"> {
    for (const place of await this.waiting()) {
      if (place.id !== id) continue;
      const file = this.queuedFile(place);
      const kept = await this.read(file);
      const ended = this.file("ended", id);
      if (!kept || !(await renamed(file, ended))) break; // taken in this moment
      await this.write(ended, { ...kept, state: "cancelled", endedAt: new Date().toISOString() });
      return "queued";
    }
    const running = await this.read(this.file("running", id));
    if (!running) throw await this.notWaiting(id, "cancelled");
    if (await this.lives(id, running)) {
      await replaceFile(this.wishFile(id), `${JSON.stringify({ at: new Date().toISOString() })}\n`);
      return "running";
    }
    throw new MemrigError(
      "invalid-request",
      `${id} is not running any more: its program is gone. Make the outputs safe with memrig safe; memrig queue clear takes it off the list.`,
      { id },
    );
  }

  /** The program that does what waits; two of them at once would ask for the same instruments. */
  async beginRunner(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await this.write(this.runnerFile, await thisProcess());
  }

  async endRunner(): Promise<void> {
    await rm(this.runnerFile, { force: true });
  }

  /** Whether a program is at the queue: in a run of it, or between two. */
  async hasRunner(): Promise<boolean> {
    const runner = (await readJsonIfThere(this.runnerFile)) as WriterProcess | undefined;
    return runner !== undefined && isAlive(runner);
  }

  /** What waits is to wait: the run in hand is ended, and no other one begun, until `release`. */
  async hold(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await this.write(this.holdFile, { at: new Date().toISOString() });
  }

  async release(): Promise<void> {
    await rm(this.holdFile, { force: true });
  }

  async isHeld(): Promise<boolean> {
    return (await readJsonIfThere(this.holdFile)) !== undefined;
  }

  /** Whether somebody wants a running one to stop. */
  async cancelWished(id: string): Promise<boolean> {
    return (await readJsonIfThere(this.wishFile(id))) !== undefined;
  }

  /** Cancels all that wait and takes all that have ended off the list; their runs stay. @returns how many were taken off */
  async clear(): Promise<number> {
    let removed = await this.clearEnded();
    for (const { id, state } of await this.list()) {
      if (state !== "queued" || !(await this.cancelIfWaiting(id))) continue;
      await rm(this.file("ended", id), { force: true });
      removed += 1;
    }
    return removed;
  }

  /** Takes those that have ended off the list; their runs stay. @returns how many */
  async clearEnded(): Promise<number> {
    let removed = 0;
    for (const { id, state } of await this.list()) {
      if (state === "running" || state === "queued") continue;
      await rm(this.file(state === "interrupted" ? "running" : "ended", id), { force: true });
      await this.questions.forget(id);
      removed += 1;
    }
    return removed;
  }

  private async cancelIfWaiting(id: string): Promise<boolean> {
    const place = (await this.waiting()).find((each) => each.id === id);
    return place !== undefined && (await renamed(this.queuedFile(place), this.file("ended", id)));
  }

  /** Ranks with room between them, from the last to the first: the order is the same at every moment. */
  private async spread(waiting: readonly Place[]): Promise<void> {
    const highest = waiting.at(-1)?.rank ?? 0;
    for (const [k, place] of [...waiting.entries()].reverse()) {
      await renamed(this.queuedFile(place), this.queuedFile({ rank: highest + (k + 1) * spacing, id: place.id }));
    }
  }

  private async waiting(): Promise<Place[]> {
    const places = (await this.names()).flatMap((name) => {
      const [, rank, id] = queuedName.exec(name) ?? [];
      return rank === undefined || id === undefined ? [] : [{ rank: Number(rank), id }];
    });
    return places.sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
  }

  private async names(): Promise<string[]> {
    try {
      return await readdir(this.folder);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return [];
      throw storageFailed(`The queue in ${this.folder} could not be read`, error, "Nothing was changed.");
    }
  }

  /** Its program is there, or has taken it a moment ago. */
  private async lives(id: string, { runner }: Kept): Promise<boolean> {
    if (runner) return isAlive(runner);
    try {
      const { ctimeMs } = await stat(this.file("running", id));
      return Date.now() - ctimeMs < taking_ms;
    } catch (error) {
      if (codeOf(error) === "ENOENT") return false;
      throw error;
    }
  }

  private async notWaiting(id: string, what: string): Promise<MemrigError> {
    const entry = (await this.list()).find((each) => each.id === id);
    const why = entry ? `it is ${entry.state}` : "there is no such entry";
    return new MemrigError(
      "invalid-request",
      `${id} can not be ${what}: ${why}. memrig queue list shows all. Nothing was changed.`,
      { id, ...(entry ? { state: entry.state } : {}) },
    );
  }

  private async read(file: string): Promise<Kept | undefined> {
    return (await readJsonIfThere(file)) as Kept | undefined;
  }

  private async write(file: string, kept: object): Promise<void> {
    await replaceFile(file, `${JSON.stringify(kept)}\n`);
  }

  private get runnerFile(): string {
    return path.join(this.folder, "runner.json");
  }

  private get holdFile(): string {
    return path.join(this.folder, "hold.json");
  }

  private queuedFile({ rank, id }: Place): string {
    return path.join(this.folder, `${String(rank).padStart(15, "0")}_${id}.json`);
  }

  private file(state: "running" | "ended", id: string): string {
    return path.join(this.folder, `${state}_${id}.json`);
  }

  private wishFile(id: string): string {
    return path.join(this.folder, `cancel_${id}.wish`);
  }
}

function entryOf(id: string, kept: Kept, state: QueueState): QueueEntry {
  const { protocol, bench, settings, dut, site, tags, addedAt, addedBy, run, folder, reason, endedAt } = kept;
  return {
    ...{ id, state, protocol, bench, settings, tags, addedAt, addedBy },
    ...(dut === undefined ? {} : { dut }),
    ...(site === undefined ? {} : { site }),
    ...(run === undefined ? {} : { run }),
    ...(folder === undefined ? {} : { folder }),
    ...(reason === undefined ? {} : { reason }),
    ...(endedAt === undefined ? {} : { endedAt }),
  };
}

/** @returns false: it was not there any more */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw storageFailed(`${from} could not be renamed`, error, "The queue is as it was.");
  }
}
