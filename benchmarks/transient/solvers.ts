import type { Deck } from "./deck.js";
import type { TimedEvent } from "./events.js";

export interface Case {
  readonly name: string;
  readonly deck: Deck;
  readonly expected: readonly TimedEvent[];
}

/** One simulation of a case. */
export interface Outcome {
  readonly cpu_s: number;
  readonly steps: number;
  readonly events: readonly TimedEvent[];
  /** Why there are no events to judge, in the solver's words. */
  readonly failure?: string;
}

export interface Setting {
  /** As printed. */
  readonly label: string;
  readonly tolerance: number;
}

export interface Solver {
  readonly name: string;
  readonly settings: readonly Setting[];
  /** One measurement; CPU of the best of several passes is kept by the caller. */
  run(given: Case, setting: Setting): Outcome;
  /** CPU of the first simulation of a case, making its equations included; for a solver that is faster later. */
  readonly firstRun_s?: (given: Case) => number | undefined;
}
