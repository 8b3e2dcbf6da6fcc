/**
 * One step of an exponential Rosenbrock method under a steady drive, dx/dt = f(x): order 5, with an embedded method of order 3 to
 * judge it by, three evaluations of f. The straight part of f is solved exactly, so a stiff return to rest needs no small steps, and
 * a state on an unstable branch grows as it should, however long the step: it is never held there.
 *
 * exprb53s3: Luan, Ostermann, J. Comput. Appl. Math. 255 (2014) 417; here for states that each have an equation of their own, so
 * that the straight part is one number for each. What little one state does to another (through the drop across a source resistance)
 * counts as bend: it is judged with the rest, by an estimate ten times what is left of it.
 *
 * Numbers go in and out through arrays and nothing is called that need not be: in this loop a number handed to a function, or
 * back from it, costs as much as computing it.
 */

/** dx/dt = f(x), in the layout of `Device.flow` and `linearise`. */
export interface Rates {
  /** Takes the n states from [1], gives f from [n + 2]. */
  flow(io: Float64Array): void;
  /** As `flow`, and df/d[0] from [3 n + 3], df/dx row by row from [4 n + 3]. */
  linearise(io: Float64Array): void;
}

/** Below this the functions phi come from their series: the recursion would lose digits. */
const seriesBelow = 0.5;

export class ExponentialStep {
  /** What `system` takes and gives: set what else it needs (a voltage, [0]) beforehand. */
  readonly io: Float64Array;
  /** State, f and its slope where the step starts. */
  readonly x0: Float64Array;
  readonly f0: Float64Array;
  readonly slope: Float64Array;
  /** State where the step tried last ends, and the error of it. */
  readonly x1: Float64Array;
  readonly error: Float64Array;
  /** Of the step being tried. */
  private readonly length = new Float64Array(1);
  /** How fast [0] rises where the step starts, per second: `ramp`. */
  private risePerS = 0;
  private level = 0;
  /** When the next step starts, since the ramp's beginning. */
  readonly time = new Float64Array(1);
  /** df/dt at a fixed state where the step starts, and what it adds to the straight part at the three points of a step. */
  readonly rise: Float64Array;
  private readonly risen: Float64Array;
  private readonly bend2: Float64Array;
  /** Of each state: phi_1 and phi_3 at 0.9 of the step and at its end, phi_4 at its end. */
  private readonly phi: Float64Array;

  constructor(
    public system: Rates,
    private readonly n: number,
  ) {
    this.io = new Float64Array(4 * n + 3 + n * n);
    const vector = () => new Float64Array(n);
    [this.x0, this.f0, this.slope, this.x1, this.error, this.bend2] = [
      vector(),
      vector(),
      vector(),
      vector(),
      vector(),
      vector(),
    ];
    this.phi = new Float64Array(5 * n);
    [this.rise, this.risen] = [vector(), new Float64Array(3 * n)];
  }

  /**
   * What [0] is at time 0, and how fast it rises from there; 0 for a steady level. On a ramp f depends on time as well: the
   * straight part takes in df/dt (Hochbruck, Ostermann, Acta Numerica 19 (2010) 209, eq. 2.40).
   */
  ramp(level: number, risePerS: number): void {
    this.level = level;
    if (risePerS === 0 && this.risePerS !== 0) {
      this.rise.fill(0);
      this.risen.fill(0);
    }
    this.risePerS = risePerS;
  }

  /** f and its slope at `x0` and `time`. */
  prepare(): void {
    const { io, n, x0, f0, slope } = this;
    io[0] = this.level + this.risePerS * this.time[0]!;
    for (let i = 0; i < n; i++) io[1 + i] = x0[i]!;
    this.system.linearise(io);
    for (let i = 0; i < n; i++) {
      f0[i] = io[n + 2 + i]!;
      slope[i] = io[4 * n + 3 + i * n + i]!;
    }
    if (this.risePerS !== 0) for (let i = 0; i < n; i++) this.rise[i] = io[3 * n + 3 + i]! * this.risePerS;
  }

  /** Tries a step from the prepared state. What it gives are no numbers where the step is far too long. */
  try(h: number): void {
    this.length[0] = h;
    if (this.n === 1) this.goOne();
    else this.go();
  }

