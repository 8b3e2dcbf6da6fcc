import { MemrigError } from "../errors.js";
import { si } from "../units.js";

/** The longest that a timer of Node can be set to. */
const longest_s = (2 ** 31 - 1) / 1000;
/** On top of what the plan takes on the instruments: setting up, reading out, a person who changes a probe. */
const patience_s = 3600;

/**
 * Ends a run that gives nothing any more. Each question to an instrument has a deadline of its own, some seconds long; this one is for
 * a protocol that waits for something that never comes.
 */
export class Silence {
  private readonly limit_s: number;
  private timer: NodeJS.Timeout | undefined;

  /** @param duration_s of the whole plan on the instruments */
  constructor(
    duration_s: number,
    private readonly onSilence: (error: MemrigError) => void,
  ) {
    this.limit_s = Math.min(longest_s, 2 * Math.max(0, Number.isFinite(duration_s) ? duration_s : 0) + patience_s);
  }

  /** Something came, or it begins: the time starts anew. */
  heard(): void {
    this.rest();
    this.timer = setTimeout(() => {
      this.onSilence(
        new MemrigError(
          "no-answer",
          `The protocol has given no row for ${si(this.limit_s, "s")}, which is more than twice what all of it takes. It was ended; the outputs are put off.`,
          { limit_s: this.limit_s },
        ),
      );
    }, this.limit_s * 1000).unref();
  }

  /** Nothing is expected: the run is paused, or over. */
  rest(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
