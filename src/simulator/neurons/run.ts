import { complete } from "../catalogue.js";
import type { Pwl } from "../one-port.js";
import { cornerAfter, emfAt } from "../transient/pwl.js";
import { growthRate_per_s, Rodas4, type OdeSystem } from "../transient/rodas4.js";
import type { Neuron, NeuronModel } from "./neuron.js";

export interface NeuronRunOptions {
  readonly stop_s: number;
  /** Input current in the model's unit: constant, or straight lines between points. */
  readonly input: number | Pwl;
  /** Relative error of a step, against each state's scale; 1e-8 when left out. */
  readonly tolerance?: number;
  /** Where it starts; at rest when left out. */
  readonly initial?: readonly number[];
  /** Interval of `samples`; nothing is sampled when left out. */
  readonly sample_s?: number;
}

export interface NeuronRun {
  /** `failed`: no step was small enough; what there is so far is good up to `end_s`. */
  readonly status: "done" | "failed";
  readonly end_s: number;
  /** When the threshold was passed upwards. */
  readonly spikes_s: readonly number[];
  readonly final: readonly number[];
  /** One array per state of the model, at 0, sample_s, 2 sample_s, … up to the end. */
  readonly samples: readonly Float64Array[];
  readonly steps: number;
  readonly rejected: number;
}

const defaultTolerance = 1e-8;
/** Share of the way to the threshold left when a spike is called located. */
const located = 1e-13;

/**
 * Runs a reference neuron under an input current and locates its spikes.
 *
 * @param parameters those that differ from the defaults
 * @throws MemrigError `invalid-request`: unknown parameter or value out of range
 */
export function runNeuron(
  model: NeuronModel,
  parameters: Readonly<Record<string, number>>,
  options: NeuronRunOptions,
): NeuronRun {
  return new Run(model.create(complete(model, parameters)), options).go();
}

/** The neuron behind one straight piece of its input, time counted from the start of the piece. */
class DrivenNeuron implements OdeSystem {
  readonly size: number;
  private start = 0;
  private slope = 0;

  constructor(private readonly neuron: Neuron) {
    this.size = neuron.size;
  }

  line(start: number, slope: number): void {
    this.start = start;
    this.slope = slope;
  }

  rates(t: number, x: Float64Array, out: Float64Array): void {
    this.neuron.rates(x, this.start + this.slope * t, out);
  }

  linearise(t: number, x: Float64Array, rate: Float64Array, byState: Float64Array, byTime: Float64Array): void {
    this.rates(t, x, rate);
    this.neuron.ratesByState(x, this.start + this.slope * t, byState);
    for (let i = 0; i < this.size; i++) byTime[i] = this.neuron.ratesByInput[i]! * this.slope;
  }
}

class Run {
  private readonly system: DrivenNeuron;
  private readonly solver: Rodas4;
  private readonly input: Pwl;
  private readonly tolerance: number;
  private readonly spikes_s: number[] = [];
  private readonly samples: Float64Array[] = [];
  private readonly inside: Float64Array;
  private sampled = 0;
  private time_s = 0;
  private step_s = 1e-6;
  private steps = 0;
  private rejected = 0;

  constructor(
    private readonly neuron: Neuron,
    private readonly options: NeuronRunOptions,
  ) {
    this.system = new DrivenNeuron(neuron);
    this.solver = new Rodas4(this.system);
    this.solver.x0.set(options.initial ?? neuron.initial);
    this.inside = new Float64Array(neuron.size);
    this.tolerance = options.tolerance ?? defaultTolerance;
    const { input } = options;
    this.input = typeof input === "number" ? { times_s: [0], values: [input] } : input;
    if (options.sample_s !== undefined) {
      const count = Math.floor(options.stop_s / options.sample_s + 1e-9) + 1;
      for (let i = 0; i < neuron.size; i++) this.samples.push(new Float64Array(count));
      this.sampleHeld(0);
    }
  }

  go(): NeuronRun {
    const { stop_s } = this.options;
    let fine = true;
    while (fine && this.time_s < stop_s) {
      const end_s = Math.min(stop_s, cornerAfter(this.input, this.time_s));
      const start = emfAt(this.input, this.time_s, end_s);
      this.system.line(start, (emfAt(this.input, end_s, this.time_s) - start) / (end_s - this.time_s));
      fine = this.span(end_s);
    }
    return {
      status: fine ? "done" : "failed",
      end_s: this.time_s,
      spikes_s: this.spikes_s,
      final: Array.from(this.solver.x0),
      samples: this.samples,
      steps: this.steps,
      rejected: this.rejected,
    };
  }

