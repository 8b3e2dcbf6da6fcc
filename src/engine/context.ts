import type { RunWriter } from "../store/index.js";
import type { CleanUp } from "./clean-up.js";
import type { Pause } from "./pause.js";
import type { RunContext } from "./protocol.js";
import type { RunLog } from "./run-log.js";
import type { Silence } from "./silence.js";
import { type Stop, waitFor } from "./stop.js";

/** Where an earlier sitting of the run left it. */
export interface Earlier {
  /** Units of work. */
  readonly completed: number;
  /** The last `time_s` of the main table; 0 where it has none. */
  readonly time_s: number;
  /** From its last mark until this sitting began. */
  readonly gap_s: number;
}

interface Parts {
  readonly stop: Stop;
  readonly pause: Pause;
  readonly silence: Silence;
  readonly cleanUp: CleanUp;
  readonly log: RunLog;
}

/** What the protocol of a run may ask of the engine. */
export function contextOf(
  { writer, earlier }: { readonly writer: RunWriter; readonly earlier?: Earlier },
  { stop, pause, silence, cleanUp, log }: Parts,
): RunContext {
  const { signal } = stop;
  return {
    signal,
    atEnd: (action) => cleanUp.add(action),
    wait: (duration_s) => waitFor(duration_s, signal),
    completed: earlier?.completed ?? 0,
    ...(earlier && earlier.completed > 0 ? { earlier: { time_s: earlier.time_s, gap_s: earlier.gap_s } } : {}),
    get pausing() {
      return pause.asked;
    },
    async between(completed) {
      const asked = pause.asked; // as the protocol saw it: what it left on stays so
      signal.throwIfAborted();
      writer.mark(completed);
      if (!asked) return new Promise((resolve) => setImmediate(resolve)); // timers and the disk get their turn
      silence.rest();
      await pause.rest(signal);
      silence.heard();
    },
    warn: (message, details = {}) => log.event("warning", { message, ...details }),
  };
}
