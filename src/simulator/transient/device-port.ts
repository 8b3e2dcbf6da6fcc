import type { Device } from "../models/device.js";
import { SimulationError, type Drive, type OnePort, type Probe } from "../one-port.js";
import { DrivenDevice } from "./driven-device.js";
import { cornerAfter, emfAt } from "./pwl.js";
import { growthRate_per_s, Rodas4 } from "./rodas4.js";
import { Surroundings } from "./surroundings.js";

/** Relative error allowed in a step. */
const defaultTolerance = 1e-5;
/** A step on an unstable branch is at most this share of 1/growth rate: see `growthRate_per_s`. */
const growthShare = 1;
/** The first step after a change moves no state by more than about this share of itself or its scale. */
const firstMove = 1;
/** A step handed to a probe is cut until straight lines meet voltage and current to this share. */
const straightness = 1e-3;
const maxCuts = 10;
/** Resets that may follow each other without time passing. */
const maxResetsAtOnce = 100;
/** Steps in one `advance`, some ten seconds of computing: more is an oscillation too fast for the time asked for. */
const maxStepsAtOnce = 1e7;
/** Nothing is known of the solution yet. */
const firstStep_s = 1e-9;
/** Least change of the stage's temperature that the device is told. */
const leastChange_K = 1e-3;
/** Capacitor voltages matter near this. */
const voltageScale_V = 0.1;

/** A device, its state and clock, advanced through time by RODAS with resets at the device's events. */
export class DevicePort implements OnePort {
  time_s = 0;
  voltage_V = 0;
  current_A = 0;
  /** Accepted and rejected steps so far. */
  steps = 0;
  rejected = 0;
  private readonly circuit: DrivenDevice;
  private readonly solver: Rodas4;
  private readonly weights: Float64Array;
  private readonly within: Float64Array;
  private allowedSteps = 0;
  private nextStep_s = firstStep_s;
  private temperature_K = Number.NEGATIVE_INFINITY;
  private lastStep_s = 0;
  private lastError = 1;
  // of the step being reported: its start on the clock, and on the clock of the span, and its length
  private spanStart_s = 0;
  private stepStart_s = 0;
  private step_s = 0;

  constructor(
    private readonly device: Device,
    private readonly tolerance = defaultTolerance,
  ) {
    this.circuit = new DrivenDevice(device);
    this.solver = new Rodas4(this.circuit);
    this.weights = Float64Array.from({ length: this.circuit.size }, (_, i) => device.scale[i] ?? voltageScale_V);
    this.within = new Float64Array(this.circuit.size);
    device.initial.forEach((value, i) => (this.solver.x0[i] = value));
  }

  /** States, the capacitor voltage last when there is a capacitance. Read only. */
  get state(): Float64Array {
    return this.solver.x0;
  }

  /** Changes below a millikelvin are none: a stage that is held moves by less, and the equations would change at every step. */
  setTemperature(temperature_K: number): void {
    if (!this.device.setTemperature || Math.abs(temperature_K - this.temperature_K) < leastChange_K) return;
    this.temperature_K = temperature_K;
    this.device.setTemperature(temperature_K);
    this.nextStep_s = firstStep_s;
  }

  /** Goes on from a state that somebody else brought the device to, at that time. States as `state` gives them. */
  resume(time_s: number, state: ArrayLike<number>): void {
    this.time_s = time_s;
    this.solver.x0.set(state);
    this.nextStep_s = firstStep_s;
  }

  advance(until_s: number, drive: Drive, probe?: Probe): void {
    this.check(until_s, drive);
    const around = drive.around && new Surroundings(drive.around);
    this.circuit.connect(drive.series_ohm, drive.limit_A, around);
    this.allowedSteps = this.steps + maxStepsAtOnce;
    let t = 0;
    this.circuit.line(emfAt(drive.emf, this.time_s, Infinity), 0);
    around?.stand(this.time_s);
    while (this.time_s < until_s) {
      const end_s = Math.min(until_s, cornerAfter(drive.emf, this.time_s));
      const start_V = emfAt(drive.emf, this.time_s, end_s);
      t = end_s - this.time_s;
      const end_V = emfAt(drive.emf, end_s, this.time_s);
      this.circuit.line(start_V, (end_V - start_V) / t);
      around?.line(this.time_s, end_s);
      this.span(t, probe);
      this.time_s = end_s;
    }
    this.voltage_V = this.circuit.voltage_V(t, this.solver.x0);
    this.current_A = this.circuit.current_A(t, this.voltage_V, this.solver.x0);
  }

