/**
 * RODAS: Rosenbrock method of order 4 with an embedded one of order 3, six stages, stiffly accurate, L-stable, and a
 * continuous output of order 3. One Jacobian and one factorisation a step, no iteration.
 *
 * Hairer, Wanner, Solving Ordinary Differential Equations II (1996), section IV.7; coefficients of their code RODAS,
 * METH = 1. Nothing is allocated in a step.
 */

/** dx/dt = f(t, x). */
export interface OdeSystem {
  readonly size: number;
  rates(t: number, x: Float64Array, out: Float64Array): void;
  /** f into `rate`, df/dx row by row into `byState`, df/dt into `byTime`. */
  linearise(t: number, x: Float64Array, rate: Float64Array, byState: Float64Array, byTime: Float64Array): void;
}

const gamma = 0.25;
// a: stage values, c: couplings between stages, alpha and d: times and weights of df/dt, o: continuous output
const [a21, a31, a32] = [1.544, 0.9466785280815826, 0.2557011698983284];
const [a41, a42, a43] = [3.314825187068521, 2.896124015972201, 0.9986419139977817];
const [a51, a52, a53, a54] = [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895];
const [c21, c31, c32] = [-5.6688, -2.430093356833875, -0.2063599157091915];
const [c41, c42, c43] = [-0.1073529058151375, -9.594562251023355, -20.47028614809616];
const [c51, c52, c53, c54] = [7.496443313967647, -10.24680431464352, -33.99990352819905, 11.7089089320616];
const [c61, c62, c63] = [8.083246795921522, -7.981132988064893, -31.52159432874371];
const [c64, c65] = [16.31930543123136, -6.058818238834054];
const [alpha2, alpha3, alpha4] = [0.386, 0.21, 0.63];
const [d1, d2, d3, d4] = [0.25, -0.1043, 0.1035, -0.0362];
const [o21, o22, o23, o24, o25] = [
  10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662,
];
const [o31, o32, o33, o34, o35] = [
  -0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872,
];

export class Rodas4 {
  /** State at the start of the step; set it before `prepare`. */
  readonly x0: Float64Array;
  /** State at the end of the last step tried. */
  readonly x1: Float64Array;
  /** Estimated error of `x1`. */
  readonly error: Float64Array;
  /** df/dx at the start of the step, after `prepare`. */
  readonly byState: Float64Array;
  /** f at the start of the step, after `prepare`. */
  readonly rate: Float64Array;
  private readonly byTime: Float64Array;
  private readonly lu: Float64Array;
  private readonly pivot: Int32Array;
  private readonly u: Float64Array;
  private readonly k1: Float64Array;
  private readonly k2: Float64Array;
  private readonly k3: Float64Array;
  private readonly k4: Float64Array;
  private readonly k5: Float64Array;
  private t = 0;

  constructor(private readonly system: OdeSystem) {
    const n = system.size;
    const vector = () => new Float64Array(n);
    [this.x0, this.x1, this.error, this.rate, this.byTime, this.u] = [
      vector(),
      vector(),
      vector(),
      vector(),
      vector(),
      vector(),
    ];
    [this.k1, this.k2, this.k3, this.k4, this.k5] = [vector(), vector(), vector(), vector(), vector()];
    this.byState = new Float64Array(n * n);
    this.lu = new Float64Array(n * n);
    this.pivot = new Int32Array(n);
  }

  /** Rate and Jacobian at t, x0: once for all step sizes tried from there. */
  prepare(t: number): void {
    this.t = t;
    this.system.linearise(t, this.x0, this.rate, this.byState, this.byTime);
  }

