/** Where a run stands. It ends in one of the last three, and never leaves it. One whose process died is found `interrupted`, on the disk. */
export type RunState = "queued" | "running" | "pausing" | "paused" | "stopping" | "done" | "failed" | "aborted";

/**
 * Every run passes through `stopping`: that is where the outputs go off, whatever ended it. `pausing`: asked to rest, and still at the unit
 * of work that it was in.
 */
export const nextStates: Readonly<Record<RunState, readonly RunState[]>> = {
  queued: ["running", "stopping"],
  running: ["pausing", "stopping"],
  pausing: ["paused", "running", "stopping"],
  paused: ["running", "stopping"],
  stopping: ["done", "failed", "aborted"],
  done: [],
  failed: [],
  aborted: [],
};

/** The state of one run. A step that is not in the table is a fault in the program, and is thrown as one. */
export class RunStates {
  #now: RunState = "queued";

  /** @param onChange told of each step, with what there is to say about it */
  constructor(private readonly onChange: (state: RunState, details: Readonly<Record<string, unknown>>) => void) {}

  get now(): RunState {
    return this.#now;
  }

  to(state: RunState, details: Readonly<Record<string, unknown>> = {}): void {
    if (!nextStates[this.#now].includes(state)) throw new Error(`a run can not go from ${this.#now} to ${state}`);
    this.#now = state;
    this.onChange(state, details);
  }
}
