import type { QueueLine } from "../../server/desk-wire.js";
import { h, setText } from "../dom.js";
import { duration, when } from "../text.js";
import type { Line } from "./keyed-list.js";
import { nameOf, placeOf, whatParts } from "./line-parts.js";

export interface Moves {
  move(id: string, position: number): Promise<void>;
  cancel(id: string): Promise<void>;
  positionOf(id: string): number;
}

/** How a dragged entry is named to the one it is dropped on. */
const dragged = "application/x-memrig-queue";

/** One that waits: moved by its buttons or by dragging it, or taken off. */
export class WaitingLine implements Line {
  readonly element = h("li", { class: "entry-line waiting", draggable: "true" });
  private readonly position = h("span", { class: "position", title: "Drag to move" });
  private readonly what = h("div", { class: "what" });
  private readonly time = h("span", { class: "time" });
  private readonly up = h("button", { type: "button" }, "↑");
  private readonly down = h("button", { type: "button" }, "↓");
  private readonly off = h("button", { type: "button" }, "Cancel");
  private line: QueueLine | undefined;

  constructor(private readonly moves: Moves) {
    this.element.append(
      h(
        "div",
        { class: "entry-head" },
        this.position,
        this.what,
        this.time,
        h("div", { class: "buttons" }, this.up, this.down, this.off),
      ),
    );
    this.up.addEventListener("click", () => void this.step(-1, this.up));
    this.down.addEventListener("click", () => void this.step(1, this.down));
    this.off.addEventListener("click", () => void moves.cancel(this.id));
    this.element.addEventListener("dragstart", (event) => {
      event.dataTransfer?.setData(dragged, this.id);
      this.element.classList.add("dragging");
    });
    this.element.addEventListener("dragend", () => this.element.classList.remove("dragging"));
    this.element.addEventListener("dragover", (event) => this.over(event));
    this.element.addEventListener("dragleave", () => this.mark(undefined));
    this.element.addEventListener("drop", (event) => this.drop(event));
  }

  private get id(): string {
    return this.line?.id ?? "";
  }

  show(line: QueueLine, index: number, of: number): void {
    const before = this.line;
    this.line = line;
    const name = `${nameOf(line.protocol)}${placeOf(line)}`;
    if (before === undefined) {
      this.what.replaceChildren(
        ...whatParts(line),
        h("span", { class: "line muted" }, `added ${when(line.addedAt)} by ${line.addedBy}`),
      );
      this.up.setAttribute("aria-label", `Move ${name} up`);
      this.down.setAttribute("aria-label", `Move ${name} down`);
      this.off.setAttribute("aria-label", `Cancel ${name}`);
    }
    setText(this.position, String(line.position ?? index + 1));
    setText(this.time, line.duration_s === undefined ? "" : duration(line.duration_s));
    // Not `disabled`: that would take the focus from who presses it again and again.
    this.up.setAttribute("aria-disabled", String(index === 0));
    this.down.setAttribute("aria-disabled", String(index === of - 1));
  }

  private async step(by: 1 | -1, button: HTMLButtonElement): Promise<void> {
    if (button.getAttribute("aria-disabled") === "true") return;
    await this.moves.move(this.id, this.moves.positionOf(this.id) + by);
  }

  private over(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes(dragged)) return;
    event.preventDefault();
    this.mark(this.isBelow(event) ? "below" : "above");
  }

  private drop(event: DragEvent): void {
    const id = event.dataTransfer?.getData(dragged) ?? "";
    event.preventDefault();
    this.mark(undefined);
    if (id === "" || id === this.id) return;
    const [from, here] = [this.moves.positionOf(id), this.moves.positionOf(this.id)];
    const target = here + (this.isBelow(event) ? 1 : 0);
    const position = from < target ? target - 1 : target; // those behind its old place move up
    if (position !== from) void this.moves.move(id, position);
  }

  private isBelow(event: DragEvent): boolean {
    const { top, height } = this.element.getBoundingClientRect();
    return event.clientY > top + height / 2;
  }

  private mark(where: "above" | "below" | undefined): void {
    this.element.classList.toggle("drop-above", where === "above");
    this.element.classList.toggle("drop-below", where === "below");
  }
}