  /**
   * Tries a step from the prepared point; fills `x1` and `error`.
   *
   * @returns false when it can not be done at this size (singular matrix or a value that is no number)
   */
  tryStep(h: number): boolean {
    const { system, t, x0, x1, u, k1, k2, k3, k4, k5, error, byTime } = this;
    const n = system.size;
    if (!this.factor(1 / (h * gamma))) return false;

    for (let i = 0; i < n; i++) k1[i] = this.rate[i]! + h * d1 * byTime[i]!;
    this.solve(k1);

    for (let i = 0; i < n; i++) u[i] = x0[i]! + a21 * k1[i]!;
    system.rates(t + alpha2 * h, u, k2);
    for (let i = 0; i < n; i++) k2[i]! += h * d2 * byTime[i]! + (c21 * k1[i]!) / h;
    this.solve(k2);

    for (let i = 0; i < n; i++) u[i] = x0[i]! + a31 * k1[i]! + a32 * k2[i]!;
    system.rates(t + alpha3 * h, u, k3);
    for (let i = 0; i < n; i++) k3[i]! += h * d3 * byTime[i]! + (c31 * k1[i]! + c32 * k2[i]!) / h;
    this.solve(k3);

    for (let i = 0; i < n; i++) u[i] = x0[i]! + a41 * k1[i]! + a42 * k2[i]! + a43 * k3[i]!;
    system.rates(t + alpha4 * h, u, k4);
    for (let i = 0; i < n; i++) k4[i]! += h * d4 * byTime[i]! + (c41 * k1[i]! + c42 * k2[i]! + c43 * k3[i]!) / h;
    this.solve(k4);

    for (let i = 0; i < n; i++) u[i] = x0[i]! + a51 * k1[i]! + a52 * k2[i]! + a53 * k3[i]! + a54 * k4[i]!;
    system.rates(t + h, u, k5);
    for (let i = 0; i < n; i++) k5[i]! += (c51 * k1[i]! + c52 * k2[i]! + c53 * k3[i]! + c54 * k4[i]!) / h;
    this.solve(k5);

    for (let i = 0; i < n; i++) u[i]! += k5[i]!;
    system.rates(t + h, u, error);
    for (let i = 0; i < n; i++) {
      error[i]! += (c61 * k1[i]! + c62 * k2[i]! + c63 * k3[i]! + c64 * k4[i]! + c65 * k5[i]!) / h;
    }
    this.solve(error);

    let finite = true;
    for (let i = 0; i < n; i++) {
      x1[i] = u[i]! + error[i]!;
      finite &&= Number.isFinite(x1[i]!);
    }
    return finite;
  }

  /** State inside the last step tried, at the fraction s of it (order 3). */
  inside(s: number, out: Float64Array): void {
    const { x0, x1, k1, k2, k3, k4, k5 } = this;
    const rest = 1 - s;
    for (let i = 0; i < out.length; i++) {
      const second = o21 * k1[i]! + o22 * k2[i]! + o23 * k3[i]! + o24 * k4[i]! + o25 * k5[i]!;
      const third = o31 * k1[i]! + o32 * k2[i]! + o33 * k3[i]! + o34 * k4[i]! + o35 * k5[i]!;
      out[i] = x0[i]! * rest + s * (x1[i]! + rest * (second + s * third));
    }
  }

  /** Factors `diagonal` I - df/dx in place, with row exchange. */
  private factor(diagonal: number): boolean {
    const { lu, byState, pivot } = this;
    const n = pivot.length;
    for (let i = 0; i < n * n; i++) lu[i] = -byState[i]!;
    for (let i = 0; i < n; i++) lu[i * n + i]! += diagonal;
    for (let col = 0; col < n; col++) {
      let best = col;
      for (let row = col + 1; row < n; row++) {
        if (Math.abs(lu[row * n + col]!) > Math.abs(lu[best * n + col]!)) best = row;
      }
      pivot[col] = best;
      const divisor = lu[best * n + col]!;
      if (!Number.isFinite(divisor) || divisor === 0) return false;
      if (best !== col) {
        for (let j = 0; j < n; j++) {
          const kept = lu[col * n + j]!;
          lu[col * n + j] = lu[best * n + j]!;
          lu[best * n + j] = kept;
        }
      }
      for (let row = col + 1; row < n; row++) {
        const factor = lu[row * n + col]! / divisor;
        lu[row * n + col] = factor;
        if (factor !== 0) for (let j = col + 1; j < n; j++) lu[row * n + j]! -= factor * lu[col * n + j]!;
      }
    }
    return true;
  }

  private solve(b: Float64Array): void {
    const { lu, pivot } = this;
    const n = pivot.length;
    for (let i = 0; i < n; i++) {
      const row = pivot[i]!;
      if (row !== i) {
        const kept = b[i]!;
        b[i] = b[row]!;
        b[row] = kept;
      }
    }
    for (let i = 1; i < n; i++) for (let j = 0; j < i; j++) b[i]! -= lu[i * n + j]! * b[j]!;
    for (let i = n - 1; i >= 0; i--) {
      for (let j = i + 1; j < n; j++) b[i]! -= lu[i * n + j]! * b[j]!;
      b[i]! /= lu[i * n + i]!;
    }
  }
}

/**
 * Largest growth rate of a small disturbance, 1/s: the largest real part over the 2x2 diagonal blocks of the Jacobian.
 *
 * A stiffly accurate method with a step beyond 1/growth damps what should grow and so holds a device on an unstable
 * branch; the caller keeps steps below it.
 */
export function growthRate_per_s(byState: Float64Array, n: number): number {
  let largest = 0;
  for (let i = 0; i < n; i++) {
    const a = byState[i * n + i]!;
    if (a > largest) largest = a;
    for (let j = i + 1; j < n; j++) {
      const coupling = byState[i * n + j]! * byState[j * n + i]!;
      if (coupling === 0) continue;
      const d = byState[j * n + j]!;
      const half = (a - d) / 2;
      const root = half * half + coupling;
      const real = (a + d) / 2 + (root > 0 ? Math.sqrt(root) : 0);
      if (real > largest) largest = real;
    }
  }
  return largest;
}
