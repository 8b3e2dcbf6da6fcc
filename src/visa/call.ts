/** How a call ended before its action did. */
export type CallEnd = "late" | "stopped";

/**
 * One call under way: what is being done, its time limit and the signal that stops it. `wait` is how every transport
 * waits, so that no promise can outlast the call.
 */
export class Call {
  readonly #timer: NodeJS.Timeout;
  readonly #deadline_ms: number;
  readonly #listeners = new Set<() => void>();
  #ended: CallEnd | undefined;

  constructor(
    readonly what: string,
    readonly timeout_ms: number,
    readonly signal: AbortSignal | undefined,
    /** How much longer is waited for a far end that keeps the time limit itself, milliseconds. */
    grace_ms = 0,
  ) {
    this.#deadline_ms = performance.now() + timeout_ms;
    this.#timer = setTimeout(() => this.#finish("late"), timeout_ms + grace_ms);
    signal?.addEventListener("abort", this.#stop, { once: true });
    if (signal?.aborted) this.#stop();
  }

  /** Undefined while the call may go on. */
  get ended(): CallEnd | undefined {
    return this.#ended;
  }

  /** What is left of the time limit, milliseconds, at least 0. */
  get left_ms(): number {
    return Math.max(0, this.#deadline_ms - performance.now());
  }

  /** Told once when the time is over or the signal aborts. @returns takes the listener back */
  onEnd(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Waits for a promise as long as the call lasts.
   *
   * @throws CallEnded the time was over or the call was stopped first; the promise is left to itself
   */
  wait<T>(promise: Promise<T>): Promise<T> {
    const { ended } = this;
    if (ended) {
      promise.catch(() => undefined); // nobody will hear how it went: the call is over
      return Promise.reject(new CallEnded(ended));
    }
    return new Promise((resolve, reject) => {
      const off = this.onEnd(() => reject(new CallEnded(this.#ended ?? "stopped")));
      promise.then(
        (value) => {
          off();
          resolve(value);
        },
        (error: unknown) => {
          off();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }

  /** Lets go of timer and signal. */
  end(): void {
    clearTimeout(this.#timer);
    this.signal?.removeEventListener("abort", this.#stop);
    this.#listeners.clear();
  }

  readonly #stop = () => this.#finish("stopped");

  #finish(how: CallEnd): void {
    if (this.#ended) return;
    this.#ended = how;
    for (const tell of [...this.#listeners]) tell();
  }
}

/** Thrown by `Call.wait`. A session turns it into a sentence. */
export class CallEnded extends Error {
  override readonly name = "CallEnded";

  constructor(readonly how: CallEnd) {
    super(how === "late" ? "the time limit was reached" : "the call was stopped");
  }
}
