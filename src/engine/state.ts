/** Where a run stands. It ends in one of the last three, and never leaves it. */
export type RunState = "queued" | "running" | "stopping" | "done" | "failed" | "aborted";

/** Every run passes through `stopping`: that is where the outputs go off, whatever ended it. */
const next: Readonly<Record<RunState, readonly RunState[]>> = {
  queued: ["running", "stopping"],
  running: ["stopping"],
  stopping: ["done", "failed", "aborted"],
  done: [],
  failed: [],
  aborted: [],
};

/** The state of one run. A step that is not in the table is a fault in the program, and is thrown as one. */
export class RunStates {
  #now: RunState = "queued";

  constructor(private readonly onChange: (state: RunState) => void) {}

  get now(): RunState {
    return this.#now;
  }

  to(state: RunState): void {
    if (!next[this.#now].includes(state)) throw new Error(`a run can not go from ${this.#now} to ${state}`);
    this.#now = state;
    this.onChange(state);
  }
}
