import type { Device } from "../models/device.js";
import { SimulationError } from "../one-port.js";
import { ExponentialStep, type OneStateSystem } from "./exponential-step.js";
import type { Pulsed } from "./pulsed.js";

/** Resets that may follow each other without time passing. */
const maxResetsAtOnce = 100;
/** Steps in one level, some seconds of computing. */
const maxSteps = 1e7;
/** A Newton step this much smaller than the voltage leaves an error at the last bit (convergence is quadratic). */
const settled = 1e-9;
const maxNewtonSteps = 200;
/** An event is placed to this share of the step in which it happens. */
const eventShare = 1e-10;

/**
 * A device of one state and no capacitance behind a resistance, driven by steady levels one after the other. With the drive
 * steady and the terminal voltage algebraic, the state obeys an equation of its own, dy/dt = f(y).
 */
export class PulsedState implements OneStateSystem, Pulsed {
  /** Accepted and rejected steps so far. */
  steps = 0;
  rejected = 0;
  /** At the end of the last level. */
  voltage_V = 0;
  current_A = 0;
  /** From the start of the last level to the device's first event in it, s; NaN without one. */
  eventAfter_s = NaN;
  private readonly solver = new ExponentialStep(this);
  private readonly x: Float64Array;
  private readonly out = new Float64Array(1);
  private readonly scale: number;
  private emf_V = 0;
  /** Where Newton starts: the last terminal voltage. */
  private near_V = 0;
  private lastError = 1;

  /**
   * @param device of size 1, without capacitance
   * @param series_ohm between source and terminals, at least 0
   * @param tolerance relative error allowed in a step
   */
  constructor(
    private readonly device: Device,
    private readonly series_ohm: number,
    private readonly tolerance: number,
  ) {
    this.x = Float64Array.from(device.initial);
    this.scale = device.scale[0] ?? 1;
  }

  get state(): ArrayLike<number> {
    return this.x;
  }

  /**
   * Lets time pass at a level; fills voltage, current and the time of the event.
   *
   * @throws SimulationError no step is small enough, or the device switches without end; the state is the last good one
   */
  hold(emf_V: number, length_s: number): void {
    const { device, x, solver, scale } = this;
    this.emf_V = this.near_V = emf_V;
    this.eventAfter_s = NaN;
    const allowedSteps = this.steps + maxSteps;
    let next_s = 0;
    let last_s = 0;
    for (let t = 0; t < length_s;) {
      const fired = this.reset(t);
      const y0 = x[0]!;
      const f0 = this.rate_per_s(y0);
      const slope = this.slope_per_s();
      const size = Math.max(scale, Math.abs(y0));
      if (t === 0 || fired) {
        last_s = 0;
        next_s = Math.min(length_s, size / Math.abs(f0)); // moves the state by about itself at most
      }
      let h = Math.min(next_s, length_s - t);
      let error = this.errorOf(y0, f0, slope, h, size);
      const shrunk = error > 1;
      while (error > 1) {
        this.rejected++;
        h *= Math.max(0.05, Math.min(0.8, stepFactor(error)));
        if (!(h > 1e-24 && h > 1e-15 * t)) throw this.failed(t, y0, "no step is small enough");
        error = this.errorOf(y0, f0, slope, h, size);
      }
      if (++this.steps > allowedSteps) throw this.failed(t, y0, `${maxSteps} steps were not enough for this level`);
      next_s = h * this.growthOfStep(error, shrunk, last_s, h);
      last_s = h;
      const ended = h >= length_s - t;
      x[0] = solver.y1;
      if (device.guard(this.terminal_V(), x) >= 0) t += this.toEvent_s(y0, f0, slope, h);
      else t = ended ? length_s : t + h;
      device.accepted(x);
    }
    this.voltage_V = this.terminal_V();
    this.current_A = device.current_A(this.voltage_V, x);
  }

  /** f of the system, 1/s; leaves y as the state. */
  rate_per_s(y: number): number {
    this.x[0] = y;
    this.device.rates(this.terminal_V(), this.x, this.out);
    return this.out[0]!;
  }

