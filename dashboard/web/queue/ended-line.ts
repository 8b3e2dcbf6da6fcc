import type { QueueLine } from "../../server/desk-wire.js";
import { h } from "../dom.js";
import { statusMark } from "../status.js";
import { when } from "../text.js";
import type { Line } from "./keyed-list.js";
import { whatParts } from "./line-parts.js";

/** One that has ended: how, and its run or why there is none. */
export class EndedLine implements Line {
  readonly element = h("li", { class: "entry-line" });
  private told = "";

  show(line: QueueLine): void {
    // A cancelled one has its time a moment later.
    const told = JSON.stringify(line);
    if (told === this.told) return;
    this.told = told;
    const { run, reason, state, endedAt } = line;
    const what =
      run === undefined
        ? h("div", { class: "what" }, ...whatParts(line))
        : h("a", { class: "what", href: `#/run/${encodeURIComponent(run)}` }, ...whatParts(line));
    this.element.replaceChildren(
      h(
        "div",
        { class: "entry-head" },
        what,
        statusMark(state),
        h("time", { class: "muted", datetime: endedAt }, endedAt === undefined ? "" : when(endedAt)),
      ),
      ...(reason === undefined ? [] : [h("p", { class: "reason" }, reason)]),
    );
  }
}
