import type { RunEvent } from "../../src/store/shapes.js";
import { h } from "./dom.js";
import { when } from "./text.js";

/** Kinds of event that a person should look at. */
const serious: ReadonlySet<string> = new Set(["error", "instrument-error", "warning", "guardian"]);

/** One event as a line: when, what, and its sentence; details that are no sentence are written as they are. */
export function eventLine(event: RunEvent): HTMLElement {
  const { at, event: kind, message, note, state, label, run: _run, ...rest } = event;
  const sentence = [label, state, message, note].filter((part) => typeof part === "string" && part !== "").join(" · ");
  const details = sentence === "" && Object.keys(rest).length > 0 ? JSON.stringify(rest) : "";
  return h(
    "li",
    { class: serious.has(kind) ? "serious" : undefined },
    h("time", { datetime: at }, when(at)),
    h("b", {}, kind),
    h("span", {}, sentence || details),
  );
}
