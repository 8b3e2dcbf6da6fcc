import { shorten } from "./wire-text.js";

/** How a call ended before its action did. */
export type CallEnd = "late" | "stopped";

/**
 * One call under way: what is being done, its time limit and the signal that stops it. `wait` is how every transport
 * waits, so that no promise can outlast the call.
 */
export class Call {
  readonly #doing: string | Uint8Array;
  readonly #timer: NodeJS.Timeout;
  readonly #deadline_ms: number;
  /** One at most nearly always: a set is made for more only. */
  #listener: (() => void) | undefined;
  #further: Set<() => void> | undefined;
  #stop: (() => void) | undefined;
  #ended: CallEnd | undefined;

  constructor(
    /** The message that is sent, or what is done in words. */
    doing: string | Uint8Array,
    readonly timeout_ms: number,
    readonly signal: AbortSignal | undefined,
    /** How much longer is waited for a far end that keeps the time limit itself, milliseconds. */
    grace_ms = 0,
  ) {
    this.#doing = doing;
    this.#deadline_ms = performance.now() + timeout_ms;
    this.#timer = setTimeout(late, timeout_ms + grace_ms, this);
    if (!signal) return;
    this.#stop = () => this.finish("stopped");
    signal.addEventListener("abort", this.#stop, { once: true });
    if (signal.aborted) this.#stop();
  }

  /** For sentences. */
  get what(): string {
    return shorten(this.#doing);
  }

  /** Undefined while the call may go on. */
  get ended(): CallEnd | undefined {
    return this.#ended;
  }

  /** What is left of the time limit, milliseconds, at least 0. */
  get left_ms(): number {
    return Math.max(0, this.#deadline_ms - performance.now());
  }

  /** Told once when the time is over or the signal aborts. */
  onEnd(listener: () => void): void {
    if (this.#listener) (this.#further ??= new Set()).add(listener);
    else this.#listener = listener;
  }

  /** Takes back a listener. */
  offEnd(listener: () => void): void {
    if (this.#listener === listener) this.#listener = undefined;
    else this.#further?.delete(listener);
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
      const tooLate = () => reject(new CallEnded(this.#ended ?? "stopped"));
      this.onEnd(tooLate);
      promise.then(
        (value) => {
          this.offEnd(tooLate);
          resolve(value);
        },
        (error: unknown) => {
          this.offEnd(tooLate);
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }

  /** Lets go of timer and signal. */
  end(): void {
    clearTimeout(this.#timer);
    if (this.#stop) this.signal?.removeEventListener("abort", this.#stop);
    this.#listener = this.#further = undefined;
  }

  /** Ends the call before its action does; all who wait for it are told. */
  finish(how: CallEnd): void {
    if (this.#ended) return;
    this.#ended = how;
    const further = [...(this.#further ?? [])];
    this.#listener?.();
    for (const tell of further) tell();
  }
}

/** One function for all timers: a closure a call would be one more thing to be made and thrown away. */
function late(call: Call): void {
  call.finish("late");
}

/** Thrown by `Call.wait`. A session turns it into a sentence. */
export class CallEnded extends Error {
  override readonly name = "CallEnded";

  constructor(readonly how: CallEnd) {
    super(how === "late" ? "the time limit was reached" : "the call was stopped");
  }
}
