import type { QueueLine } from "../server/desk-wire.js";
import { byId, h } from "./dom.js";
import { nameOf, placeOf } from "./queue/line-parts.js";
import { server } from "./server.js";

/** What a run asks a person to do before it goes on, above every page; one button says that it is done, the other stops the run. */
export class QuestionView {
  private readonly element = byId("question", HTMLElement);
  private shown = "";
  /** The answer begins something: it is not for a screen on the wall. Stopping is. */
  readOnly = false;

  show(running: readonly QueueLine[]): void {
    const asking = running.find(({ question }) => question !== undefined);
    const { id = "", question } = asking ?? {};
    if (this.shown === (question?.id ?? "")) return;
    this.shown = question?.id ?? "";
    this.element.hidden = question === undefined;
    if (asking === undefined || question === undefined) return;
    const said = h(
      "span",
      { class: "muted" },
      `${nameOf(asking.protocol)}${placeOf(asking)} waits for this. Outputs are off.`,
    );
    const done = h("button", { type: "button", class: "primary" }, "Done, go on");
    const stop = h("button", { type: "button", class: "warn" }, "Stop this run");
    done.disabled = this.readOnly;
    const press = async (command: () => Promise<unknown>): Promise<void> => {
      done.disabled = true;
      try {
        await command();
      } catch (error) {
        said.textContent = error instanceof Error ? error.message : String(error);
        done.disabled = this.readOnly;
      }
    };
    done.addEventListener("click", () => void press(() => server.answer(id, question.id)));
    stop.addEventListener("click", () => void press(() => server.abort("")));
    this.element.replaceChildren(h("p", {}, question.text, said), done, stop);
  }
}
