import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { MemrigError } from "../../src/errors.js";
import { listRuns, openRunFolder, reopenedIn, type RunSummary } from "../../src/store/index.js";
import type { RunInfo } from "../../src/store/shapes.js";
import { stateIn } from "./engine-state.js";
import type { RunLine, RunList } from "./wire.js";

/** More new folders than this are read together. */
const fewRuns = 20;

/** The line of the run list for a run with that many rows. */
export function runLine(info: RunInfo | RunSummary, rows: number): RunLine {
  return {
    run: info.run,
    protocol: info.protocol,
    dut: info.dut,
    status: info.status,
    startedAt: info.startedAt,
    ...(info.endedAt === undefined ? {} : { endedAt: info.endedAt }),
    rows,
    expectedRows: info.expectedRows,
    tags: info.tags,
    ...(info.twinOf === undefined ? {} : { twinOf: info.twinOf }),
    ...("unreadable" in info && info.unreadable !== undefined ? { unreadable: info.unreadable } : {}),
  };
}

/**
 * The runs of a store, kept in memory: each folder is read once, and again only while its run is running. A store of many
 * thousand runs costs one directory listing a look.
 */
export class RunIndex {
  private readonly lines = new Map<string, RunLine>();
  /** Folders that are no runs, with the time of their last change: one that is being made becomes a run later. */
  private readonly foreign = new Map<string, number>();
  private sorted: readonly RunLine[] = [];
  /** How far the note of runs that were gone on with has been read; undefined: not at all, and all of it is old. */
  private reopened_B: number | undefined;

  constructor(private readonly store: string) {}

  /**
   * Looks at the store.
   *
   * @returns whether a run came, went or changed its status; a store folder that does not exist yet holds no runs
   */
  async refresh(): Promise<boolean> {
    const names = await this.folders();
    const gone = [...this.lines.keys()].filter((run) => !names.has(run));
    for (const run of gone) this.lines.delete(run);
    const before = new Map(this.lines);
    const fresh: string[] = [];
    for (const name of names) if (!this.lines.has(name) && !(await this.isForeign(name))) fresh.push(name);
    if (fresh.length > fewRuns) await this.readAll(fresh);
    else for (const name of fresh) await this.read(name);
    const again = await this.reopened();
    for (const [run, line] of before) if (line.status === "running" || again.has(run)) await this.read(run);
    const told = ({ status, state }: RunLine): string => `${status} ${state ?? ""}`;
    const changed =
      gone.length > 0 ||
      [...this.lines].some(([run, line]) => {
        const earlier = before.get(run);
        return earlier === undefined || told(earlier) !== told(line);
      });
    if (changed || this.running.length > 0) {
      this.sorted = [...this.lines.values()].sort((a, b) =>
        a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0,
      );
    }
    return changed;
  }

  /** Runs that had ended and were gone on with since the last look. */
  private async reopened(): Promise<ReadonlySet<string>> {
    const { names, to_B } = await reopenedIn(this.store, this.reopened_B ?? 0);
    const first = this.reopened_B === undefined;
    this.reopened_B = to_B;
    return new Set(first ? [] : names);
  }

  /** Runs that are running, newest first. */
  get running(): readonly RunLine[] {
    return this.sorted.filter(({ status }) => status === "running");
  }

  /** The run a person wants to see: the newest that is running, else the newest. */
  get inView(): RunLine | undefined {
    return this.running[0] ?? this.sorted[0];
  }

  /** @param filter words that must all be found in name, protocol, device, status or tags */
  list(filter: string, limit: number): RunList {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
    const runs = this.sorted.filter((line) => {
      const tags = Object.entries(line.tags).map(([key, value]) => `${key}=${value}`);
      const text = [
        line.run,
        line.protocol,
        line.dut,
        line.status,
        line.state ?? "",
        line.twinOf ? "twin" : "",
        ...tags,
      ]
        .join(" ")
        .toLowerCase();
      return words.every((word) => text.includes(word));
    });
    return { total: runs.length, runs: runs.slice(0, limit) };
  }

  private async folders(): Promise<Set<string>> {
    try {
      const entries = await readdir(this.store, { withFileTypes: true });
      return new Set(entries.filter((entry) => entry.isDirectory()).map(({ name }) => name));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return new Set();
      throw error;
    }
  }

  private async isForeign(name: string): Promise<boolean> {
    const changed_ms = this.foreign.get(name);
    return changed_ms !== undefined && changed_ms === (await this.changed_ms(name));
  }

  private async changed_ms(name: string): Promise<number> {
    return (await stat(join(this.store, name)).catch(() => undefined))?.mtimeMs ?? 0; // removed meanwhile: told at the next look
  }

  private async readAll(fresh: readonly string[]): Promise<void> {
    const times = await Promise.all(fresh.map((name) => this.changed_ms(name)));
    for (const summary of await listRuns(this.store)) this.lines.set(summary.run, runLine(summary, summary.rows));
    fresh.forEach((name, i) => {
      if (!this.lines.has(name)) this.foreign.set(name, times[i] ?? 0);
    });
  }

  private async read(name: string): Promise<void> {
    const changed_ms = await this.changed_ms(name);
    try {
      const reader = await openRunFolder(join(this.store, name));
      const status = await reader.status();
      // Opened again, so that a run that ended meanwhile brings its end with it.
      const { info } = status === reader.info.status ? reader : await openRunFolder(reader.folder);
      const state = status === "running" ? { state: stateIn(await reader.events()) } : {};
      this.lines.set(name, { ...runLine(info, await reader.rows(info.mainTable)), status, ...state });
    } catch (error) {
      if (!(error instanceof MemrigError)) throw error;
      if (error.kind === "invalid-request") this.foreign.set(name, changed_ms);
      else await this.readAll([name]); // damaged: the list says so
    }
  }
}
