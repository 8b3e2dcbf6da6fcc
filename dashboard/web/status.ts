import type { RunStatus } from "../../src/store/shapes.js";
import { h } from "./dom.js";

/** Told by sign and word, not by colour alone. */
const signs: Readonly<Record<RunStatus, string>> = {
  running: "●",
  done: "✓",
  failed: "✕",
  aborted: "■",
  interrupted: "!",
};

export function statusText(status: RunStatus): string {
  return `${signs[status]} ${status}`;
}

export function statusMark(status: RunStatus): HTMLElement {
  return h("span", { class: `status ${status}` }, statusText(status));
}
