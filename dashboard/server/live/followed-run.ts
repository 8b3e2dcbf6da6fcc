import { stat } from "node:fs/promises";
import { join } from "node:path";
import { MemrigError } from "../../../src/errors.js";
import type { RunEvent, RunInfo, RunStatus } from "../../../src/store/shapes.js";
import { openRunFolder, runFiles, type RunReader, type TailCursor } from "../../../src/store/index.js";
import { stateIn, type EngineState } from "../engine-state.js";
import { runLine } from "../run-list.js";
import type { Frame, LiveState } from "../wire.js";
import type { LivePanel } from "./live-panel.js";
import { panelsFor } from "./panels.js";
import { Progress } from "./progress.js";

/** A run in view for the first time does not fill the page with its past. */
const mostOldEvents = 50;

/** A long run opened in its middle is read in turns of this length, so that the page sees it coming. */
const turn_ms = 150;

interface Followed {
  readonly name: string;
  cursor: TailCursor | undefined;
  /** A batch of it could not be read: it was said, and the sound ones are still shown. */
  damaged: boolean;
}

/** A run as it grows on the disk, whoever writes it: rows go into its panels and are forgotten. */
export class FollowedRun {
  private readonly panels: readonly LivePanel[];
  private readonly tables: readonly Followed[];
  private readonly progress = new Progress();
  private eventBytes = 0;
  private eventCount = 0;
  /** When something was last heard of it: the end of a run that was interrupted. */
  private lastAt = "";
  private activity: EngineState = "running";
  #status: RunStatus = "running";
  #info: RunInfo;

  constructor(private readonly reader: RunReader) {
    this.#info = reader.info;
    this.panels = panelsFor(reader.info);
    this.tables = reader.info.tables.map(({ name }) => ({ name, cursor: undefined, damaged: false }));
  }

  get run(): string {
    return this.#info.run;
  }

  get status(): RunStatus {
    return this.#status;
  }

  get rows(): number {
    return this.tables.find(({ name }) => name === this.#info.mainTable)?.cursor?.rows ?? 0;
  }

  /**
   * Takes what was written since the last time, batch by batch.
   *
   * @param now_s of any steady clock
   * @returns whether anything changed, and the events that are new
   */
  async poll(now_s: number): Promise<{ changed: boolean; events: readonly RunEvent[] }> {
    // The status is read first: a run seen as ended is then read to its last row.
    const status = await this.reader.status();
    let changed = status !== this.#status;
    const damage: RunEvent[] = [];
    for (const table of this.tables) {
      try {
        changed = (await this.takeRows(table)) || changed;
      } catch (error) {
        if (!(error instanceof MemrigError && error.kind === "storage-failed") || table.damaged) throw error;
        table.damaged = true;
        damage.push({ at: new Date().toISOString(), event: "error", message: error.message });
        changed = (await this.takeRows(table)) || changed;
      }
    }
    if (status !== "running" && status !== this.#status) this.#info = (await openRunFolder(this.reader.folder)).info;
    this.#status = status;
    const events = await this.newEvents();
    const stated = events.some(({ event }) => event === "state");
    const before = this.activity;
    if (stated) this.activity = stateIn(events);
    if (this.activity !== before) changed = true;
    if (this.activity === "paused" || before === "paused") this.progress.rest(now_s, this.rows);
    else this.progress.note(now_s, this.rows);
    this.lastAt = events.at(-1)?.at ?? this.lastAt;
    return { changed, events: [...events, ...damage] };
  }

  private async takeRows(table: Followed): Promise<boolean> {
    const batches = this.reader.batches(table.name, table.cursor, { leaveOutDamaged: table.damaged });
    const until_ms = performance.now() + turn_ms;
    let changed = false;
    for await (const { columns, cursor } of batches) {
      table.cursor = cursor;
      for (const panel of this.panels) if (panel.table === table.name) panel.take(columns);
      changed = true;
      if (performance.now() > until_ms) break;
    }
    return changed;
  }

  private async newEvents(): Promise<readonly RunEvent[]> {
    // The whole file is read only when it has grown.
    const file = await stat(join(this.reader.folder, runFiles.events)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (file === undefined || file.size === this.eventBytes) return [];
    this.eventBytes = file.size;
    const events = await this.reader.events();
    const fresh = events.slice(Math.max(this.eventCount, this.eventCount === 0 ? events.length - mostOldEvents : 0));
    this.eventCount = events.length;
    return fresh;
  }

  state(now: Date): LiveState {
    const running = this.#status === "running";
    const end = running ? now : new Date(this.#info.endedAt ?? (this.lastAt || this.#info.startedAt));
    return {
      run: { ...runLine(this.#info, this.rows), status: this.#status, ...(running ? { state: this.activity } : {}) },
      activity: this.activity,
      ...(this.#info.reason === undefined ? {} : { reason: this.#info.reason }),
      elapsed_s: Math.max(0, (end.getTime() - Date.parse(this.#info.startedAt)) / 1000),
      rate_per_s: running ? this.progress.rate_per_s : 0,
      left_s: running ? this.progress.left_s(this.#info.expectedRows) : null,
    };
  }

  /** @param since finished curves the page holds, panel by panel; undefined: it holds none of this run */
  frame(since: readonly number[] | undefined): Frame {
    return {
      run: this.run,
      fresh: since === undefined,
      panels: this.panels.map((panel, i) => panel.show(since?.[i] ?? 0)),
    };
  }

  /** What a page holds after the frame of this moment. */
  marks(): readonly number[] {
    return this.panels.map((panel) => panel.finished);
  }
}
