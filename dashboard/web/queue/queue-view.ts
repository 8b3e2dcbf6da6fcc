import type { QueueReply, QueueView } from "../../server/desk-wire.js";
import type { LiveState } from "../../server/wire.js";
import { h, setText } from "../dom.js";
import { server } from "../server.js";
import { count, duration } from "../text.js";
import { EndedLine } from "./ended-line.js";
import { KeyedList } from "./keyed-list.js";
import { RunningLine } from "./running-line.js";
import { WaitingLine, type Moves } from "./waiting-line.js";

const sentences: Readonly<Record<QueueView["runner"], string>> = {
  idle: "The queue is not being run: what waits does not begin by itself.",
  "goes-on": "The queue is being run: the next one begins when this one has ended.",
  holds: "Stops after this one: what waits does not begin by itself.",
};

/** What runs, what waits in its order, and what has ended. All pages show what the server says; none keeps an order of its own. */
export class QueuePage {
  readonly element = h("article", { class: "queue" });
  private readonly state = h("p", { class: "queue-state" });
  private readonly go = h("button", { type: "button", class: "primary" });
  private readonly hold = h("button", { type: "button" }, "Stop after this one");
  private readonly said = h("p", { class: "queue-said", role: "status" });
  private readonly besides = h("p", { class: "muted", hidden: true });
  private readonly waitingTitle = h("h2", {});
  private readonly nothing = h(
    "p",
    { class: "empty" },
    "Nothing waits. ",
    h("a", { href: "#/new" }, "Make a new run"),
    " and put it in the queue.",
  );
  private readonly clear = h("button", { type: "button", class: "quiet" }, "Clear the list");
  private readonly endedCard: HTMLElement;
  private readonly running = new KeyedList(
    "ul",
    "running-list",
    () => new RunningLine((work) => void this.press(work)),
  );
  private readonly waiting: KeyedList<WaitingLine>;
  private readonly ended = new KeyedList("ul", "ended-list", () => new EndedLine());
  private view: QueueView = { running: [], waiting: [], ended: [], runner: "idle" };
  private canStart = false;
  private pressing = false;

  constructor() {
    const moves: Moves = {
      move: (id, position) => this.press(() => server.move(id, position)),
      cancel: (id) => this.press(() => server.cancel(id)),
      positionOf: (id) => this.view.waiting.find((line) => line.id === id)?.position ?? 0,
    };
    this.waiting = new KeyedList("ol", "waiting-list", () => new WaitingLine(moves));
    this.endedCard = h(
      "section",
      { class: "card" },
      h("header", {}, h("h2", {}, "Ended"), this.clear),
      this.ended.element,
    );
    this.element.append(
      h("h1", {}, "Queue"),
      h(
        "section",
        { class: "card" },
        h("header", {}, this.state, h("div", { class: "actions" }, this.go, this.hold)),
        this.running.element,
        this.besides,
        this.said,
      ),
      h("section", { class: "card" }, h("header", {}, this.waitingTitle), this.waiting.element, this.nothing),
      this.endedCard,
    );
    this.go.addEventListener("click", () => void this.press(server.runQueue, this.go));
    this.hold.addEventListener("click", () => void this.press(server.holdQueue, this.hold));
    this.clear.addEventListener("click", () => void this.press(server.clearEnded, this.clear));
    this.show(this.view);
  }

  /** What may be pressed here. */
  allow(canStart: boolean, readOnly: boolean): void {
    this.canStart = canStart;
    this.element.classList.toggle("read-only", readOnly);
    this.element.inert = readOnly;
    this.show(this.view);
  }

  show(view: QueueView): void {
    const refused = this.said.classList.contains("fault");
    if (view.runner !== this.view.runner && !this.pressing && !refused) setText(this.said, ""); // it is no longer so
    this.view = view;
    const { running, waiting, ended, runner } = view;
    setText(this.state, sentences[runner]);
    setText(this.go, runner === "holds" ? "Go on with the next" : "Run the queue");
    this.go.hidden = runner === "goes-on" || !this.canStart || (runner === "idle" && waiting.length === 0);
    this.hold.hidden = runner !== "goes-on";
    this.running.show(running);
    this.waiting.show(waiting);
    this.ended.show(ended);
    const total_s = waiting.reduce((sum, { duration_s = 0 }) => sum + duration_s, 0);
    const known = waiting.every(({ duration_s }) => duration_s !== undefined);
    const time = waiting.length === 0 ? "" : ` · ${known ? "" : "more than "}${duration(total_s)} on the instruments`;
    setText(this.waitingTitle, `Waiting${waiting.length === 0 ? "" : ` (${count(waiting.length)})`}${time}`);
    this.nothing.hidden = waiting.length > 0;
    this.endedCard.hidden = ended.length === 0;
  }

  /** A run that is not out of the queue has the bench too. */
  showLive({ run }: LiveState): void {
    const other =
      run?.status === "running" && !this.view.running.some((line) => line.run === run.run) ? run : undefined;
    this.besides.hidden = other === undefined;
    if (other) setText(this.besides, `Running, and not out of the queue: ${other.protocol} on ${other.dut}.`);
  }

  private async press(command: () => Promise<QueueReply>, button?: HTMLButtonElement): Promise<void> {
    if (button) button.disabled = true;
    this.pressing = true;
    setText(this.said, "");
    try {
      const { message } = await command();
      this.said.className = "queue-said";
      setText(this.said, message);
    } catch (error) {
      this.said.className = "queue-said fault";
      setText(this.said, error instanceof Error ? error.message : String(error));
    } finally {
      if (button) button.disabled = false;
      this.pressing = false;
    }
  }
}
