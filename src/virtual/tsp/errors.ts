/** Severities of an entry: informational status, an error by its user, one that keeps it from working. */
export const severities = { none: 0, information: 10, recoverable: 20, serious: 30 } as const;

/**
 * Texts by number.
 *
 * @see 2600BS-901-01 Rev B, error summary list; the numbers also in use by drivers in the field
 */
const texts: ReadonlyMap<number, string> = new Map([
  [-430, "Query DEADLOCKED"],
  [-420, "Query UNTERMINATED"],
  [-410, "Query INTERRUPTED"],
  [-363, "Input buffer over-run"],
  [-350, "Queue overflow"],
  [-292, "Referenced name does not exist"],
  [-286, "TSP Runtime Error"],
  [-285, "TSP Syntax Error"],
  [-282, "Illegal program name"],
  [-224, "Illegal parameter value"],
  [-222, "Parameter data out of range"],
  [-221, "Settings conflict"],
  [-211, "Trigger ignored"],
  [-109, "Missing parameter"],
  [-105, "Trigger not allowed"],
  [-104, "Data type"],
  [-300, "Device-specific error"],
  [802, "OUTPUT blocked by interlock"],
  [1100, "Command unavailable"],
  [1101, "Parameter too big"],
  [1102, "Parameter too small"],
  [1404, "Invalid byte order"],
  [1405, "Invalid ASCII precision"],
  [1406, "Invalid data format"],
  [4900, "Reading buffer index is invalid"],
  [4901, "The maximum index for this buffer is exceeded"],
  [5005, "Value too big for range"],
  [5007, "Operation would exceed safe operating area of the instrument"],
  [5008, "Operation not permitted while OUTPUT is on"],
  [5032, "Cannot change this setting unless buffer is cleared"],
  [5040, "Cannot use same reading buffer for multiple overlapped measurements"],
  [5042, "Invalid while overlapped measure"],
  [5059, "trigger.source.action enabled without configuration"],
  [5060, "trigger.measure.action enabled without configuration"],
]);

/** An error of the instrument: it is queued, and the script that met it goes on. */
export class TspError extends Error {
  override readonly name = "TspError";

  /** @param text in place of the one that goes with the number */
  constructor(
    readonly code: number,
    readonly text: string = texts.get(code) ?? "Error",
  ) {
    super(`${code} ${text}`);
  }
}

/** What a Lua runtime error is thrown as: it ends the script, and is queued as -286. */
export class TspFault extends Error {
  override readonly name = "TspFault";
}

export interface QueuedTspError {
  readonly code: number;
  readonly text: string;
  readonly severity: number;
}

const DEPTH = 100;

/** First in, first out; when it is full its newest entry tells so. */
export class TspErrorQueue {
  private entries: QueuedTspError[] = [];

  push(code: number, text = texts.get(code) ?? "Error", severity: number = severities.recoverable): void {
    if (this.entries.length < DEPTH) this.entries.push({ code, text, severity });
    else this.entries[DEPTH - 1] = { code: -350, text: "Queue overflow", severity: severities.recoverable };
  }

  next(): QueuedTspError {
    return this.entries.shift() ?? { code: 0, text: "Queue Is Empty", severity: severities.none };
  }

  get errorCount(): number {
    return this.entries.length;
  }

  clear(): void {
    this.entries = [];
  }
}
