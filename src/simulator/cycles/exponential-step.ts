/**
 * One step of an exponential Rosenbrock method for a single state under a steady drive, dy/dt = f(y): order 5, with an embedded
 * method of order 3 to judge it by, three evaluations of f. The straight part of f is solved exactly, so a stiff return to rest needs
 * no small steps, and a state on an unstable branch grows as it should, however long the step: it is never held there.
 *
 * exprb53s3: Luan, Ostermann, J. Comput. Appl. Math. 255 (2014) 417. Nothing is allocated in a step.
 */

/** dy/dt = f(y). */
export interface OneStateSystem {
  rate_per_s(y: number): number;
}

export class ExponentialStep {
  /** State at the end of the last step tried. */
  y1 = 0;
  /** What the embedded method makes of it: an upper guess of the error of `y1`. */
  error = 0;

  constructor(private readonly system: OneStateSystem) {}

  /**
   * Tries a step; fills `y1` and `error`, which are no numbers where the step is far too long.
   *
   * @param y0 state at the start
   * @param f0 f there, 1/s
   * @param slope df/dy there, 1/s
   * @param h length, s
   */
  try(y0: number, f0: number, slope: number, h: number): void {
    const { system } = this;
    const [z2, z3, z] = [0.5 * h * slope, 0.9 * h * slope, h * slope];
    const one2 = phi1(z2);
    const one3 = phi1(z3);
    const one = phi1(z);
    const three = phi3(z, one);
    const four = phi4(z, three);
    // what f does beyond its straight line, at 0.5 and at 0.9 of the step
    const move2 = 0.5 * h * one2 * f0;
    const bend2 = system.rate_per_s(y0 + move2) - f0 - slope * move2;
    const move3 = h * (0.9 * one3 * f0 + ((27 / 25) * phi3(z2, one2) + (729 / 125) * phi3(z3, one3)) * bend2);
    const bend3 = system.rate_per_s(y0 + move3) - f0 - slope * move3;
    const bent = (18 * three - 60 * four) * bend2 + ((500 / 27) * four - (250 / 81) * three) * bend3;
    this.y1 = y0 + h * (one * f0 + bent);
    this.error = h * (bent - 8 * three * bend2);
  }
}

/** Below this phi_1, phi_3 and phi_4 come from their series: the recursion would lose digits. */
const seriesBelow = 0.25;

/** (exp z - 1)/z */
function phi1(z: number): number {
  if (Math.abs(z) >= seriesBelow) return (Math.exp(z) - 1) / z;
  return 1 + z * (1 / 2 + z * phi3(z, 1));
}

/** (phi_2 - 1/2)/z, phi_2 = (phi_1 - 1)/z */
function phi3(z: number, one: number): number {
  if (Math.abs(z) >= seriesBelow) return ((one - 1) / z - 1 / 2) / z;
  return 1 / 6 + z * phi4(z, 0);
}

/** (phi_3 - 1/6)/z */
function phi4(z: number, three: number): number {
  if (Math.abs(z) >= seriesBelow) return (three - 1 / 6) / z;
  return 1 / 24 + z * (1 / 120 + z * (1 / 720 + z * (1 / 5040 + z * (1 / 40320 + z * (1 / 362880 + z / 3628800)))));
}
