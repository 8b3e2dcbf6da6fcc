import type { Queue, QueueEntry } from "../../src/engine/queue/queue.js";
import type { Desk } from "./desk.js";
import type { QueueLine, QueueView } from "./desk-wire.js";
import type { LiveState, RunLine } from "./wire.js";

/** Those that have ended are in the run list too. */
const mostEnded = 12;

/** The queue as a page shows it: what is on the disk, with how far the running ones are and how long those that wait will take. */
export class QueueWatch {
  private readonly durations = new Map<string, number | undefined>();

  constructor(
    private readonly queue: Queue,
    private readonly desk: Pick<Desk, "duration_s"> | undefined,
  ) {}

  /**
   * @param running runs of the store that are running
   * @param live the run in view, of which the time left is known
   */
  async look(running: readonly RunLine[], live: LiveState | undefined): Promise<QueueView> {
    const [entries, held, hasRunner] = await Promise.all([
      this.queue.list(),
      this.queue.isHeld(),
      this.queue.hasRunner(),
    ]);
    const of = (state: QueueEntry["state"]): QueueEntry[] => entries.filter((entry) => entry.state === state);
    const waiting = await Promise.all(of("queued").map((entry) => this.waitingLine(entry)));
    for (const id of this.durations.keys()) if (!waiting.some((line) => line.id === id)) this.durations.delete(id);
    return {
      running: of("running").map((entry) => ({ ...queueLine(entry), ...progressOf(entry, running, live) })),
      waiting,
      ended: entries
        .filter(({ state }) => state !== "queued" && state !== "running")
        .reverse()
        .slice(0, mostEnded)
        .map(queueLine),
      runner: !hasRunner ? "idle" : held ? "holds" : "goes-on",
    };
  }

  private async waitingLine(entry: QueueEntry): Promise<QueueLine> {
    if (!this.durations.has(entry.id)) this.durations.set(entry.id, await this.desk?.duration_s(entry));
    const duration_s = this.durations.get(entry.id);
    return { ...queueLine(entry), ...(duration_s === undefined ? {} : { duration_s }) };
  }
}

/** An entry without what is only of use on this computer. */
export function queueLine({ bench: _bench, folder: _folder, ...line }: QueueEntry): QueueLine {
  return line;
}

function progressOf(
  { run }: QueueEntry,
  running: readonly RunLine[],
  live: LiveState | undefined,
): Pick<QueueLine, "progress"> {
  const inView = live !== undefined && live.run?.run === run ? live : undefined;
  const line = inView?.run ?? running.find((each) => each.run === run);
  if (line === undefined || line === null) return {};
  const { status, rows, expectedRows } = line;
  // It has ended, and its program is still at what comes after a run.
  const state = status === "running" ? (line.state ?? status) : "stopping";
  return { progress: { state, rows, expectedRows, left_s: inView?.left_s ?? null } };
}
