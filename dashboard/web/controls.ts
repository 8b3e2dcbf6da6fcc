import type { SafeReport } from "../../src/engine/safe-report.js";
import type { EngineState } from "../server/engine-state.js";
import type { CommandReport } from "../server/wire.js";
import { byId, h } from "./dom.js";
import { server } from "./server.js";
import { when } from "./text.js";

const outputWords: Readonly<Record<SafeReport["state"], string>> = {
  safe: "outputs off",
  "left-as-found": "left as found",
  unknown: "UNKNOWN",
};

/** The buttons that stop things or let them rest, and what came of them. Neither asks back: a person who presses one means it. */
export class Controls {
  private readonly pause = byId("pause", HTMLButtonElement);
  private readonly abort = byId("abort", HTMLButtonElement);
  private readonly safe = byId("safe", HTMLButtonElement);
  private readonly report = byId("report", HTMLElement);
  private running = "";
  /** Something is begun that is no run yet: it can be aborted too. */
  private beginning = false;
  private activity: EngineState = "running";
  /** What stops something can be pressed, and nothing else. */
  readOnly = false;

  constructor() {
    this.pause.addEventListener("click", () => void this.pressPause());
    this.abort.addEventListener(
      "click",
      () => void this.press(this.abort, "Aborting…", () => server.abort(this.running)),
    );
    this.safe.addEventListener(
      "click",
      () => void this.press(this.safe, "Turning off…", () => server.outputsOff(this.running)),
    );
  }

  /** @param run the one that is running; empty: none, so that there is nothing to abort or to pause */
  setRunning(run: string, activity: EngineState): void {
    // "All outputs are off" must not stand there while the next run has them on.
    if (run !== "" && run !== this.running && !this.report.classList.contains("bad")) this.report.hidden = true;
    this.running = run;
    this.activity = activity;
    this.allowAbort();
    if (!this.pause.classList.contains("busy")) this.showPause();
  }

  /** @param beginning instruments are being opened for a run, or a person is asked to do something for it */
  setBeginning(beginning: boolean): void {
    this.beginning = beginning;
    this.allowAbort();
  }

  private allowAbort(): void {
    if (!this.abort.classList.contains("busy")) this.abort.disabled = this.running === "" && !this.beginning;
  }

  private showPause(): void {
    this.pause.disabled = this.running === "" || this.activity === "stopping" || (this.readOnly && this.rests);
    this.pause.textContent = this.running !== "" && this.rests ? "Go on" : "Pause";
  }

  private get rests(): boolean {
    return this.activity === "pausing" || this.activity === "paused";
  }

  private async pressPause(): Promise<void> {
    const { rests } = this;
    await this.press(
      this.pause,
      rests ? "Going on…" : "Pausing…",
      () => (rests ? server.goOn(this.running) : server.pause(this.running)),
      true,
    );
    this.showPause();
  }

  private async press(
    button: HTMLButtonElement,
    meanwhile: string,
    command: () => Promise<CommandReport>,
    mayRun = false,
  ): Promise<void> {
    const text = button.textContent;
    button.classList.add("busy");
    button.disabled = true;
    button.textContent = meanwhile;
    try {
      const { message, outputs, runs } = await command();
      const stillRuns = !mayRun && runs.some(({ status }) => status === "running");
      const unsure = outputs.some(({ state }) => state !== "safe") || stillRuns;
      this.show(message, outputs, unsure);
    } catch (error) {
      this.show(error instanceof Error ? error.message : String(error), [], true);
    } finally {
      button.textContent = text;
      button.classList.remove("busy");
      button.disabled = false;
      this.allowAbort();
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
