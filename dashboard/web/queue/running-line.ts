import type { QueueLine, QueueReply } from "../../server/desk-wire.js";
import { h, setText } from "../dom.js";
import { server } from "../server.js";
import { statusMark } from "../status.js";
import { count, duration } from "../text.js";
import type { Line } from "./keyed-list.js";
import { whatParts } from "./line-parts.js";

/** The run in hand: how far it is, how long it takes yet, and the buttons that let it rest or end it. */
export class RunningLine implements Line {
  readonly element = h("li", { class: "entry-line" });
  private readonly what = h("a", { class: "what", href: "#/" });
  private readonly mark = h("span", {});
  private readonly far = h("span", { class: "far" });
  private readonly bar = h("progress", { max: 1, value: 0, "aria-label": "Rows taken" });
  private readonly pause = h("button", { type: "button" }, "Pause");
  private readonly abort = h("button", { type: "button", class: "warn" }, "Abort");
  private line: QueueLine | undefined;

  constructor(press: (command: () => Promise<QueueReply>) => void) {
    const run = (): string => this.line?.run ?? "";
    this.pause.addEventListener("click", () => press(() => (this.rests ? server.goOn(run()) : server.pause(run()))));
    this.abort.addEventListener("click", () => press(() => server.cancel(this.line?.id ?? "")));
    this.element.append(
      h("div", { class: "entry-head" }, this.what, this.mark, h("div", { class: "buttons" }, this.pause, this.abort)),
      this.bar,
      this.far,
    );
  }

  private get rests(): boolean {
    const state = this.line?.progress?.state;
    return state === "paused" || state === "pausing";
  }

  show(line: QueueLine): void {
    const before = this.line;
    this.line = line;
    const { run, progress, question } = line;
    if (before === undefined) this.what.replaceChildren(...whatParts(line));
    const begins = question === undefined ? "queued" : "asking";
    this.mark.replaceChildren(statusMark(progress?.state ?? (run === undefined ? begins : "running")));
    setText(this.pause, this.rests ? "Go on" : "Pause");
    this.pause.disabled = run === undefined || progress?.state === "stopping";
    const { rows = 0, expectedRows = 0, left_s = null } = progress ?? {};
    const share = expectedRows > 0 ? Math.min(1, rows / expectedRows) : 0;
    this.bar.hidden = expectedRows === 0;
    if (this.bar.value !== share) this.bar.value = share;
    const left =
      left_s === null ? "" : ` · ${duration(left_s)} left${progress?.state === "paused" ? " once it goes on" : ""}`;
    const of = expectedRows > 0 ? ` of ${count(expectedRows)} rows · ${Math.floor(100 * share)} %` : " rows";
    setText(
      this.far,
      run === undefined ? (question?.text ?? "The instruments are being opened.") : `${count(rows)}${of}${left}`,
    );
  }
}
