import type { Device } from "../models/device.js";
import { SimulationError } from "../one-port.js";
import { BehindResistance } from "./behind-resistance.js";
import { ExponentialStep, type Rates } from "./exponential-step.js";
import { narrowed } from "./passing.js";
import type { Pulsed } from "./pulsed.js";
import { StepInside } from "./step-inside.js";

/** Resets that may follow each other without time passing. */
const maxResetsAtOnce = 100;
/** Steps in one level, some seconds of computing. */
const maxSteps = 1e7;
/** An event is placed to this share of the step in which it happens. */
const eventShare = 1e-8;
/** The curve inside a step is followed to this share of the step before a step to the event is tried. */
const insideShare = 1e-4;
const mostTries = 4;
/** A step grows by no more than this; by the second, where its error is that far below what is allowed. */
const [mostGrowth, mostGrowthAtRest, atRest] = [8, 100, 1e-6];
/** An event that changes no rate by more than this share of it lets the steps go on as they were. */
const jolt = 0.2;

/** Told of every step: where it is, `PulsedStates.told_s`, its two ends, and inside it `PulsedStates.inside`. */
export type StepTold = () => void;

/**
 * A device without capacitance behind a resistance, driven by steady levels and straight ramps one after the other. The terminal voltage
 * being algebraic, each of its states obeys an equation of its own, dx/dt = f(t, x); for a device whose states act on each other,
 * see `actsOnItself`.
 *
 * A tolerance bounds the estimate of each step; the result is better, the method being of order 5 and the estimate of order 3. For VO2
 * behind 1.05 kohm at 1.7 V, 1e-4 gives the switching delay to 4e-6, 1e-5 to 2e-7; resistances in a state that has settled to 1e-12.
 */
export class PulsedStates implements Pulsed {
  /** Accepted and rejected steps so far. */
  steps = 0;
  rejected = 0;
  /** At the end of the last level, or of the step being told. */
  voltage_V = 0;
  current_A = 0;
  /** Beginning of the step being told, s since the level began, and its length. */
  readonly told_s = new Float64Array(2);
  /** Where the step being told begins. */
  from_V = 0;
  from_A = 0;
  /** Where `inside` has looked. */
  inside_V = 0;
  inside_A = 0;
  eventAfter_s = NaN;
  private readonly solver: ExponentialStep;
  private readonly step: StepInside;
  private readonly x: Float64Array;
  private readonly scale: Float64Array;
  /** Rates before an event. */
  private readonly before: Float64Array;
  private readonly n: number;
  private series_ohm: number;
  private emf_V = 0;
  private emfSlope_V_per_s = 0;

  /**
   * @param device without capacitance
   * @param series_ohm between source and terminals, at least 0
   * @param tolerance relative error allowed in a step
   */
  constructor(
    private readonly device: Device,
    series_ohm: number,
    private readonly tolerance: number,
  ) {
    this.n = device.size;
    this.x = Float64Array.from(device.initial);
    this.scale = Float64Array.from(device.scale);
    this.before = new Float64Array(device.size);
    this.series_ohm = series_ohm;
    this.solver = new ExponentialStep(systemBehind(device, series_ohm), device.size);
    this.step = new StepInside(this.solver, device.size);
  }

  /** States now. To be set from outside only between two levels. */
  get state(): Float64Array {
    return this.x;
  }

  /** Another resistance between source and terminals, at least 0, from now on. */
  connect(series_ohm: number): void {
    if (series_ohm === this.series_ohm) return;
    this.series_ohm = series_ohm;
    this.solver.system = systemBehind(this.device, series_ohm);
  }

  hold(level_V: number, length_s: number): void {
    this.pass(level_V, 0, length_s);
  }

