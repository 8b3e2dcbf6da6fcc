import type { Device } from "../models/device.js";
import type { Surroundings } from "./surroundings.js";
import type { OdeSystem } from "./rodas4.js";

/** Least series resistance before a capacitance: an ideal source would need an infinite current at a step. */
const leastBeforeCapacitance_ohm = 1e-3;
/** Share of the limit by which the source passes it before it changes over between limited and free. */
const changeover = 1e-9;
/** A Newton step this much smaller than the voltage leaves an error at the last bit (convergence is quadratic). */
const settled = 1e-9;
/** And of the voltage around, where sources at both ends may cancel. */
const nothing = 1e-15;

/**
 * A device and what drives it as one system of equations, for one straight piece of the source:
 * i(v, x) + C dv/dt = clamp((emf - v)/R, ±limit), emf = start + slope t.
 *
 * Without capacitance v is algebraic: both sides are monotone in v, so it is the root between 0 and emf. With one, v
 * is the last state, and the source is free or limited until an event: a limit that bends the equations within
 * nanovolts of the rest would make a solver chatter.
 *
 * With `surroundings` these take the place of the source: i(v, x) + C dv/dt = what they deliver at v.
 */
export class DrivenDevice implements OdeSystem {
  readonly size: number;
  private readonly floating: boolean;
  /** Bound of the voltage of a device that is no passive one. */
  private readonly emf_V: number;
  private readonly byVoltage: Float64Array;
  private readonly currentByState: Float64Array;
  private readonly inner: Float64Array;
  private series_ohm = 0;
  private limit_A = 0;
  private start_V = 0;
  private slope_V_per_s = 0;
  private lastVoltage_V = 0;
  /** Without capacitance: the current limit held in the last solve. With: it holds until the next event. */
  private limited = false;
  private sign = 1;
  private around: Surroundings | undefined;

  constructor(private readonly device: Device) {
    this.floating = device.capacitance_F > 0;
    this.emf_V = device.emf_V ?? 0;
    this.size = device.size + (this.floating ? 1 : 0);
    this.byVoltage = new Float64Array(device.size);
    this.currentByState = new Float64Array(device.size);
    this.inner = new Float64Array(device.size * device.size);
  }

  /** @param around what drives the device instead of the source */
  connect(series_ohm: number, limit_A: number, around?: Surroundings): void {
    this.around = around;
    this.series_ohm = this.floating ? Math.max(series_ohm, leastBeforeCapacitance_ohm) : series_ohm;
    this.limit_A = series_ohm === Infinity ? 0 : limit_A;
    this.limited = this.limit_A === 0;
  }

  /** Straight piece of the source: emf at t = 0 and its slope. */
  line(start_V: number, slope_V_per_s: number): void {
    this.start_V = start_V;
    this.slope_V_per_s = slope_V_per_s;
  }

  /** Terminal voltage, V. */
  voltage_V(t: number, x: Float64Array): number {
    if (this.floating) return x[this.size - 1]!;
    if (this.around) {
      this.around.at(t);
      this.lastVoltage_V = this.root_V(0, 0, 0, x);
      return this.lastVoltage_V;
    }
    const emf = this.start_V + this.slope_V_per_s * t;
    this.lastVoltage_V = this.solve_V(emf, x);
    return this.lastVoltage_V;
  }

  /** Current from the source into the terminals at the terminal voltage v, A. */
  current_A(t: number, v: number, x: Float64Array): number {
    if (!this.floating) return this.device.current_A(v, x);
    if (this.around) return this.sourceCurrent_A(t, v);
    return Math.max(-this.limit_A, Math.min(this.limit_A, this.sourceCurrent_A(t, v)));
  }

  /** Terminal voltage that was solved for last (no capacitance), V. */
  get solved_V(): number {
    return this.lastVoltage_V;
  }

  rates(t: number, x: Float64Array, out: Float64Array): void {
    this.ratesAt(t, this.voltage_V(t, x), x, out);
  }

  private ratesAt(t: number, v: number, x: Float64Array, out: Float64Array): void {
    this.device.rates(v, x, out);
    if (!this.floating) return;
    out[this.size - 1] = (this.sourceCurrent_A(t, v) - this.device.current_A(v, x)) / this.device.capacitance_F;
  }

  linearise(t: number, x: Float64Array, rate: Float64Array, byState: Float64Array, byTime: Float64Array): void {
    const { device, byVoltage, currentByState, inner } = this;
    const v = this.voltage_V(t, x);
    this.ratesAt(t, v, x, rate);
    const conductance_S = device.conductance_S(v, x);
    device.ratesByState(v, x, inner);
    device.ratesByVoltage(v, x, byVoltage);
    device.currentByState(v, x, currentByState);
    if (this.floating) return this.floatingJacobian(t, v, conductance_S, byState, byTime);
    if (this.around) {
      this.around.solve(v);
      const all_S = conductance_S + this.around.conductance_S;
      const per_S = all_S > 0 ? 1 / all_S : 0;
      this.following(per_S, this.around.rate_A_per_s * per_S, byState, byTime);
      return;
    }
    // v follows emf and x: differentiate i(v, x) = (emf - v)/R, or i(v, x) = limit
    const stiff = 1 + this.series_ohm * conductance_S;
    const perCurrent_ohm = this.limited ? (conductance_S > 0 ? 1 / conductance_S : 0) : this.series_ohm / stiff;
    const perEmf = this.limited ? 0 : 1 / stiff;
    this.following(perCurrent_ohm, perEmf * this.slope_V_per_s, byState, byTime);
  }

