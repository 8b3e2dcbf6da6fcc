import type { QueueLine } from "../../server/desk-wire.js";
import { h } from "../dom.js";

export interface Line {
  readonly element: HTMLLIElement;
  show(line: QueueLine, index: number, of: number): void;
}

/** A list whose items stay the same elements while their run is in it: what has the focus, or is being dragged, stays so. */
export class KeyedList<T extends Line> {
  readonly element: HTMLElement;
  private readonly lines = new Map<string, T>();

  constructor(
    tag: "ol" | "ul",
    name: string,
    private readonly make: () => T,
  ) {
    this.element = h(tag, { class: name });
  }

  show(entries: readonly QueueLine[]): void {
    for (const [id, { element }] of this.lines) {
      if (entries.some((entry) => entry.id === id)) continue;
      element.remove();
      this.lines.delete(id);
    }
    const focused = document.activeElement;
    entries.forEach((entry, index) => {
      const line = this.lines.get(entry.id) ?? this.make();
      this.lines.set(entry.id, line);
      line.show(entry, index, entries.length);
      const there = this.element.children[index];
      if (there !== line.element) this.element.insertBefore(line.element, there ?? null);
    });
    // Moving an element takes the focus from it.
    if (focused instanceof HTMLElement && focused !== document.activeElement && this.element.contains(focused))
      focused.focus();
  }
}
