/**
 * Factorisation and solution of W x = b as straight lines of text, for a matrix whose pattern is known beforehand.
 *
 * No row exchange: states come first, whose diagonal is 1/(h gamma) - df/dx and positive for every step the growth limit
 * allows, then nodes, whose conductances and capacitances only grow by the elimination; nodes in the order of least
 * fill. A pivot lost to rounding is told, and the step is taken smaller.
 */
export class Elimination {
  private readonly order: readonly number[];
  /** Pattern with fill, by row: columns. */
  private readonly rows: Set<number>[];

  /**
   * @param size number of unknowns
   * @param pattern entries that may differ from zero, "row,column"; the diagonal counts anyway
   * @param first unknowns that are eliminated first, in this order
   */
  constructor(
    private readonly size: number,
    pattern: Iterable<string>,
    first: readonly number[],
  ) {
    this.rows = Array.from({ length: size }, (_, i) => new Set([i]));
    for (const entry of pattern) {
      const [row = 0, column = 0] = entry.split(",").map(Number);
      this.rows[row]?.add(column);
    }
    this.order = this.eliminate(first);
  }

  /** Lines that declare w0_0 ... with fill and factor them in place. `value` gives an entry of W, "" for none. */
  factor(value: (row: number, column: number) => string, onLostPivot: string): string[] {
    const lines: string[] = [];
    this.rows.forEach((columns, row) => {
      for (const column of columns) lines.push(`let w${row}_${column} = ${value(row, column) || "0"};`);
    });
    this.order.forEach((k, step) => {
      const before = `Math.abs(w${k}_${k})`;
      lines.push(`if (!(${before} > 1e-14*s${k})) ${onLostPivot}`, `const q${k} = 1/w${k}_${k};`);
      const left = this.order.slice(step + 1);
      for (const i of left) {
        if (!this.has(i, k)) continue;
        lines.push(`w${i}_${k} *= q${k};`);
        for (const j of left) if (this.has(k, j)) lines.push(`w${i}_${j} -= w${i}_${k}*w${k}_${j};`);
      }
      for (const j of left) if (this.has(k, j)) lines.push(`w${k}_${j} *= q${k};`);
      for (const j of this.order.slice(0, step)) if (this.has(k, j)) lines.push(`const m${k}_${j} = w${k}_${j}*q${k};`);
    });
    // size of each diagonal entry before anything is taken from it
    const sizes = this.order.map((k) => `const s${k} = Math.abs(w${k}_${k});`);
    const declared = lines.findIndex((line) => !line.startsWith("let"));
    lines.splice(declared, 0, ...sizes);
    return lines;
  }

  /** Lines that replace the right-hand side by the solution; `name` gives the variable of a row. */
  solve(name: (row: number) => string): string[] {
    const lines: string[] = [];
    this.order.forEach((k, step) => {
      const known = this.order.slice(0, step).filter((j) => this.has(k, j));
      const asked = this.order.slice(step + 1).some((i) => this.has(i, k));
      const less = (factor: string, of: string): string =>
        known.map((j) => ` - ${factor}${k}_${j}*${of}${name(j)}`).join("");
      // rows below ask for it before the division by the pivot
      if (asked) lines.push(`const z${name(k)} = ${name(k)}${less("w", "z")};`);
      lines.push(`${name(k)} = ${name(k)}*q${k}${less("m", "z")};`);
    });
    this.order.toReversed().forEach((k, step) => {
      const known = this.order.slice(this.size - step).filter((j) => this.has(k, j));
      if (known.length > 0) lines.push(`${name(k)} -= ${known.map((j) => `w${k}_${j}*${name(j)}`).join(" + ")};`);
    });
    return lines;
  }

  private has(row: number, column: number): boolean {
    return this.rows[row]?.has(column) ?? false;
  }

  /** Orders the unknowns and adds the fill to the pattern. */
  private eliminate(first: readonly number[]): number[] {
    const order: number[] = [];
    const left = new Set(this.rows.keys());
    const queue = [...first];
    while (left.size > 0) {
      const next = queue.shift() ?? this.leastConnected(left);
      left.delete(next);
      order.push(next);
      for (const i of left) {
        if (!this.has(i, next)) continue;
        for (const j of left) if (this.has(next, j)) this.rows[i]?.add(j);
      }
    }
    return order;
  }

  private leastConnected(left: ReadonlySet<number>): number {
    let best = -1;
    let least = Infinity;
    for (const k of left) {
      let count = 0;
      for (const i of left) if (i !== k) count += (this.has(i, k) ? 1 : 0) + (this.has(k, i) ? 1 : 0);
      if (count < least) [best, least] = [k, count];
    }
    return best;
  }
}