  /** @throws SimulationError a drive or a time that can not be; nothing was done */
  check(until_s: number, drive: Drive): void {
    const sound = until_s >= this.time_s && drive.series_ohm >= 0 && drive.limit_A >= 0 && until_s < Infinity;
    if (sound && drive.emf.times_s.length > 0 && drive.emf.values.length >= drive.emf.times_s.length) return;
    throw new SimulationError(
      `The simulated device stands at ${this.time_s} s and was asked to advance to ${until_s} s behind ` +
        `${drive.series_ohm} ohm with a limit of ${drive.limit_A} A and ${drive.emf.times_s.length} source points. ` +
        `Time can not go back, resistance and limit are at least 0, and a source has a point. The device is unchanged.`,
      { time_s: this.time_s, until_s, series_ohm: drive.series_ohm, limit_A: drive.limit_A },
    );
  }

  /**
   * Integrates one straight piece of the source. Time counts from the start of the piece, so that picoseconds remain
   * after hours on the clock.
   */
  private span(length_s: number, probe: Probe | undefined): void {
    const { device, solver } = this;
    this.spanStart_s = this.time_s;
    let t = 0;
    let changed = true;
    while (t < length_s) {
      if (this.reset(t)) changed = true;
      if (this.circuit.size === 0) {
        this.stepStart_s = t;
        this.step_s = length_s;
        if (probe) this.report(probe, 1);
        return;
      }
      solver.prepare(t);
      const wanted_s = this.cautiousStep_s(changed);
      const last = wanted_s >= length_s - t;
      this.stepStart_s = t;
      this.step_s = last ? length_s - t : wanted_s;
      const tried_s = this.step_s;
      this.solveStep(t);
      if (++this.steps > this.allowedSteps)
        throw this.failed(`${maxStepsAtOnce} steps were not enough for this advance`);
      const share = this.shareBeforeEvent();
      if (probe) this.report(probe, share);
      if (share < 1) solver.inside(share, this.within);
      solver.x0.set(share < 1 ? this.within : solver.x1);
      device.accepted(solver.x0);
      changed = share < 1;
      t = last && !changed && this.step_s === tried_s ? length_s : t + share * this.step_s;
      this.time_s = this.spanStart_s + t;
    }
  }

  /** Fires what is due at once. */
  private reset(t: number): boolean {
    const { solver, circuit } = this;
    let fired = 0;
    for (; circuit.guard(t, solver.x0) >= 0; fired++) {
      if (fired === maxResetsAtOnce) throw this.failed("it switches on and off without time passing");
      circuit.fire(t, solver.x0);
    }
    return fired > 0;
  }

  /** The step the last error suggests, bounded where that error knows nothing: after a change, on an unstable branch. */
  private cautiousStep_s(changed: boolean): number {
    const { solver, weights } = this;
    const n = this.circuit.size;
    let step_s = this.nextStep_s;
    if (changed) {
      this.lastStep_s = 0;
      for (let i = 0; i < n; i++) {
        const size = Math.max(weights[i]!, Math.abs(solver.x0[i]!));
        const move_s = (firstMove * size) / Math.abs(solver.rate[i]!);
        if (move_s < step_s) step_s = move_s;
      }
    }
    const growth_per_s = growthRate_per_s(solver.byState, n);
    return growth_per_s * step_s > growthShare ? growthShare / growth_per_s : step_s;
  }

