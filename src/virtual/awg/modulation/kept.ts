/** A number in the unit that its name ends in, a word in its short form, or a switch. */
export type KeptValue = number | string | boolean;

/**
 * What a channel is set to beyond what the core always plays from: modulation, sweep, markers and what leads nowhere. Each
 * setting has a name that all families share ("AM.depth_percent"), so that what is played is worked out in one place.
 */
export class Kept {
  readonly #presets = new Map<string, KeptValue>();
  readonly #values = new Map<string, KeptValue>();
  /** What is not simulated while the setting differs from its preset. */
  readonly #unplayed = new Map<string, string>();

  /**
   * Declares a setting with its value after `*RST`.
   *
   * @param unplayed what would be put out with any other value, and is not simulated: "noise on top"
   */
  declare(name: string, preset: KeptValue, unplayed?: string): void {
    this.#presets.set(name, preset);
    if (unplayed !== undefined) this.#unplayed.set(name, unplayed);
  }

  get(name: string): KeptValue | undefined {
    return this.#values.get(name) ?? this.#presets.get(name);
  }

  /** Undefined: this family has no such setting. */
  number(name: string): number | undefined {
    const value = this.get(name);
    return typeof value === "number" ? value : undefined;
  }

  /** Empty: this family has no such setting. */
  word(name: string): string {
    const value = this.get(name);
    return typeof value === "string" ? value : "";
  }

  on(name: string): boolean {
    return this.get(name) === true;
  }

  set(name: string, value: KeptValue): void {
    this.#values.set(name, value);
  }

  /** Takes over the values of another channel of the same generator. */
  copyFrom(other: Kept): void {
    this.#values.clear();
    for (const [name, value] of other.#values) this.#values.set(name, value);
  }

  reset(): void {
    this.#values.clear();
  }

  /** The first thing set that is not simulated. */
  get unplayed(): string | undefined {
    for (const [name, what] of this.#unplayed) if (this.get(name) !== this.#presets.get(name)) return what;
    return undefined;
  }
}
