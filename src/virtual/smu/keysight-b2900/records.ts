/** What a reading may be made of, in the order that every reply has. */
export const elements = ["VOLT", "CURR", "RES", "TIME", "STAT", "SOUR"] as const;
export type Element = (typeof elements)[number];

/** One reading. Not measured: 9.91E37. */
export type Sample = Readonly<Record<Element, number>>;

const firstRoom = 64;

/** Readings in the order they were made, column by column as they grow. */
export class Records {
  private values = new Float64Array(firstRoom * elements.length);
  private made = 0;

  get count(): number {
    return this.made;
  }

  clear(): void {
    this.made = 0;
    this.values = new Float64Array(firstRoom * elements.length);
  }

  append(sample: Sample): void {
    const at = this.made * elements.length;
    if (at >= this.values.length) {
      const larger = new Float64Array(this.values.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    for (const [column, element] of elements.entries()) this.values[at + column] = sample[element];
    this.made++;
  }

  /** @param index from 0; undefined beyond the last one */
  value(index: number, element: Element): number | undefined {
    if (index < 0 || index >= this.made) return undefined;
    return this.values[index * elements.length + elements.indexOf(element)];
  }
}