  /** A voltage that follows at once: by so much per ampere of the device, and by itself with time. */
  private following(perCurrent_ohm: number, rate_V_per_s: number, byState: Float64Array, byTime: Float64Array): void {
    const { byVoltage, currentByState, inner } = this;
    const m = this.device.size;
    for (let i = 0; i < m; i++) {
      const f_v = byVoltage[i]!;
      for (let j = 0; j < m; j++) byState[i * m + j] = inner[i * m + j]! - f_v * perCurrent_ohm * currentByState[j]!;
      byTime[i] = f_v * rate_V_per_s;
    }
  }

  private floatingJacobian(
    t: number,
    v: number,
    conductance_S: number,
    byState: Float64Array,
    byTime: Float64Array,
  ): void {
    const m = this.device.size;
    const n = this.size;
    const C = this.device.capacitance_F;
    if (this.around) this.sourceCurrent_A(t, v);
    const source_S = this.around ? this.around.conductance_S : this.limited ? 0 : 1 / this.series_ohm;
    const rate_A_per_s = this.around ? this.around.rate_A_per_s : this.slope_V_per_s * source_S;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < m; j++) byState[i * n + j] = this.inner[i * m + j]!;
      byState[i * n + m] = this.byVoltage[i]!;
      byState[m * n + i] = -this.currentByState[i]! / C;
      byTime[i] = 0;
    }
    byState[m * n + m] = -(conductance_S + source_S) / C;
    byTime[m] = rate_A_per_s / C;
  }

  private wanted_A(t: number, v: number): number {
    return (this.start_V + this.slope_V_per_s * t - v) / this.series_ohm;
  }

  private sourceCurrent_A(t: number, v: number): number {
    if (this.around) {
      this.around.at(t);
      return this.around.solve(v);
    }
    if (this.limit_A === 0) return 0;
    return this.limited ? this.sign * this.limit_A : this.wanted_A(t, v);
  }

  /** Negative between events of the source before a capacitance; it changes over where this reaches zero. */
  private sourceGuard(t: number, v: number): number {
    if (!this.floating || this.around || this.limit_A === 0 || this.limit_A === Infinity) return -1;
    const wanted_A = this.wanted_A(t, v);
    const excess_A = this.limited ? this.limit_A - this.sign * wanted_A : Math.abs(wanted_A) - this.limit_A;
    const rounding_A = (1e-14 * Math.abs(v)) / this.series_ohm;
    return excess_A - Math.max(changeover * this.limit_A, rounding_A);
  }

  /** Negative between events of device or source; an event is where it reaches zero. */
  guard(t: number, x: Float64Array): number {
    const v = this.voltage_V(t, x);
    return Math.max(this.device.guard(v, x), this.sourceGuard(t, v));
  }

  /** Lets happen what is due. */
  fire(t: number, x: Float64Array): void {
    const v = this.voltage_V(t, x);
    if (this.sourceGuard(t, v) >= 0) {
      this.limited = !this.limited;
      this.sign = this.wanted_A(t, v) < 0 ? -1 : 1;
    }
    if (this.device.guard(v, x) >= 0) this.device.fire(v, x);
  }

  private solve_V(emf: number, x: Float64Array): number {
    this.limited = true;
    if (this.limit_A === 0) return this.emf_V === 0 ? 0 : this.root_V(0, 0, 0, x);
    const free_V = this.series_ohm === 0 ? emf : this.root_V(emf, 1 / this.series_ohm, emf / this.series_ohm, x);
    if (this.limit_A === Infinity) {
      this.limited = false;
      return free_V;
    }
    const free_A = this.device.current_A(free_V, x);
    this.limited = Math.abs(free_A) > this.limit_A;
    return this.limited ? this.root_V(free_V, 0, free_A < 0 ? -this.limit_A : this.limit_A, x) : free_V;
  }

  /**
   * Root of i(v, x) + source_S v = target between 0 and `bound`, and as much beyond as the device has a voltage of its own:
   * Newton, halving the bracket where Newton crawls. With surroundings: of i(v, x) = what they deliver.
   */
  private root_V(bound: number, source_S: number, target_A: number, x: Float64Array): number {
    const { around } = this;
    const most_V = around ? around.most_V : 0;
    let low = Math.min(0, bound) - this.emf_V - most_V;
    let high = Math.max(0, bound) + this.emf_V + most_V;
    let v = this.lastVoltage_V >= low && this.lastVoltage_V <= high ? this.lastVoltage_V : bound;
    let lastMove = high - low;
    for (let i = 0; i < 200; i++) {
      const outside_A = around ? -around.solve(v) : source_S * v - target_A;
      const excess_A = this.device.current_A(v, x) + outside_A;
      if (excess_A === 0) return v;
      if (excess_A > 0) high = v;
      else low = v;
      const move = -excess_A / (this.device.conductance_S(v, x) + (around ? around.conductance_S : source_S));
      let next = v + move;
      const crawls = Math.abs(move) > 0.5 * lastMove && i > 1;
      if (!(next >= low && next <= high) || crawls) next = low + (high - low) / 2;
      else if (Math.abs(move) <= settled * Math.abs(next) + nothing * most_V) return next;
      lastMove = Math.abs(next - v);
      if (lastMove === 0 || high - low <= 4e-16 * Math.max(Math.abs(low), Math.abs(high))) return next;
      v = next;
    }
    return v;
  }
}