  /**
   * Shrinks the step until its error is allowed; leaves its size in `step_s` and proposes the next one, looking at how the
   * error went from the last step to this one (Gustafsson, ACM Trans. Math. Softw. 20 (1994) 496).
   */
  private solveStep(t: number): void {
    for (let shrunk = false; ; shrunk = true) {
      const error = this.solver.tryStep(this.step_s) ? Math.max(this.errorNorm(), 1e-8) : Infinity;
      let factor = 0.9 / fourthRoot(error); // the error goes as the 4th power of the step
      if (error <= 1) {
        factor = Math.min(factor, (0.9 * this.step_s * fourthRoot(this.lastError / (error * error))) / this.lastStep_s);
        this.lastStep_s = this.step_s;
        this.lastError = Math.max(error, 0.01);
        const proposed_s = this.step_s * Math.min(shrunk ? 1 : 8, Math.max(0.2, factor));
        // a step cut short by a corner says nothing against a longer one
        this.nextStep_s = shrunk || factor < 1 ? proposed_s : Math.max(proposed_s, this.nextStep_s);
        return;
      }
      this.rejected++;
      this.step_s *= Math.max(0.05, Math.min(0.8, factor));
      if (!(this.step_s > 1e-15 * t) || this.step_s < 1e-24) throw this.failed("no step is small enough");
    }
  }

  private errorNorm(): number {
    const { solver, weights } = this;
    let sum = 0;
    for (let i = 0; i < weights.length; i++) {
      const size = Math.max(weights[i]!, Math.abs(solver.x0[i]!), Math.abs(solver.x1[i]!));
      const part = solver.error[i]! / (this.tolerance * size);
      sum += part * part;
    }
    return Math.sqrt(sum / weights.length);
  }

  /** Share of the step before the device's event, on the continuous output, to 1e-12; 1 without one. */
  private shareBeforeEvent(): number {
    const { solver, within } = this;
    if (this.guardAt(1, solver.x1) < 0) return 1;
    let before = 0;
    let after = 1;
    for (let i = 0; i < 40; i++) {
      const middle = (before + after) / 2;
      solver.inside(middle, within);
      if (this.guardAt(middle, within) < 0) before = middle;
      else after = middle;
    }
    return after;
  }

  private guardAt(share: number, x: Float64Array): number {
    return this.circuit.guard(this.stepStart_s + share * this.step_s, x);
  }

  private report(probe: Probe, share: number): void {
    const { circuit, solver } = this;
    const t0 = this.stepStart_s;
    const v0 = circuit.voltage_V(t0, solver.x0);
    const i0 = circuit.current_A(t0, v0, solver.x0);
    const v1 = this.voltageInside(share);
    this.reportPart(probe, 0, v0, i0, share, v1, this.currentInside(share, v1), maxCuts);
  }

  private reportPart(
    probe: Probe,
    s0: number,
    v0: number,
    i0: number,
    s1: number,
    v1: number,
    i1: number,
    cuts: number,
  ): void {
    const middle = (s0 + s1) / 2;
    if (cuts > 0) {
      const v = this.voltageInside(middle);
      const i = this.currentInside(middle, v);
      if (isBent(v0, v, v1) || isBent(i0, i, i1)) {
        this.reportPart(probe, s0, v0, i0, middle, v, i, cuts - 1);
        this.reportPart(probe, middle, v, i, s1, v1, i1, cuts - 1);
        return;
      }
    }
    const start_s = this.spanStart_s + this.stepStart_s;
    probe(start_s + s0 * this.step_s, v0, i0, start_s + s1 * this.step_s, v1, i1);
  }

  /** Leaves the state at that share of the step in `within`. */
  private voltageInside(share: number): number {
    if (share === 1) this.within.set(this.solver.x1);
    else if (this.circuit.size > 0) this.solver.inside(share, this.within);
    return this.circuit.voltage_V(this.stepStart_s + share * this.step_s, this.within);
  }

  /** For the state that `voltageInside` left. */
  private currentInside(share: number, v: number): number {
    return this.circuit.current_A(this.stepStart_s + share * this.step_s, v, this.within);
  }

  private failed(why: string): SimulationError {
    const state = Array.from(this.solver.x0);
    return new SimulationError(
      `The simulation stopped at ${this.time_s} s: ${why}. The device keeps the state it had then; check its ` +
        `parameters and what drives it.`,
      { time_s: this.time_s, state, step_s: this.step_s },
    );
  }
}

function isBent(start: number, middle: number, end: number): boolean {
  const largest = Math.max(Math.abs(start), Math.abs(end));
  return Math.abs(middle - (start + end) / 2) > straightness * largest;
}

function fourthRoot(x: number): number {
  return Math.sqrt(Math.sqrt(x));
}
