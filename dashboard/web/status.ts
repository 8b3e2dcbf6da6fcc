import type { RunStatus } from "../../src/store/shapes.js";
import type { EngineState } from "../server/engine-state.js";
import { h } from "./dom.js";

/** How a run has ended, or what it is at; `asking`: what a person is to do. */
export type Standing = RunStatus | EngineState | "cancelled" | "asking";

/** Told by sign and word, not by colour alone. */
const signs: Readonly<Record<Standing, string>> = {
  queued: "○",
  running: "●",
  pausing: "◐",
  paused: "‖",
  stopping: "◌",
  asking: "?",
  done: "✓",
  failed: "✕",
  aborted: "■",
  cancelled: "–",
  interrupted: "!",
};

/** What a run is at while it runs, else how it has ended. */
export function standingOf({ status, state }: { readonly status: RunStatus; readonly state?: EngineState }): Standing {
  return status === "running" ? (state ?? status) : status;
}

export function statusText(standing: Standing): string {
  return `${signs[standing]} ${standing}`;
}

export function statusMark(standing: Standing): HTMLElement {
  return h("span", { class: `status ${standing}` }, statusText(standing));
}
