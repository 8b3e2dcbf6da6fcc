import { type ExponentialStep, phi1, phi2 } from "./exponential-step.js";

/**
 * The states inside a step of `ExponentialStep`: its straight part, which is exact anywhere, and for the bend a curve that has the value
 * and the slope of both ends (the bend begins with the third power of time). Asked for only where somebody looks.
 */
export class StepInside {
  private readonly x0: Float64Array;
  private readonly f0: Float64Array;
  private readonly slope: Float64Array;
  private readonly rise: Float64Array;
  /** Of the bend: factors of the third and the fourth power of the share. */
  private readonly third: Float64Array;
  private readonly fourth: Float64Array;
  private known = false;

  constructor(
    private readonly solver: ExponentialStep,
    private readonly n: number,
  ) {
    const vector = () => new Float64Array(n);
    [this.x0, this.f0, this.slope, this.rise] = [vector(), vector(), vector(), vector()];
    [this.third, this.fourth] = [vector(), vector()];
  }

  /** Remembers the prepared start of a step. */
  begin(): void {
    const { n, solver } = this;
    for (let i = 0; i < n; i++) {
      this.x0[i] = solver.x0[i]!;
      this.f0[i] = solver.f0[i]!;
      this.slope[i] = solver.slope[i]!;
      this.rise[i] = solver.rise[i]!;
    }
    this.known = false;
  }

  /** Puts the solver back to where the step began; it has to be prepared there. */
  back(): void {
    for (let i = 0; i < this.n; i++) this.solver.x0[i] = this.x0[i]!;
    this.known = false; // it will end elsewhere
  }

  /**
   * The states at a share of the step of length h, at whose end the solver is prepared now.
   *
   * @param out takes the states from `at`
   */
  states(share: number, h: number, out: Float64Array, at: number): void {
    if (!this.known) this.fit(h);
    const part = share * h;
    for (let i = 0; i < this.n; i++) {
      const z = part * this.slope[i]!;
      const bend = share * share * share * (this.third[i]! + share * this.fourth[i]!);
      out[at + i] = this.x0[i]! + part * phi1(z) * this.f0[i]! + bend;
      if (this.rise[i] !== 0) out[at + i]! += part * part * phi2(z) * this.rise[i]!;
    }
  }

  private fit(h: number): void {
    const { n, solver } = this;
    for (let i = 0; i < n; i++) {
      const z = h * this.slope[i]!;
      const one = phi1(z);
      const rise = this.rise[i]!;
      const left = solver.x0[i]! - this.x0[i]! - h * one * this.f0[i]! - (rise === 0 ? 0 : h * h * phi2(z) * rise);
      const steeper = h * (solver.f0[i]! - (1 + z * one) * this.f0[i]! - h * one * rise);
      this.third[i] = 4 * left - steeper;
      this.fourth[i] = steeper - 3 * left;
    }
    this.known = true;
  }
}
