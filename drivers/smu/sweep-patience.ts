import { MemrigError } from "../../src/errors.js";
import { describeErrors } from "../../src/scpi/index.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import { si } from "../../src/units.js";

/** A sweep that gives no reading for so long, beside its dwell, is not going on. */
const STALLED_S = 20;

/** How long a sweep may give nothing. */
export class Patience {
  #read = 0;
  #deadline_ms: number;

  constructor(
    private readonly label: string,
    private readonly dwell_s: number,
  ) {
    this.#deadline_ms = this.#next_ms();
  }

  /** @throws MemrigError `no-answer`, `bad-reply`: nothing new for too long */
  check(read: number, expected: number): void {
    if (read > this.#read) {
      this.#read = read;
      this.#deadline_ms = this.#next_ms();
    }
    if (performance.now() <= this.#deadline_ms) return;
    if (read === expected) {
      throw new MemrigError(
        "bad-reply",
        `${this.label}: all readings of the sweep have come, and it goes on. The sweep is stopped.`,
        {},
      );
    }
    throw new MemrigError(
      "no-answer",
      `${this.label}: no reading for ${si(this.#allowed_s, "s")} in a sweep of ${si(this.dwell_s, "s")} a level, ` +
        `after ${read} of ${expected}. Is a trigger or the interlock in the way? The sweep is stopped.`,
      { readings: read, expected },
    );
  }

  get #allowed_s(): number {
    return STALLED_S + 20 * this.dwell_s;
  }

  #next_ms(): number {
    return performance.now() + 1000 * this.#allowed_s;
  }
}

/** What to throw where a sweep ended before its readings were there. */
export async function endedEarly(scpi: ScpiClient, held: number, expected: number): Promise<MemrigError> {
  const errors = await scpi.errors();
  const why = errors.length === 0 ? "" : `; ${describeErrors(errors)}`;
  return new MemrigError(
    "instrument-refused",
    `${scpi.label} ended the sweep after ${held} of ${expected} readings${why}. Was it stopped at its front panel?`,
    { held, expected, errors },
  );
}
