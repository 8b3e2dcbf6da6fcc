/** A sum of signed terms, as text. */
export class Sum {
  private readonly terms: string[] = [];

  /** @param sign 1 or -1 */
  add(sign: number, term: string): void {
    this.terms.push(`${sign < 0 ? "-" : "+"} ${term}`);
  }

  addAll(sign: number, other: Sum): void {
    for (const term of other.terms) this.add(term.startsWith("-") ? -sign : sign, term.slice(2));
  }

  get empty(): boolean {
    return this.terms.length === 0;
  }

  toString(): string {
    if (this.empty) return "0";
    const text = this.terms.join(" ");
    return text.startsWith("+ ") ? text.slice(2) : text;
  }
}
