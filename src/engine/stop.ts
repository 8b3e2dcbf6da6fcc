import { abortRequested } from "../store/index.js";
import { MemrigError } from "../errors.js";

/** How often the run folder is asked whether somebody wants the run to end. */
const poll_s = 0.1;

/** Why a run is to stop: a person's wish, or a fault outside the protocol (the disk). The first one counts. */
export class Stop {
  private readonly controller = new AbortController();
  private readonly onOuter: () => void;
  private timer: NodeJS.Timeout | undefined;
  #cause: unknown;

  constructor(
    private readonly folder: string,
    private readonly outer: AbortSignal,
  ) {
    this.onOuter = () => this.now(abortError(outer.reason));
    outer.addEventListener("abort", this.onOuter, { once: true });
    if (outer.aborted) this.onOuter();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** What stopped it; undefined while nothing has. */
  get cause(): unknown {
    return this.#cause;
  }

  /** Stops the run. A second stop changes nothing. */
  now(cause: unknown): void {
    if (this.signal.aborted) return;
    this.#cause = cause;
    this.controller.abort(cause);
  }

  /** Looks into the run folder from now on: this is how other processes reach the run. */
  watch(): void {
    this.timer = setTimeout(() => {
      abortRequested(this.folder)
        .then((asked) => {
          if (asked) this.now(new MemrigError("aborted", `Aborted by ${asked.by}.`, { by: asked.by, at: asked.at }));
        })
        // A folder that can not be read is a fault of the disk; a run whose stop can not be asked for must not go on.
        .catch((error: unknown) => this.now(error))
        .finally(() => {
          if (!this.signal.aborted && this.timer !== undefined) this.watch();
        });
    }, poll_s * 1000);
  }

  unwatch(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.outer.removeEventListener("abort", this.onOuter);
  }
}

function abortError(reason: unknown): MemrigError {
  if (reason instanceof MemrigError && reason.kind === "aborted") return reason;
  const by = typeof reason === "string" ? reason : "the person at the bench";
  return new MemrigError("aborted", `Aborted by ${by}.`, { by }, reason);
}

/**
 * Waits, or ends at once when the signal is aborted.
 *
 * @throws MemrigError `aborted`
 */
export async function waitFor(duration_s: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (!(duration_s >= 0 && duration_s < 2 ** 31 / 1000)) {
    throw new MemrigError("invalid-request", `A wait of ${duration_s} s was asked for; allowed is 0 s to 24 days.`, {
      duration_s,
    });
  }
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason instanceof Error ? signal.reason : abortError(signal.reason));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, duration_s * 1000);
    signal.addEventListener("abort", stop, { once: true });
  });
}

/**
 * As `waitFor`; where time is simulated, lets that pass instead. Also then others get their turn: an abort, what is to be written.
 *
 * @throws MemrigError `aborted`
 */
export async function passOrWait(
  duration_s: number,
  signal: AbortSignal,
  passTime: ((duration_s: number) => Promise<void>) | undefined,
): Promise<void> {
  if (passTime === undefined) return waitFor(duration_s, signal);
  await waitFor(0, signal);
  await passTime(duration_s);
  await waitFor(0, signal);
}
