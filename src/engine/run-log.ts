import type { RunWriter } from "../store/index.js";
import { wallClock } from "../store/wall-clock.js";
import type { RunEvent } from "../store/shapes.js";
import { MemrigError, messageOf } from "../errors.js";

/** What was wrong when the instrument, not the plan or the person, is the cause. */
const instrumentKinds: ReadonlySet<string> = new Set(["instrument-refused", "no-answer", "bad-reply"]);

/** The run's events: kept in its folder, and told to whoever listens. */
export class RunLog {
  /**
   * @param onStoreFailure told when the folder no longer takes events; the run must stop then
   * @param listener told of each event as well
   */
  constructor(
    private readonly writer: RunWriter,
    private readonly onStoreFailure: (error: unknown) => void,
    private readonly listener?: (event: RunEvent) => void,
  ) {}

  event(event: string, details: Readonly<Record<string, unknown>> = {}): void {
    this.listener?.({ at: wallClock.timestamp(), event, ...details });
    try {
      this.writer.event(event, details);
    } catch (error) {
      this.onStoreFailure(error);
    }
  }

  /** An error, with what it happened in: `run`, `stopping`, `clean-up`, `metrics`. */
  error(error: unknown, during: string): void {
    const known = error instanceof MemrigError;
    const name = known && instrumentKinds.has(error.kind) ? "instrument-error" : "error";
    this.event(name, {
      message: messageOf(error),
      during,
      ...(known ? { kind: error.kind, details: error.details } : {}),
    });
  }
}
