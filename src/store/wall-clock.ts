/** A change of the system's clock that was not the passing of time. */
export interface ClockStep {
  /** Negative: it was set back. */
  readonly step_s: number;
  /** The first time that was given after it. */
  readonly at: string;
}

/** Slower corrections are the network's, and are followed. */
const noticed_ms = 500;
/** So many steps are remembered for who asks late. */
const kept = 100;

/** Where the two clocks come from; a test has its own. */
export interface ClockSources {
  readonly wall_ms: () => number;
  /** Never set by anybody. */
  readonly steady_ms: () => number;
}

const system: ClockSources = { wall_ms: () => Date.now(), steady_ms: () => performance.now() };

/**
 * The time of day for records that must stay in order. Where the system's clock is set back, the times given here go on as if it
 * had not been; where it is set forward (or the machine has slept), they go along. Both are remembered.
 */
export class WallClock {
  #wall_ms: number;
  #steady_ms: number;
  /** What the times given here are ahead of the system's. */
  #ahead_ms = 0;
  #last_ms = Number.NEGATIVE_INFINITY;
  #steps: readonly ClockStep[] = [];
  #count = 0;

  constructor(private readonly sources: ClockSources = system) {
    this.#wall_ms = sources.wall_ms();
    this.#steady_ms = sources.steady_ms();
  }

  /** Steps so far: what `stepsAfter` takes. */
  get count(): number {
    return this.#count;
  }

  /** Milliseconds since 1970; never less than before. */
  now_ms(): number {
    const [wall, steady] = [this.sources.wall_ms(), this.sources.steady_ms()];
    const step_ms = wall - this.#wall_ms - (steady - this.#steady_ms);
    [this.#wall_ms, this.#steady_ms] = [wall, steady];
    if (step_ms < -noticed_ms) this.#ahead_ms -= step_ms;
    this.#last_ms = Math.max(this.#last_ms, Math.round(wall + this.#ahead_ms));
    if (Math.abs(step_ms) > noticed_ms) {
      const step = { step_s: step_ms / 1000, at: new Date(this.#last_ms).toISOString() };
      this.#steps = [...this.#steps, step].slice(-kept);
      this.#count += 1;
    }
    return this.#last_ms;
  }

  /** As it stands in records: `2026-01-31T14:30:00.000Z`. */
  timestamp(): string {
    return new Date(this.now_ms()).toISOString();
  }

  /** Steps since there were so many. */
  stepsAfter(count: number): readonly ClockStep[] {
    const fresh = this.#count - count;
    return fresh > 0 ? this.#steps.slice(-fresh) : [];
  }
}

/** Of this process. */
export const wallClock = new WallClock();
