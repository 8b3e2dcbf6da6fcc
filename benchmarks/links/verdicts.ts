import { spread } from "./rounds.js";

/** Prints each figure beside its bar, and counts. */
export class Verdicts {
  private readonly all: (boolean | undefined)[] = [];

  /** @param values of which the median is judged; none: not judged */
  judge(what: string, values: readonly number[], side: "at most" | "at least" | "below", bar: number): void {
    const { median, low, high } = spread(values);
    const met = side === "at most" ? median <= bar : side === "below" ? median < bar : median >= bar;
    const verdict = values.length === 0 ? undefined : met;
    this.all.push(verdict);
    const digits = values.every((value) => Number.isInteger(value)) ? 0 : 2;
    const quarters = values.length > 1 ? ` (${low.toFixed(digits)}-${high.toFixed(digits)})` : "";
    const figure = values.length === 0 ? "" : ` ${median.toFixed(digits)}${quarters}`;
    const word = verdict === undefined ? "not judged" : verdict ? "met" : "MISSED";
    console.log(`  ${what}:${figure}, bar ${side} ${bar}: ${word}`);
  }

  /** @returns whether no bar was missed */
  conclude(): boolean {
    const met = this.all.filter((verdict) => verdict === true).length;
    const open = this.all.filter((verdict) => verdict === undefined).length;
    console.log(`\n${met} of ${this.all.length} bars met${open > 0 ? `, ${open} not judged` : ""}.`);
    return met + open === this.all.length;
  }
}