  /**
   * Lets time pass while the source rises from a level with a slope.
   *
   * @throws SimulationError the solve failed; the state is the last good one
   */
  pass(level_V: number, slope_V_per_s: number, length_s: number, told?: StepTold): void {
    const { device, x, solver, step } = this;
    this.drive(level_V, slope_V_per_s);
    this.eventAfter_s = NaN;
    const allowedSteps = this.steps + maxSteps;
    let next_s = 0;
    let last_s = 0;
    let lastError = 1;
    this.prepare(0);
    for (let t = 0; t < length_s;) {
      const jolted = this.reset(t);
      this.from_V = this.voltage_V;
      this.from_A = this.current_A;
      if (t === 0 || jolted) {
        last_s = 0;
        next_s = this.cautious_s(length_s);
      }
      let h = Math.min(next_s, length_s - t);
      let shrunk = false;
      let error = 0;
      step.begin();
      for (;;) {
        solver.try(h);
        error = this.errorNorm();
        if (error <= 1) break;
        shrunk = true;
        this.rejected++;
        const factor = error < Infinity ? 0.9 / Math.sqrt(Math.sqrt(error)) : 0.05; // the error goes as the 4th power
        h *= Math.max(0.05, Math.min(0.8, factor));
        if (!(h > 1e-24 && h > 1e-15 * t)) throw this.failed(t, "no step is small enough");
      }
      if (++this.steps > allowedSteps) throw this.failed(t, `${maxSteps} steps were not enough for this level`);
      // how the error went from the last step to this one counts as well (Gustafsson, ACM Trans. Math. Softw. 20 (1994) 496)
      const least = Math.max(error, 1e-8);
      const ratio = last_s / h;
      const trend = (ratio * ratio * ratio * ratio * least * least) / lastError;
      const factor = 0.9 / Math.sqrt(Math.sqrt(Math.max(least, trend)));
      next_s = h * Math.min(shrunk ? 1 : error < atRest ? mostGrowthAtRest : mostGrowth, Math.max(0.2, factor));
      last_s = h;
      lastError = Math.max(error, 0.01);
      const from_s = t;
      const end_s = h >= length_s - t ? length_s : t + h;
      copy(solver.x1, x);
      device.accepted(x); // rounds only
      this.prepare(end_s);
      if (this.guard() < 0) t = end_s;
      else {
        h = this.toEvent_s(h, t);
        t += h;
        device.accepted(x);
        this.prepare(t);
      }
      if (told) {
        this.told_s[0] = from_s;
        this.told_s[1] = h;
        told();
      }
    }
  }

  /** Voltage and current with the source at a level, before any time passes. */
  rest(level_V: number): void {
    this.drive(level_V, 0);
    this.prepare(0);
  }

  private drive(level_V: number, slope_V_per_s: number): void {
    this.emf_V = level_V;
    this.emfSlope_V_per_s = slope_V_per_s;
    this.solver.ramp(level_V, slope_V_per_s);
  }

  /** Voltage and current at a share of the step being told. */
  inside(share: number): void {
    const { io, system } = this.solver;
    const length_s = this.told_s[1]!;
    io[0] = this.emfAt(this.told_s[0]! + share * length_s);
    this.step.states(share, length_s, io, 1);
    system.flow(io);
    this.inside_A = io[this.n + 1]!;
    this.inside_V = io[0] - this.inside_A * this.series_ohm;
  }

  /** A step that moves no state by more than about itself or its scale, the rates growing as the ramp has them grow. */
  private cautious_s(length_s: number): number {
    const { solver, scale } = this;
    let step_s = length_s;
    for (let i = 0; i < scale.length; i++) {
      const size = Math.max(scale[i]!, Math.abs(solver.x0[i]!));
      const rate = Math.abs(solver.f0[i]!);
      const twice = rate + Math.sqrt(rate * rate + 2 * Math.abs(solver.rise[i]!) * size);
      step_s = Math.min(step_s, (2 * size) / twice);
    }
    return step_s;
  }

  /** Error of the step tried last in units of what is allowed; Infinity where it is no number. */
  private errorNorm(): number {
    const { solver, scale, tolerance } = this;
    let largest = 0;
    for (let i = 0; i < scale.length; i++) {
      const size = Math.max(scale[i]!, Math.abs(solver.x0[i]!), Math.abs(solver.x1[i]!));
      const error = Math.abs(solver.error[i]!) / (tolerance * size);
      if (!(error <= largest)) largest = error < Infinity ? error : Infinity;
    }
    return largest;
  }

  /** Source, f and its slope where the next step starts: at the present state. */
  private prepare(t: number): void {
    copy(this.x, this.solver.x0);
    this.solver.time[0] = t;
    this.prepareAgain();
  }

  private prepareAgain(): void {
    this.solver.prepare();
    this.seen();
  }

  /** Voltage and current of the state that f was evaluated for last. */
  private seen(): void {
    const { io } = this.solver;
    this.current_A = io[this.n + 1]!;
    this.voltage_V = io[0]! - this.current_A * this.series_ohm;
  }

  private emfAt(t: number): number {
    return this.emfSlope_V_per_s === 0 ? this.emf_V : this.emf_V + this.emfSlope_V_per_s * t;
  }

  private guard(): number {
    return this.device.guard(this.voltage_V, this.x);
  }

