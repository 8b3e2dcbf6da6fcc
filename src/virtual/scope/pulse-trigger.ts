import { EdgeTrigger } from "./edge-trigger.js";

/** A pulse that is waited for, by its width at the trigger's level. */
export interface AwaitedPulse {
  readonly polarity: "POS" | "NEG" | "EITH";
  /** From `least_s` to `most_s`, or, `outside`, anything else. */
  readonly least_s: number;
  readonly most_s: number;
  readonly outside: boolean;
}

/**
 * How most scopes ask for pulses: `longer` than the least, `shorter` than the most, or a range, whose ends may come in any order.
 */
export function pulseOf(
  polarity: AwaitedPulse["polarity"],
  condition: "shorter" | "longer" | "within" | "outside",
  least_s: number,
  most_s: number,
): AwaitedPulse {
  if (condition === "shorter") return { polarity, least_s: 0, most_s, outside: false };
  if (condition === "longer") return { polarity, least_s, most_s: Infinity, outside: false };
  const ends = [Math.min(least_s, most_s), Math.max(least_s, most_s)] as const;
  return { polarity, least_s: ends[0], most_s: ends[1], outside: condition === "outside" };
}

/** Finds pulses in a voltage that goes in straight lines. The trigger is the edge that ends the pulse. */
export class PulseTrigger {
  #rising: EdgeTrigger;
  #falling: EdgeTrigger;
  /** When the last edge of either kind was. */
  #rise_s: number | undefined;
  #fall_s: number | undefined;

  constructor(
    private readonly level_V: number,
    private readonly pulse: AwaitedPulse,
    private readonly hysteresis_V: number,
  ) {
    [this.#rising, this.#falling] = this.#edges();
  }

  /** As of `EdgeTrigger`: the time of the first pulse that ends on this line, and not before `earliest_s`. */
  follow(t0_s: number, v0_V: number, t1_s: number, v1_V: number, earliest_s: number): number | undefined {
    const rise_s = this.#rising.follow(t0_s, v0_V, t1_s, v1_V, -Infinity);
    const fall_s = this.#falling.follow(t0_s, v0_V, t1_s, v1_V, -Infinity);
    if (rise_s === undefined && fall_s === undefined) return undefined;
    const found = [
      ...(rise_s === undefined ? [] : [{ time_s: rise_s, rising: true }]),
      ...(fall_s === undefined ? [] : [{ time_s: fall_s, rising: false }]),
    ].sort((a, b) => a.time_s - b.time_s);
    let first_s: number | undefined;
    for (const { time_s, rising } of found) {
      const begun_s = rising ? this.#fall_s : this.#rise_s;
      if (rising) this.#rise_s = time_s;
      else this.#fall_s = time_s;
      if (begun_s === undefined || time_s < earliest_s || this.pulse.polarity === (rising ? "POS" : "NEG")) continue;
      if (this.#fits(time_s - begun_s)) first_s ??= time_s;
    }
    return first_s;
  }

  /** What comes next does not follow on what came before: a pulse that began there is not measured. */
  interrupt(): void {
    [this.#rising, this.#falling] = this.#edges();
    this.#rise_s = this.#fall_s = undefined;
  }

  #fits(width_s: number): boolean {
    const within = width_s >= this.pulse.least_s && width_s <= this.pulse.most_s;
    return within !== this.pulse.outside;
  }

  #edges(): [EdgeTrigger, EdgeTrigger] {
    return [
      new EdgeTrigger(this.level_V, "POS", this.hysteresis_V),
      new EdgeTrigger(this.level_V, "NEG", this.hysteresis_V),
    ];
  }
}
