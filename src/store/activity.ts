import type { RunReader } from "./run-reader.js";
import type { RunEvent } from "./shapes.js";

/** What a run that is `running` does at the moment. */
export type RunActivity = "running" | "pausing" | "paused";

/** From the run's events: the last state that it told. */
export function activityIn(events: readonly RunEvent[]): RunActivity {
  const state = events.findLast(({ event }) => event === "state")?.["state"];
  return state === "pausing" || state === "paused" ? state : "running";
}

/** Of a run in whatever process; meaningful only while its status is `running`. */
export async function activityOf(reader: RunReader): Promise<RunActivity> {
  return activityIn(await reader.events());
}
