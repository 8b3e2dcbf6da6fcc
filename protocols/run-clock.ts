import type { RunContext } from "../src/engine/protocol.js";

const SECONDS_PER_MS = 1e-3;

/**
 * Time of a run that mostly waits. On a real bench it is the wall clock's; where time is simulated, hours pass at once, and it is what was
 * waited for and measured. Whichever is ahead holds: a pause and a slow instrument count, and nothing counts twice.
 */
export class RunClock {
  private time_s = 0;
  private wall_ms = performance.now();

  constructor(private readonly context: Pick<RunContext, "wait">) {}

  /** Since it was made. */
  get now_s(): number {
    const wall_ms = performance.now();
    this.behind_s += (wall_ms - this.wall_ms) * SECONDS_PER_MS;
    this.wall_ms = wall_ms;
    if (this.behind_s > 0) {
      this.time_s += this.behind_s;
      this.behind_s = 0;
    }
    return this.time_s;
  }

  /** How far the wall clock is ahead of this one; below 0 where simulated time is ahead of the wall. */
  private behind_s = 0;

  /** So much passed on the instrument's own clock. */
  measured(duration_s: number): void {
    this.time_s += duration_s;
    this.behind_s -= duration_s;
  }

  /** @throws MemrigError `aborted` */
  async wait(duration_s: number): Promise<void> {
    await this.context.wait(duration_s);
    this.measured(duration_s);
  }

  /** Waits for a time of this clock; not at all where it is past. @throws MemrigError `aborted` */
  async until(time_s: number): Promise<void> {
    const left_s = time_s - this.now_s;
    if (left_s > 0) await this.wait(left_s);
  }
}
