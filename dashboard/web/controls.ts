import type { SafeReport } from "../../src/engine/safe-report.js";
import type { CommandReport } from "../server/wire.js";
import { byId, h } from "./dom.js";
import { server } from "./server.js";
import { when } from "./text.js";

const outputWords: Readonly<Record<SafeReport["state"], string>> = {
  safe: "outputs off",
  "left-as-found": "left as found",
  unknown: "UNKNOWN",
};

/** The two buttons that stop things, and what came of them. Neither asks back: a person who presses one means it. */
export class Controls {
  private readonly abort = byId("abort", HTMLButtonElement);
  private readonly safe = byId("safe", HTMLButtonElement);
  private readonly report = byId("report", HTMLElement);
  private running = "";

  constructor() {
    this.abort.addEventListener(
      "click",
      () => void this.press(this.abort, "Aborting…", () => server.abort(this.running)),
    );
    this.safe.addEventListener(
      "click",
      () => void this.press(this.safe, "Turning off…", () => server.outputsOff(this.running)),
    );
  }

  /** @param run the one that is running; empty: none, so that there is nothing to abort */
  setRunning(run: string): void {
    // "All outputs are off" must not stand there while the next run has them on.
    if (run !== "" && run !== this.running && !this.report.classList.contains("bad")) this.report.hidden = true;
    this.running = run;
    if (!this.abort.classList.contains("busy")) this.abort.disabled = run === "";
  }

  private async press(
    button: HTMLButtonElement,
    meanwhile: string,
    command: () => Promise<CommandReport>,
  ): Promise<void> {
    const text = button.textContent;
    button.classList.add("busy");
    button.disabled = true;
    button.textContent = meanwhile;
    try {
      const { message, outputs, runs } = await command();
      const unsure = outputs.some(({ state }) => state !== "safe") || runs.some(({ status }) => status === "running");
      this.show(message, outputs, unsure);
    } catch (error) {
      this.show(error instanceof Error ? error.message : String(error), [], true);
    } finally {
      button.textContent = text;
      button.classList.remove("busy");
      button.disabled = button === this.abort && this.running === "";
    }
  }

  private show(message: string, outputs: readonly SafeReport[], bad: boolean): void {
    const close = h("button", { type: "button", class: "quiet", "aria-label": "Close this report" }, "Close");
    close.addEventListener("click", () => (this.report.hidden = true));
    const lines = outputs.map((output) =>
      h(
        "li",
        { class: output.state },
        h("b", {}, output.label),
        h("span", { class: "what" }, outputWords[output.state]),
        h("span", { class: "muted" }, output.note === outputWords[output.state] ? "" : output.note),
      ),
    );
    this.report.classList.toggle("bad", bad);
    this.report.replaceChildren(
      h("div", {}, h("p", {}, h("time", {}, when(new Date().toISOString())), ` ${message}`), close),
      h("ul", {}, ...lines),
    );
    this.report.hidden = false;
  }
}
