/** What making one instrument safe came to. */
export interface SafeReport {
  readonly label: string;
  readonly resource: string;
  /**
   * `safe`: its outputs are off, and it said so where it can be asked. `left-as-found`: an output was on before this
   * program came, and it was not touched. `unknown`: it did not take the messages; look at the instrument.
   */
  readonly state: "safe" | "left-as-found" | "unknown";
  /** For the person: what was done, or what went wrong and what to do. */
  readonly note: string;
  readonly took_s: number;
}
