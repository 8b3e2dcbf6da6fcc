/** An action at a simulated time. */
interface Entry {
  readonly at_s: number;
  readonly order: number;
  readonly action: () => void;
}

/** What is to be done, by time; entries of one time in the order they were made. */
export class Agenda {
  /** Latest first, so that the next one is taken from the end. Few at a time: one or two an instrument. */
  private entries: Entry[] = [];
  private made = 0;

  get next_s(): number | undefined {
    return this.entries.at(-1)?.at_s;
  }

  /** @returns takes it back; does nothing once it was done */
  add(at_s: number, action: () => void): () => void {
    const entry: Entry = { at_s, order: this.made++, action };
    let index = this.entries.length;
    while (index > 0 && (this.entries[index - 1] as Entry).at_s <= at_s) index--;
    this.entries.splice(index, 0, entry);
    return () => {
      const at = this.entries.indexOf(entry);
      if (at >= 0) this.entries.splice(at, 1);
    };
  }

  /** Takes the earliest one out. */
  take(): (() => void) | undefined {
    return this.entries.pop()?.action;
  }

  clear(): void {
    this.entries = [];
  }
}
