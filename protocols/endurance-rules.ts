import type { RunContext } from "../src/engine/protocol.js";

/** When to spare what is left of the device; each 0 where it is not to be looked at. */
export interface StopPlan {
  /** So many cycles in a row that did not switch. */
  readonly stop_failed: number;
  /** R_off/R_on below this. */
  readonly stop_ratio: number;
  /** One of the resistances off by this factor, either way, from where it began. */
  readonly stop_drift: number;
}

/** A rule that was met, and the cycle that met it. */
export interface RuleMet {
  readonly rule: "failed" | "ratio" | "drift";
  readonly cycle: number;
  /** Cycles that were played behind it before anyone had looked; they are rows too. */
  readonly beyond: number;
  /** For a person. */
  readonly message: string;
}

/** Ratio and drift are medians over so many cycles that were read: one cycle that failed says little. */
const over = 10;

/** Looks at cycle after cycle for a reason to stop. What it says follows from the rows alone, so an analysis finds the same. */
export class StopRules {
  #met: Omit<RuleMet, "beyond"> | undefined;
  #last = 0;
  #failed = 0;
  #first: { on_ohm: number; off_ohm: number } | undefined;
  readonly #on: number[] = [];
  readonly #off: number[] = [];

  constructor(private readonly plan: StopPlan) {}

  /** Whether there is anything to look at. */
  get active(): boolean {
    return this.plan.stop_failed > 0 || this.plan.stop_ratio > 0 || this.plan.stop_drift > 0;
  }

  /** The first rule that was met. */
  get met(): RuleMet | undefined {
    return this.#met && { ...this.#met, beyond: this.#last - this.#met.cycle };
  }

  /** Says in the events of the run which rule ended it, and what the device went through behind that. */
  tell(context: Pick<RunContext, "warn">): void {
    const { met } = this;
    if (!met) return;
    const { rule, cycle, beyond, message } = met;
    const rest = beyond > 0 ? ` The device has gone through ${beyond} more, which are kept.` : "";
    context.warn(`${message}${rest}`, { rule, cycle, beyond });
  }

  see(cycle: number, on_ohm: number, off_ohm: number, switched: boolean): void {
    this.#last = cycle;
    if (this.#met || !this.active) return;
    this.#failed = switched ? 0 : this.#failed + 1;
    if (this.plan.stop_failed > 0 && this.#failed >= this.plan.stop_failed)
      this.#stop("failed", cycle, `${this.#failed} cycles in a row did not switch`);
    else if (Number.isFinite(on_ohm) && Number.isFinite(off_ohm)) this.#compare(cycle, on_ohm, off_ohm);
  }

  #compare(cycle: number, on_ohm: number, off_ohm: number): void {
    for (const [kept, ohm] of [
      [this.#on, on_ohm],
      [this.#off, off_ohm],
    ] as const) {
      kept.push(ohm);
      if (kept.length > over) kept.shift();
    }
    if (this.#on.length < over) return;
    const [on, off] = [medianOf(this.#on), medianOf(this.#off)];
    this.#first ??= { on_ohm: on, off_ohm: off };
    const { stop_ratio, stop_drift } = this.plan;
    const ratio = medianOf(this.#off.map((ohm, k) => ohm / (this.#on[k] ?? Number.NaN)));
    const drift = Math.max(apart(on, this.#first.on_ohm), apart(off, this.#first.off_ohm));
    if (stop_ratio > 0 && ratio < stop_ratio)
      this.#stop("ratio", cycle, `R_off/R_on is ${ratio.toPrecision(3)}, below ${stop_ratio}`);
    else if (stop_drift > 0 && drift >= stop_drift)
      this.#stop("drift", cycle, `a resistance is off by a factor of ${drift.toPrecision(3)} from where it began`);
  }

  #stop(rule: RuleMet["rule"], cycle: number, what: string): void {
    this.#met = { rule, cycle, message: `Stopped behind cycle ${cycle}: ${what}.` };
  }
}

const apart = (a: number, b: number): number => Math.max(a / b, b / a);

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}