  /** Fires what is due at once. @returns whether that changed how fast the states move, or where they are, by much */
  private reset(t: number): boolean {
    const { device, x, solver } = this;
    let jolted = false;
    for (let fired = 0; this.guard() >= 0; fired++) {
      if (fired === maxResetsAtOnce) throw this.failed(t, "it switches on and off without time passing");
      this.before.set(solver.f0);
      device.fire(this.voltage_V, x);
      for (let i = 0; i < this.n; i++) jolted ||= x[i] !== solver.x0[i];
      this.prepare(t);
      for (let i = 0; i < this.n; i++)
        jolted ||= !(Math.abs(solver.f0[i]! - this.before[i]!) <= jolt * Math.abs(this.before[i]!));
      if (Number.isNaN(this.eventAfter_s)) this.eventAfter_s = t;
    }
    return jolted;
  }

  /**
   * Length of the step that ends just past the event inside the step of length h just taken; leaves the state there, and the solver
   * prepared where the step begins. The curve inside the step, which costs no solving, says where a step to the event has to be tried; two
   * tries do.
   */
  private toEvent_s(h: number, t: number): number {
    const ends = { low: 0, below: this.guardInside(0, h, t), high: 1, above: this.guardInside(1, h, t) };
    const curve = ends.below < 0 && narrowed(ends, insideShare, (share) => this.guardInside(share, h, t));
    this.step.back();
    this.solver.time[0] = t;
    this.prepareAgain();
    if (curve) {
      const slope = (curve.above - curve.below) / (curve.high - curve.low);
      let share = curve.high;
      for (let tries = 0; tries < mostTries && share > 0 && share <= 1; tries++) {
        const guard = this.guardAfter(share * h, t);
        if (guard >= 0 && guard <= slope * eventShare) return share * h;
        share -= guard / slope - eventShare / 2;
      }
    }
    const whole = { low: 0, below: this.guardAfter(0, t), high: 1, above: this.guardAfter(h, t) };
    const { high } = narrowed(whole, eventShare, (share) => this.guardAfter(share * h, t));
    this.guardAfter(high * h, t);
    return high * h;
  }

  /** The guard on the curve inside the step of length h just taken, at whose end the solver is prepared. */
  private guardInside(share: number, h: number, t: number): number {
    const { x, n, solver } = this;
    solver.io[0] = this.emfAt(t + share * h);
    this.step.states(share, h, solver.io, 1);
    for (let i = 0; i < n; i++) x[i] = solver.io[1 + i]!;
    solver.system.flow(solver.io);
    this.seen();
    return this.guard();
  }

  /** The guard after a step of another length from the prepared state; leaves the state there. */
  private guardAfter(step_s: number, t: number): number {
    const { solver, x } = this;
    if (step_s > 0) solver.try(step_s);
    copy(step_s > 0 ? solver.x1 : solver.x0, x);
    solver.io[0] = this.emfAt(t + step_s);
    for (let i = 0; i < this.n; i++) solver.io[1 + i] = x[i]!;
    solver.system.flow(solver.io);
    this.seen();
    return this.guard();
  }

  private failed(t: number, why: string): SimulationError {
    copy(this.solver.x0, this.x);
    return new SimulationError(
      `The simulation stopped ${t} s into a level of ${this.emf_V} V behind ${this.series_ohm} ohm: ${why}. The device ` +
        `keeps the state it had then; check its parameters and the pulse.`,
      { after_s: t, emf_V: this.emf_V, series_ohm: this.series_ohm, state: Array.from(this.x) },
    );
  }
}

/** The equations behind a resistance: the device's own where it can take that in, else with the voltage solved for. */
function systemBehind(device: Device, series_ohm: number): Rates {
  device.behind?.(series_ohm);
  return (series_ohm === 0 || device.behind) && isDirect(device) ? device : new BehindResistance(device, series_ohm);
}

/** `set` would cost more than a step's arithmetic on so few. */
function copy(from: Float64Array, to: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i] = from[i]!;
}

type DirectDevice = Device & Required<Pick<Device, "flow" | "linearise">>;

function isDirect(device: Device): device is DirectDevice {
  return device.flow !== undefined && device.linearise !== undefined;
}

/**
 * Whether no state of the device acts on another at a given voltage, as far as a look at its derivatives in four places tells. Were it
 * missed, steps would be shorter, not wrong.
 */
export function actsOnItself(device: Device): boolean {
  const n = device.size;
  const byState = new Float64Array(n * n);
  return [0, 0.5].every((share) => {
    const x = Float64Array.from(device.initial, (start, i) => start + share * (device.scale[i] ?? 1));
    return [-0.5, 1].every((v) => {
      device.ratesByState(v, x, byState);
      return byState.every((value, k) => value === 0 || k % (n + 1) === 0);
    });
  });
}