  /** One straight piece of the input; false when no step is small enough. */
  private span(end_s: number): boolean {
    const { solver, neuron } = this;
    const start_s = this.time_s;
    while (this.time_s < end_s) {
      const t = this.time_s - start_s;
      solver.prepare(t);
      const growth_per_s = growthRate_per_s(solver.byState, neuron.size);
      const h = this.solveStep(Math.min(this.step_s, 1 / growth_per_s, end_s - this.time_s));
      if (h === 0) return false;
      const fires = neuron.threshold(solver.x0) < 0 && neuron.threshold(solver.x1) >= 0;
      const taken_s = fires ? this.locate(h) : h;
      const at_s = taken_s === end_s - this.time_s ? end_s : this.time_s + taken_s;
      if (fires) this.spikes_s.push(at_s);
      const resets = fires && neuron.reset !== undefined;
      if (fires && !resets) solver.tryStep(h);
      const reached_s = resets ? at_s : h === end_s - this.time_s ? end_s : this.time_s + h;
      this.sampleStep(reached_s, resets ? taken_s : h);
      solver.x0.set(solver.x1);
      this.time_s = reached_s;
      if (resets) this.afterSpike();
    }
    return true;
  }

  /** Shrinks a step until its error is allowed; its size, or 0. Proposes the next one. */
  private solveStep(wanted_s: number): number {
    for (let h = wanted_s, shrunk = false; ; shrunk = true) {
      const error = this.solver.tryStep(h) ? Math.max(this.errorNorm(), 1e-6) : Infinity;
      this.steps++;
      const factor = 0.9 / Math.sqrt(Math.sqrt(error)); // the error goes as the 4th power of the step
      if (error <= 1) {
        const proposed_s = h * Math.min(shrunk ? 1 : 6, factor);
        this.step_s = shrunk || factor < 1 ? proposed_s : Math.max(proposed_s, this.step_s);
        return h;
      }
      this.rejected++;
      h *= Math.max(0.1, factor);
      if (!(h > 1e-15 * this.time_s) || h < 1e-18) return 0;
    }
  }

  private errorNorm(): number {
    const { solver, neuron, tolerance } = this;
    let sum = 0;
    for (let i = 0; i < neuron.size; i++) {
      const part = solver.error[i]! / (tolerance * Math.max(neuron.scale[i]!, Math.abs(solver.x1[i]!)));
      sum += part * part;
    }
    return Math.sqrt(sum / neuron.size);
  }

  /**
   * Length of the step that ends at the threshold: regula falsi (Illinois) on whole steps from the same start, so that the
   * place has the error of a step, not of the continuous output. Leaves that step in the solver.
   */
  private locate(h: number): number {
    const { solver, neuron } = this;
    let [low, lowValue] = [0, neuron.threshold(solver.x0)];
    let [high, highValue] = [h, neuron.threshold(solver.x1)];
    const enough = located * (highValue - lowValue);
    let side = 0; // the end that moved last: the other one's value is halved when it stays twice
    for (let i = 0; i < 60; i++) {
      const at = i % 8 === 7 ? (low + high) / 2 : (low * highValue - high * lowValue) / (highValue - lowValue);
      if (!(at > low && at < high) || !solver.tryStep(at)) break;
      const value = neuron.threshold(solver.x1);
      if (Math.abs(value) <= enough) return at;
      if (value < 0) {
        [low, lowValue] = [at, value];
        if (side < 0) highValue /= 2;
        side = -1;
      } else {
        [high, highValue] = [at, value];
        if (side > 0) lowValue /= 2;
        side = 1;
      }
    }
    solver.tryStep(high);
    return high;
  }

  /** The reset, and the time the neuron is held after it; the input goes on meanwhile. */
  private afterSpike(): void {
    const { neuron, solver, options } = this;
    neuron.reset?.(solver.x0);
    const until_s = Math.min(this.time_s + neuron.refractory_s, options.stop_s);
    this.sampleHeld(until_s);
    this.time_s = until_s;
  }

  private sampleStep(reached_s: number, length_s: number): void {
    const { sample_s } = this.options;
    if (sample_s === undefined) return;
    const last_s = reached_s - length_s;
    for (; this.sampled * sample_s <= reached_s && this.sampled < (this.samples[0]?.length ?? 0); this.sampled++) {
      this.solver.inside((this.sampled * sample_s - last_s) / length_s, this.inside);
      this.samples.forEach((values, i) => (values[this.sampled] = this.inside[i]!));
    }
  }

  /** The state as it stands at every sample up to a time. */
  private sampleHeld(until_s: number): void {
    const { sample_s } = this.options;
    if (sample_s === undefined) return;
    for (; this.sampled * sample_s <= until_s && this.sampled < (this.samples[0]?.length ?? 0); this.sampled++) {
      this.samples.forEach((values, i) => (values[this.sampled] = this.solver.x0[i]!));
    }
  }
}
