/**
 * One step of an exponential Rosenbrock method for a single state under a steady drive, dy/dt = f(y): order 5, with an embedded
 * method of order 3 to judge it by, three evaluations of f. The straight part of f is solved exactly, so a stiff return to rest needs
 * no small steps, and a state on an unstable branch grows as it should, however long the step: it is never held there.
 *
 * exprb53s3: Luan, Ostermann, J. Comput. Appl. Math. 255 (2014) 417.
 *
 * Numbers go in and out through arrays and nothing is called that need not be: in this loop a number handed to a function, or
 * back from it, costs as much as computing it.
 */

/** dy/dt = f(y), in the layout of `Device.flow` and `linearise` for one state. */
export interface OneState {
  /** Takes y at [1], gives f at [3]. */
  flow(io: Float64Array): void;
  /** As `flow`, and df/dy at [7]. */
  linearise(io: Float64Array): void;
}

/** Below this the functions phi come from their series: the recursion would lose digits. */
const seriesBelow = 0.5;

export class ExponentialStep {
  /** What `system` takes and gives: set what else it needs (a voltage) beforehand. */
  readonly io = new Float64Array(8);
  /** Set before `try`: state at the start [0], f [1] and df/dy [2] there, length [3]. Given: state at the end [4], its error [5]. */
  readonly w = new Float64Array(6);

  constructor(private readonly system: OneState) {}

  /** f and df/dy at y0. */
  prepare(y0: number): void {
    const { io, w } = this;
    io[1] = y0;
    this.system.linearise(io);
    w[0] = y0;
    w[1] = io[3]!;
    w[2] = io[7]!;
  }

  /** Tries a step from the prepared state. The state and error it gives are no numbers where the step is far too long. */
  try(h: number): void {
    const { io, w, system } = this;
    const y0 = w[0]!;
    const f0 = w[1]!;
    const slope = w[2]!;
    const z = h * slope;
    const z2 = 0.5 * z;
    const z3 = 0.9 * z;
    // phi_1 and phi_3 at half the step, at 0.9 of it and at its end, phi_4 at its end
    let one2: number, one3: number, one: number, three2: number, three3: number, three: number, four: number;
    if (z > -seriesBelow && z < seriesBelow) {
      three2 = 1 / 6 + z2 * (c4 + z2 * (c5 + z2 * (c6 + z2 * (c7 + z2 * (c8 + z2 * (c9 + z2 * c10))))));
      three3 = 1 / 6 + z3 * (c4 + z3 * (c5 + z3 * (c6 + z3 * (c7 + z3 * (c8 + z3 * (c9 + z3 * (c10 + z3 * c11)))))));
      four = c4 + z * (c5 + z * (c6 + z * (c7 + z * (c8 + z * (c9 + z * (c10 + z * (c11 + z * c12)))))));
      three = 1 / 6 + z * four;
      one2 = 1 + z2 * (0.5 + z2 * three2);
      one3 = 1 + z3 * (0.5 + z3 * three3);
      one = 1 + z * (0.5 + z * three);
    } else {
      const perZ = 1 / z;
      const perZ2 = 2 * perZ;
      const perZ3 = perZ / 0.9;
      const growth2 = Math.exp(z2);
      one2 = (growth2 - 1) * perZ2;
      three2 = ((one2 - 1) * perZ2 - 0.5) * perZ2;
      one3 = (Math.exp(z3) - 1) * perZ3;
      three3 = ((one3 - 1) * perZ3 - 0.5) * perZ3;
      one = (growth2 * growth2 - 1) * perZ;
      three = ((one - 1) * perZ - 0.5) * perZ;
      four = (three - 1 / 6) * perZ;
    }
    // what f does beyond its straight line, at 0.5 and at 0.9 of the step
    const move2 = 0.5 * h * one2 * f0;
    io[1] = y0 + move2;
    system.flow(io);
    const bend2 = io[3]! - f0 - slope * move2;
    const move3 = h * (0.9 * one3 * f0 + ((27 / 25) * three2 + (729 / 125) * three3) * bend2);
    io[1] = y0 + move3;
    system.flow(io);
    const bend3 = io[3]! - f0 - slope * move3;
    const bent = (18 * three - 60 * four) * bend2 + ((500 / 27) * four - (250 / 81) * three) * bend3;
    w[3] = h;
    w[4] = y0 + h * (one * f0 + bent);
    w[5] = h * (bent - 8 * three * bend2);
  }
}

// 1/n!
const c4 = 1 / 24;
const c5 = c4 / 5;
const c6 = c5 / 6;
const c7 = c6 / 7;
const c8 = c7 / 8;
const c9 = c8 / 9;
const c10 = c9 / 10;
const c11 = c10 / 11;
const c12 = c11 / 12;
