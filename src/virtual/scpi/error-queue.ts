/** One entry: an error, or with other severities a warning or information where an instrument logs them. */
export interface QueuedError {
  readonly code: number;
  readonly text: string;
  readonly detail: string | undefined;
  readonly severity: "error" | "warning" | "information";
  readonly at: Date;
}

/**
 * First in, first out. When it is full, entries that are no errors make room, oldest first; where there is none, the
 * newest entry becomes -350 and later ones are lost.
 */
export class ErrorQueue {
  private entries: QueuedError[] = [];

  constructor(private readonly depth: number) {}

  push(entry: QueuedError): void {
    if (this.entries.length >= this.depth) {
      const spare = this.entries.findIndex(({ severity }) => severity !== "error");
      if (spare >= 0) this.entries.splice(spare, 1);
    }
    if (this.entries.length < this.depth) {
      this.entries.push(entry);
      return;
    }
    this.entries[this.depth - 1] = {
      ...entry,
      code: -350,
      text: "Queue overflow",
      detail: undefined,
      severity: "error",
    };
  }

  /** The oldest error; older entries that are none are dropped for good. */
  takeError(): QueuedError | undefined {
    return this.take(["error"]);
  }

  /** The oldest entry of some severities; older entries of others are dropped for good. */
  take(severities: readonly QueuedError["severity"][]): QueuedError | undefined {
    for (;;) {
      const entry = this.entries.shift();
      if (!entry || severities.includes(entry.severity)) return entry;
    }
  }

  get errorCount(): number {
    return this.entries.filter((entry) => entry.severity === "error").length;
  }

  clear(): void {
    this.entries = [];
  }
}
