import type { System } from "./system.js";

/** Shares of a step at which currents are kept: between them a curve of order 4 goes on. */
export const channelShares = [0, 0.25, 0.5, 0.75, 1] as const;

/**
 * Keeps accepted steps with the method's continuous output. One row a step: start (s), length (s), the share of it that
 * holds (1, or up to an event), state at its start and end, the three vectors of the continuous output, and five
 * values of each channel.
 */
export class Recorder {
  readonly rowSize: number;
  count = 0;
  rows: Float64Array;
  private readonly n: number;

  constructor(
    private readonly system: System,
    private readonly channels: number,
  ) {
    this.n = system.size;
    this.rowSize = 3 + 5 * this.n + channelShares.length * channels;
    this.rows = new Float64Array(64 * this.rowSize);
  }

  /**
   * Keeps the step that the system has just made. `at` is where its channel values go, for the caller to fill.
   *
   * @param share of the step that is accepted
   */
  keep(start_s: number, length_s: number, share: number): number {
    const { n, rowSize } = this;
    if ((this.count + 1) * rowSize > this.rows.length) this.grow();
    const { X, X1, D } = this.system.memory;
    this.system.inside(0, 0.5); // D is up to date
    const at = this.count * rowSize;
    const { rows } = this;
    rows[at] = start_s;
    rows[at + 1] = length_s;
    rows[at + 2] = share;
    for (let i = 0; i < n; i++) {
      rows[at + 3 + i] = X[i]!;
      rows[at + 3 + n + i] = X1[i]!;
    }
    for (let i = 0; i < D.length; i++) rows[at + 3 + 2 * n + i] = D[i]!;
    this.count++;
    return this.channels === 0 ? -1 : at + 3 + 5 * n;
  }

  private grow(): void {
    const larger = new Float64Array(2 * this.rows.length);
    larger.set(this.rows);
    this.rows = larger;
  }
}
