import type { RunState } from "../../src/engine/index.js";
import type { RunEvent } from "../../src/store/shapes.js";

/** What a run whose status is `running` is at: the engine's own word for it. */
export type EngineState = Exclude<RunState, "done" | "failed" | "aborted">;

const states: ReadonlySet<unknown> = new Set<EngineState>(["queued", "running", "pausing", "paused", "stopping"]);

/** The last state that a run told of; `running` where it told of none yet. Meaningful only while its status is `running`. */
export function stateIn(events: readonly RunEvent[]): EngineState {
  const told = events.findLast(({ event }) => event === "state")?.["state"];
  return states.has(told) ? (told as EngineState) : "running";
}
