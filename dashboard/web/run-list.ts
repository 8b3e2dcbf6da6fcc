import type { RunLine, RunList } from "../server/wire.js";
import { byId, h, setText } from "./dom.js";
import { server } from "./server.js";
import { standingOf, statusMark, statusText } from "./status.js";
import { count, when } from "./text.js";

/** More than a person scrolls through; the filter finds the others. */
const most = 200;

/** The list of runs beside everything else, newest first, with its filter. */
export class RunListView {
  private readonly list = byId("runs", HTMLOListElement);
  private readonly total = byId("runs-total", HTMLElement);
  private readonly filter = byId("filter", HTMLInputElement);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private chosen = "";
  private asked = 0;

  constructor() {
    this.filter.addEventListener("input", () => this.soon(150));
  }

  /** Asks the server again, shortly; several wishes become one. */
  soon(delay_ms = 100): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.load(), delay_ms);
  }

  choose(run: string): void {
    this.chosen = run;
    for (const item of this.list.children) {
      const link = item.querySelector("a");
      if (item instanceof HTMLElement && link) this.mark(link, item.dataset["run"] ?? "");
    }
  }

  /** The run in view has more rows, or is at something else. */
  update(run: RunLine): void {
    const item = this.list.querySelector(`[data-run="${CSS.escape(run.run)}"]`);
    const [rows, mark] = [item?.querySelector(".rows"), item?.querySelector(".status")];
    if (rows) setText(rows, `${count(run.rows)} rows`);
    if (mark && mark.textContent !== statusText(standingOf(run))) mark.replaceWith(statusMark(standingOf(run)));
  }

  private async load(): Promise<void> {
    const turn = ++this.asked;
    let found: RunList;
    try {
      found = await server.runs(this.filter.value, most);
    } catch (error) {
      setText(this.total, error instanceof Error ? error.message : String(error));
      return;
    }
    if (turn !== this.asked) return; // a later question was asked meanwhile
    const kept = found.runs.length < found.total ? `${count(found.runs.length)} of ` : "";
    setText(this.total, `${kept}${count(found.total)}`);
    this.list.replaceChildren(...found.runs.map((run) => this.item(run)));
    if (found.total === 0)
      this.list.append(h("li", { class: "empty" }, this.filter.value === "" ? "No run yet." : "No run matches."));
  }

  private item(run: RunLine): HTMLElement {
    const tags = Object.entries(run.tags).map(([key, value]) => h("span", { class: "tag" }, `${key}=${value}`));
    const link = h(
      "a",
      { href: `#/run/${encodeURIComponent(run.run)}`, title: run.unreadable ?? run.run },
      h("span", { class: "line" }, h("b", {}, run.protocol), statusMark(standingOf(run))),
      h(
        "span",
        { class: "line muted" },
        h("span", {}, `${run.dut}${run.twinOf === undefined ? "" : " · twin"}`),
        h("span", { class: "rows" }, `${count(run.rows)} rows`),
      ),
      h(
        "span",
        { class: "line muted" },
        h("time", { datetime: run.startedAt }, when(run.startedAt)),
        h("span", {}, ...tags),
      ),
    );
    this.mark(link, run.run);
    return h("li", { "data-run": run.run }, link);
  }

  private mark(link: HTMLAnchorElement, run: string): void {
    if (run === this.chosen) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}
