import { setTimeout as wait } from "node:timers/promises";
import { MemrigError } from "../../src/errors.js";
import type { Queue, QueueEntry } from "../../src/engine/queue/queue.js";
import type { Desk, RunnerProcess } from "./desk.js";
import type { Order, QueueReply } from "./desk-wire.js";
import { queueLine } from "./queue-watch.js";

/** Instruments are opened and asked who they are before there is a run. */
const begin_s = 20;

type Running = readonly { readonly run: string }[];

/** Begins runs and stops the beginning of runs, for all pages of one dashboard. One thing is begun at a time. */
export class QueueCommands {
  private turn: Promise<unknown> = Promise.resolve();
  /** What was handed to a program that has not taken it yet. */
  private starting: string | undefined;

  constructor(private readonly queue: Queue) {}

  /**
   * Runs an order at once, before all that waits, and nothing after it.
   *
   * @param running asks for the runs of this bench that are running
   * @throws MemrigError `busy`: something runs; `invalid-request`, `limit-refused`: the order. Nothing was put in the queue
   * @throws MemrigError `no-answer`: it ended before it had begun; its own reason
   */
  start(desk: Desk, order: Order, running: () => Promise<Running>): Promise<QueueReply> {
    return this.inTurn(async () => {
      const [busy] = await running();
      if (busy !== undefined || (await this.queue.hasRunner())) {
        throw new MemrigError(
          "busy",
          `${busy === undefined ? "The queue is being run" : `${busy.run} is running`}: this one was not started, and nothing was sent. Put it in the queue, or wait for the end.`,
          busy === undefined ? {} : { run: busy.run },
        );
      }
      const { id } = await desk.add(order);
      await this.queue.hold();
      const begun = await this.begin(desk, id, true);
      const message = begun.question
        ? `${order.protocol} asks, at the top of this page: ${begun.question.text}.`
        : `${begun.run ?? order.protocol} has begun.`;
      return { message, entry: queueLine(begun) };
    });
  }

  /**
   * Lets the queue go on: by the program that is at it, or by a new one.
   *
   * @throws MemrigError `busy`: a run that is not out of the queue has the bench; `invalid-request`: nothing waits
   */
  goOn(desk: Desk, running: () => Promise<Running>): Promise<QueueReply> {
    return this.inTurn(async () => {
      if (await this.queue.hasRunner()) {
        await this.queue.release();
        return { message: "The queue goes on with the next one after the run in hand." };
      }
      const [busy] = await running();
      if (busy !== undefined) {
        throw new MemrigError(
          "busy",
          `${busy.run} is running, and not out of the queue: what waits was not begun. Run the queue when it has ended.`,
          { run: busy.run },
        );
      }
      const first = (await this.queue.list()).find(({ state }) => state === "queued");
      if (first === undefined) throw new MemrigError("invalid-request", "Nothing waits in the queue.");
      await this.queue.release();
      const begun = await this.begin(desk, first.id, false);
      return { message: `The queue runs: ${begun.run ?? begun.protocol} is the first.`, entry: queueLine(begun) };
    });
  }

  /** For the button that stops all: nothing of the queue begins any more, not what is being begun in this moment either. */
  async holdAll(): Promise<void> {
    const open = (await this.queue.list()).filter(({ state }) => state === "queued" || state === "running");
    if (open.length === 0) return;
    await this.queue.hold();
    for (const { id, state, run } of open) {
      const begins = state === "running" && run === undefined; // no run yet that could be told to stop: its program is
      if (begins || (state === "queued" && id === this.starting)) await this.queue.cancel(id).catch(endedMeanwhile);
    }
  }

  /** Stops what is begun and no run yet: its instruments are being opened, or a person is asked. @returns how many that are */
  async cancelBeginning(): Promise<number> {
    const begins = (await this.queue.list()).filter(({ state, run }) => state === "running" && run === undefined);
    for (const { id } of begins) await this.queue.cancel(id).catch(endedMeanwhile);
    return begins.length;
  }

  /** @param takeBack off the queue again where nobody takes it */
  private async begin(desk: Desk, id: string, takeBack: boolean): Promise<QueueEntry> {
    this.starting = id;
    try {
      return await this.beginning(id, desk.startRunner(id), takeBack);
    } finally {
      this.starting = undefined;
    }
  }

  /** Waits until an entry is a run, or its instruments take their time. */
  private async beginning(id: string, runner: RunnerProcess, takeBack: boolean): Promise<QueueEntry> {
    const until_ms = performance.now() + 1000 * begin_s;
    for (;;) {
      const entry = (await this.queue.list()).find((each) => each.id === id);
      if (entry?.run !== undefined || entry?.question !== undefined) return entry;
      if (entry === undefined || (entry.state !== "queued" && entry.state !== "running")) {
        throw new MemrigError("no-answer", entry?.reason ?? "It was taken off the queue before it began.", { id });
      }
      const late = performance.now() > until_ms;
      if (late && entry.state === "running") return entry; // the queue shows what becomes of it
      const trouble = runner.trouble();
      if (late || trouble !== "") {
        if (takeBack) await this.queue.cancel(id).catch(endedMeanwhile);
        throw new MemrigError(
          "no-answer",
          `The run was not begun: ${trouble || `the program that does it did not take it within ${begin_s} s.`}`,
          { id },
        );
      }
      await wait(50);
    }
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined); // told to who asked for it
    return mine;
  }
}

function endedMeanwhile(error: unknown): void {
  if (!(error instanceof MemrigError && error.kind === "invalid-request")) throw error;
}