  /** df/dy at the state at which the rate was last asked for; the terminal voltage follows the state. */
  private slope_per_s(): number {
    const { device, x, out, series_ohm, near_V } = this;
    device.ratesByState(near_V, x, out);
    const byState = out[0]!;
    if (series_ohm === 0) return byState;
    device.ratesByVoltage(near_V, x, out);
    const byVoltage = out[0]!;
    device.currentByState(near_V, x, out);
    return byState - (byVoltage * series_ohm * out[0]!) / (1 + series_ohm * device.conductance_S(near_V, x));
  }

  /** Error of a step in units of what is allowed; Infinity where it is no number. */
  private errorOf(y0: number, f0: number, slope: number, h: number, size0: number): number {
    const { solver, tolerance } = this;
    solver.try(y0, f0, slope, h);
    const error = Math.abs(solver.error) / (tolerance * Math.max(size0, Math.abs(solver.y1)));
    return error < Infinity ? error : Infinity;
  }

  /** Looks at how the error went from the last step to this one (Gustafsson, ACM Trans. Math. Softw. 20 (1994) 496). */
  private growthOfStep(error: number, shrunk: boolean, last_s: number, h: number): number {
    const least = Math.max(error, 1e-8);
    const trend = ((last_s / h) ** 2) ** 2 * ((least * least) / this.lastError);
    this.lastError = Math.max(error, 0.01);
    return Math.min(shrunk ? 1 : 8, Math.max(0.2, stepFactor(Math.max(least, trend))));
  }

  /** Fires what is due at once. */
  private reset(t: number): boolean {
    const { device, x } = this;
    let fired = 0;
    for (; device.guard(this.terminal_V(), x) >= 0; fired++) {
      if (fired === maxResetsAtOnce) throw this.failed(t, x[0]!, "it switches on and off without time passing");
      device.fire(this.near_V, x);
      if (Number.isNaN(this.eventAfter_s)) this.eventAfter_s = t;
    }
    return fired > 0;
  }

  /** Length of the step that ends just past the event inside a step of length h (Illinois rule); leaves the state there. */
  private toEvent_s(y0: number, f0: number, slope: number, h: number): number {
    const { device, solver, x } = this;
    const guardAfter = (step_s: number) => {
      solver.try(y0, f0, slope, step_s);
      x[0] = solver.y1;
      return device.guard(this.terminal_V(), x);
    };
    x[0] = y0;
    let [low, high] = [0, h];
    let below = device.guard(this.terminal_V(), x);
    let above = guardAfter(h);
    for (let side = 0; high - low > eventShare * h;) {
      let step_s = high - (above * (high - low)) / (above - below);
      // an end that falls together with the root would leave the other where it is
      step_s = Math.min(high - (eventShare / 2) * h, Math.max(low + (eventShare / 2) * h, step_s));
      const guard = guardAfter(step_s);
      if (guard >= 0) {
        [high, above] = [step_s, guard];
        if (side === 1) below /= 2;
        side = 1;
      } else {
        [low, below] = [step_s, guard];
        if (side === -1) above /= 2;
        side = -1;
      }
    }
    guardAfter(high);
    return high;
  }

  /** For the state in x: the root of emf = v + R i(v) between 0 and emf, where both sides rise with v. */
  private terminal_V(): number {
    const { device, series_ohm, emf_V, x } = this;
    if (series_ohm === 0) return emf_V;
    const [least, most] = emf_V < 0 ? [emf_V, 0] : [0, emf_V];
    let v = this.near_V;
    for (let i = 0; i < maxNewtonSteps; i++) {
      const missing_V = emf_V - v - series_ohm * device.current_A(v, x);
      const next = v + missing_V / (1 + series_ohm * device.conductance_S(v, x));
      const inside = next < least ? least : next > most ? most : next;
      const moved = Math.abs(inside - v);
      v = inside;
      if (moved <= settled * Math.abs(v)) break;
    }
    this.near_V = v;
    return v;
  }

  private failed(t: number, y: number, why: string): SimulationError {
    this.x[0] = y;
    return new SimulationError(
      `The simulation stopped ${t} s into a level of ${this.emf_V} V behind ${this.series_ohm} ohm: ${why}. The device ` +
        `keeps the state it had then; check its parameters and the pulse.`,
      { after_s: t, emf_V: this.emf_V, series_ohm: this.series_ohm, state: [y] },
    );
  }
}

/** By how much the next step may be longer: the error goes as the 4th power of the step. */
function stepFactor(error: number): number {
  return 0.9 / Math.sqrt(Math.sqrt(error));
}