  private go(): void {
    const { io, n, system, x0, f0, slope, x1, error, bend2, phi, rise, risen } = this;
    const h = this.length[0]!;
    const ramped = this.risePerS !== 0;
    const drive0 = this.level + this.risePerS * this.time[0]!;
    for (let i = 0; i < n; i++) {
      const z = h * slope[i]!;
      const z2 = 0.5 * z;
      const z3 = 0.9 * z;
      let one2: number;
      const at = 5 * i;
      if (z > -seriesBelow && z < seriesBelow) {
        const three2 = 1 / 6 + z2 * (c4 + z2 * (c5 + z2 * (c6 + z2 * (c7 + z2 * (c8 + z2 * (c9 + z2 * c10))))));
        const three3 =
          1 / 6 + z3 * (c4 + z3 * (c5 + z3 * (c6 + z3 * (c7 + z3 * (c8 + z3 * (c9 + z3 * (c10 + z3 * c11)))))));
        const four = c4 + z * (c5 + z * (c6 + z * (c7 + z * (c8 + z * (c9 + z * (c10 + z * (c11 + z * c12)))))));
        const three = 1 / 6 + z * four;
        one2 = 1 + z2 * (0.5 + z2 * three2);
        phi[at] = 0.9 * (1 + z3 * (0.5 + z3 * three3));
        phi[at + 1] = (27 / 25) * three2 + (729 / 125) * three3;
        phi[at + 2] = 1 + z * (0.5 + z * three);
        phi[at + 3] = three;
        phi[at + 4] = four;
        if (ramped) {
          risen[3 * i] = 0.5 + z2 * three2;
          risen[3 * i + 1] = 0.5 + z3 * three3;
          risen[3 * i + 2] = 0.5 + z * three;
        }
      } else {
        const perZ = 1 / z;
        const perZ2 = 2 * perZ;
        const perZ3 = perZ * (1 / 0.9);
        const growth2 = Math.exp(z2);
        one2 = (growth2 - 1) * perZ2;
        const three2 = ((one2 - 1) * perZ2 - 0.5) * perZ2;
        const one3 = (Math.exp(z3) - 1) * perZ3;
        const three3 = ((one3 - 1) * perZ3 - 0.5) * perZ3;
        const one = (growth2 * growth2 - 1) * perZ;
        const three = ((one - 1) * perZ - 0.5) * perZ;
        phi[at] = 0.9 * one3;
        phi[at + 1] = (27 / 25) * three2 + (729 / 125) * three3;
        phi[at + 2] = one;
        phi[at + 3] = three;
        phi[at + 4] = (three - 1 / 6) * perZ;
        if (ramped) {
          risen[3 * i] = (one2 - 1) * perZ2;
          risen[3 * i + 1] = (one3 - 1) * perZ3;
          risen[3 * i + 2] = (one - 1) * perZ;
        }
      }
      if (ramped) {
        // c² h² phi_2(c h slope) df/dt at c = 0.5, 0.9 and 1
        const whole = h * h * rise[i]!;
        risen[3 * i]! *= 0.25 * whole;
        risen[3 * i + 1]! *= 0.81 * whole;
        risen[3 * i + 2]! *= whole;
      }
      const straight = 0.5 * h * one2 * f0[i]! + risen[3 * i]!;
      io[1 + i] = x0[i]! + straight;
      // what f does beyond its straight line at half the step: f is subtracted from this below
      bend2[i] = f0[i]! + slope[i]! * straight;
      if (ramped) bend2[i]! += 0.5 * h * rise[i]!;
    }
    if (ramped) io[0] = drive0 + 0.5 * h * this.risePerS;
    system.flow(io);
    for (let i = 0; i < n; i++) {
      bend2[i] = io[n + 2 + i]! - bend2[i]!;
      const straight = h * (phi[5 * i]! * f0[i]! + phi[5 * i + 1]! * bend2[i]!) + risen[3 * i + 1]!;
      io[1 + i] = x0[i]! + straight;
      // and at 0.9 of it
      error[i] = f0[i]! + slope[i]! * straight;
      if (ramped) error[i]! += 0.9 * h * rise[i]!;
    }
    if (ramped) io[0] = drive0 + 0.9 * h * this.risePerS;
    system.flow(io);
    for (let i = 0; i < n; i++) {
      const three = phi[5 * i + 3]!;
      const four = phi[5 * i + 4]!;
      const bend3 = io[n + 2 + i]! - error[i]!;
      const bent = (18 * three - 60 * four) * bend2[i]! + ((500 / 27) * four - (250 / 81) * three) * bend3;
      x1[i] = x0[i]! + h * (phi[5 * i + 2]! * f0[i]! + bent) + risen[3 * i + 2]!;
      error[i] = h * (bent - 8 * three * bend2[i]!);
    }
  }

