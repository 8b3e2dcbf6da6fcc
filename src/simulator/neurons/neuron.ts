import type { ModelInfo } from "../models/device.js";

/** A state of a neuron model; the membrane potential is the first. */
export interface NeuronState {
  readonly name: string;
  /** SI; "" for a bare number. */
  readonly unit: string;
}

/** A reference neuron: equations dx/dt = f(x, input) driven by one current, and what a spike is. */
export interface NeuronModel extends ModelInfo {
  readonly states: readonly NeuronState[];
  /** Unit of the input: "A", or "A/m^2" where the model is per area; "" for a model without units. */
  readonly inputUnit: string;
  /** @param parameters complete and within range */
  create(parameters: Readonly<Record<string, number>>): Neuron;
}

/** The equations with their numbers in place. Everything but `reset` is a pure function of its arguments. */
export interface Neuron {
  readonly size: number;
  /** At rest without input. */
  readonly initial: readonly number[];
  /** Size of each state that matters. */
  readonly scale: readonly number[];
  rates(x: Float64Array, input: number, out: Float64Array): void;
  /** df/dx, row by row. */
  ratesByState(x: Float64Array, input: number, out: Float64Array): void;
  /** df/d input; the input enters every model linearly. */
  readonly ratesByInput: readonly number[];
  /** A spike is where this rises through 0. */
  threshold(x: Float64Array): number;
  /** What a spike does to the state, in place. Left out: the equations make the whole spike themselves. */
  reset?(x: Float64Array): void;
  /** After a reset the state is held this long. */
  readonly refractory_s: number;
}
