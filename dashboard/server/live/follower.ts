import { openRun } from "../../../src/store/index.js";
import { messageOf } from "../../../src/errors.js";
import type { QueueWatch } from "../queue-watch.js";
import type { RunIndex } from "../run-list.js";
import type { Hello, LiveState } from "../wire.js";
import { FollowedRun } from "./followed-run.js";
import { Hub, beat_ms } from "./hub.js";

/** How often the disk is looked at. Rows come to it a few times a second. */
const look_ms = 100;
/** How often the store is looked at for other runs. */
const list_ms = 250;

const noRun: LiveState = { run: null, activity: "running", elapsed_s: 0, rate_per_s: 0, left_s: null };

/** Follows the run a person wants to see, and tells all pages. Rests while nobody listens. */
export class Follower {
  readonly hub: Hub;
  private run: FollowedRun | undefined;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private listedAt_ms = -Infinity;
  private beatAt_ms = 0;
  private trouble = "";
  private closed = false;

  constructor(
    private readonly store: string,
    private readonly index: RunIndex,
    hello: Hello,
    private readonly queue?: QueueWatch,
  ) {
    this.hub = new Hub(hello);
  }

  start(): void {
    this.timer = setTimeout(() => {
      this.looking = this.look().finally(() => {
        if (!this.closed) this.start();
      });
    }, look_ms);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.looking;
    this.hub.close();
  }

  private async look(): Promise<void> {
    if (this.hub.listeners === 0) return;
    const now_ms = performance.now();
    try {
      if (now_ms - this.listedAt_ms > list_ms) {
        this.listedAt_ms = now_ms;
        if (await this.index.refresh()) this.hub.runsChanged();
        await this.choose();
        if (this.queue) this.hub.queue(await this.queue.look(this.index.running, this.run?.state(new Date())));
      }
      await this.follow(now_ms / 1000);
      this.trouble = "";
    } catch (error) {
      this.tell(messageOf(error));
    }
    this.hub.offer(this.run?.state(new Date()) ?? noRun, this.run);
    if (now_ms - this.beatAt_ms > beat_ms) {
      this.beatAt_ms = now_ms;
      this.hub.beat();
    }
  }

  /** A store that can not be read is said once, and tried again. */
  private tell(message: string): void {
    if (message === this.trouble) return;
    this.trouble = message;
    this.hub.log({ run: this.run?.run ?? "", at: new Date().toISOString(), event: "error", message });
  }

  private async choose(): Promise<void> {
    const wanted = this.index.inView;
    if (wanted === undefined) {
      this.run = undefined;
    } else if (wanted.run !== this.run?.run || (wanted.status === "running" && this.run.status !== "running")) {
      // Also one that had ended and is gone on with: its tables were cut back to what was complete.
      this.run = new FollowedRun(await openRun(this.store, wanted.run));
      this.hub.touch();
    }
  }

  private async follow(now_s: number): Promise<void> {
    const { run } = this;
    if (run === undefined) return;
    const { changed, events } = await run.poll(now_s); // also after its end: a guardian may still add events
    for (const event of events) this.hub.log({ ...event, run: run.run });
    if (changed) this.hub.touch();
  }
}
