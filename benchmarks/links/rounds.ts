import type { Contender, Measured } from "./contender.js";

/** What every contender measured in every round. */
export class Rounds {
  private readonly kept = new Map<string, Measured[]>();

  /** Asks all in turn, round after round: whatever else the machine does meets all of them alike. */
  static async run(contenders: readonly Contender[], order: string, rounds: number, warmUp: string): Promise<Rounds> {
    const result = new Rounds();
    for (const contender of contenders) await contender.ask(warmUp);
    for (let round = 0; round < rounds; round++) {
      for (const contender of contenders) result.add(contender.name, await contender.ask(order));
    }
    return result;
  }

  add(name: string, measured: Measured): void {
    const all = this.kept.get(name);
    if (all) all.push(measured);
    else this.kept.set(name, [measured]);
  }

  get names(): readonly string[] {
    return [...this.kept.keys()];
  }

  /** One figure of one contender, round by round. */
  of(name: string, figure: string): number[] {
    return (this.kept.get(name) ?? []).map((measured) => measured[figure] ?? Number.NaN);
  }

  /** The one's figure over the other's, each pair from one round; none where one of them took no part. */
  ratios(one: string, other: string, figure: string): number[] {
    const others = this.of(other, figure);
    if (others.length === 0) return [];
    return this.of(one, figure).map((value, round) => value / (others[round] ?? Number.NaN));
  }
}

/** Middle and quarters; NaN of nothing. */
export function spread(values: readonly number[]): {
  readonly median: number;
  readonly low: number;
  readonly high: number;
} {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const [below, above] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN];
    return below + (above - below) * (place - Math.floor(place));
  };
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}