  /** `go` of a device with one state: its numbers stay in registers, which takes a tenth off the time of a step. */
  private goOne(): void {
    const { io, system } = this;
    const h = this.length[0]!;
    const x0 = this.x0[0]!;
    const f0 = this.f0[0]!;
    const slope = this.slope[0]!;
    const rise = this.rise[0]!;
    const drive0 = this.level + this.risePerS * this.time[0]!;
    const z = h * slope;
    const z2 = 0.5 * z;
    const z3 = 0.9 * z;
    // phi_1, phi_2, phi_3 of z2, z3 and z, and phi_4 of z
    let one2: number, two2: number, three2: number, one3: number, two3: number, three3: number;
    let one: number, two: number, three: number, four: number;
    if (z > -seriesBelow && z < seriesBelow) {
      three2 = 1 / 6 + z2 * (c4 + z2 * (c5 + z2 * (c6 + z2 * (c7 + z2 * (c8 + z2 * (c9 + z2 * c10))))));
      three3 = 1 / 6 + z3 * (c4 + z3 * (c5 + z3 * (c6 + z3 * (c7 + z3 * (c8 + z3 * (c9 + z3 * (c10 + z3 * c11)))))));
      four = c4 + z * (c5 + z * (c6 + z * (c7 + z * (c8 + z * (c9 + z * (c10 + z * (c11 + z * c12)))))));
      three = 1 / 6 + z * four;
      two2 = 0.5 + z2 * three2;
      one2 = 1 + z2 * two2;
      two3 = 0.5 + z3 * three3;
      one3 = 1 + z3 * two3;
      two = 0.5 + z * three;
      one = 1 + z * two;
    } else {
      const perZ = 1 / z;
      const perZ2 = 2 * perZ;
      const perZ3 = perZ * (1 / 0.9);
      const growth2 = Math.exp(z2);
      one2 = (growth2 - 1) * perZ2;
      two2 = (one2 - 1) * perZ2;
      three2 = (two2 - 0.5) * perZ2;
      one3 = (Math.exp(z3) - 1) * perZ3;
      two3 = (one3 - 1) * perZ3;
      three3 = (two3 - 0.5) * perZ3;
      one = (growth2 * growth2 - 1) * perZ;
      two = (one - 1) * perZ;
      three = (two - 0.5) * perZ;
      four = (three - 1 / 6) * perZ;
    }
    const risen = h * h * rise;
    const straight2 = 0.5 * h * one2 * f0 + 0.25 * risen * two2;
    io[1] = x0 + straight2;
    io[0] = drive0 + 0.5 * h * this.risePerS;
    system.flow(io);
    const bend2 = io[3]! - (f0 + slope * straight2 + 0.5 * h * rise);
    const straight3 = h * (0.9 * one3 * f0 + ((27 / 25) * three2 + (729 / 125) * three3) * bend2) + 0.81 * risen * two3;
    io[1] = x0 + straight3;
    io[0] = drive0 + 0.9 * h * this.risePerS;
    system.flow(io);
    const bend3 = io[3]! - (f0 + slope * straight3 + 0.9 * h * rise);
    const bent = (18 * three - 60 * four) * bend2 + ((500 / 27) * four - (250 / 81) * three) * bend3;
    this.x1[0] = x0 + h * (one * f0 + bent) + risen * two;
    this.error[0] = h * (bent - 8 * three * bend2);
  }
}

/** (exp(z) - 1 - z)/z². */
export function phi2(z: number): number {
  if (z > -seriesBelow && z < seriesBelow)
    return 0.5 + z * (1 / 6 + z * (c4 + z * (c5 + z * (c6 + z * (c7 + z * (c8 + z * (c9 + z * c10)))))));
  return (Math.exp(z) - 1 - z) / (z * z);
}

/** (exp(z) - 1)/z. */
export function phi1(z: number): number {
  if (z > -seriesBelow && z < seriesBelow) return 1 + z * phi2(z);
  return (Math.exp(z) - 1) / z;
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
