/**
 * A patch of Hodgkin-Huxley membrane between inside (first terminal) and outside: the channels of `neurons/hodgkin-huxley`
 * as a device of a circuit. Its area turns currents per area into amperes; with the default of 1 cm^2 an input in
 * microamperes is the paper's uA/cm^2.
 *
 * It is active: its batteries (the reversal potentials) drive a current at 0 V, so it needs a capacitance, its own or
 * one of the circuit.
 */
import {
  channelCurrent_A_per_m2,
  channelParameters,
  conductance_S_per_m2,
  currentByGates,
  GateRates,
  rest_V,
  type ChannelParameters,
} from "../neurons/hodgkin-huxley.js";
import { parameter, type Device, type DeviceModel, type ParametersOf } from "./device.js";

const own = [
  parameter("area", "m^2", 1e-4, 1e-15, 1, "area of the patch; 1 cm^2"),
  parameter("sigma_device", "", 0, 0, 0.3, "spread of ln g_Na and of ln g_K over devices, drawn only with a seed"),
];

/** Constants by the letters of `neurons/hodgkin-huxley`. */
export type MembraneParameters = ChannelParameters & ParametersOf<typeof own>;

export const hhMembrane: DeviceModel = {
  name: "hh-membrane",
  title: "Hodgkin-Huxley membrane patch",
  source: "Hodgkin, Huxley, J. Physiol. 117 (1952) 500",
  // without a capacitance of its own where the circuit has one
  parameters: [...own, ...channelParameters.map((row) => (row.name === "C_m" ? { ...row, min: 0 } : row))],
  create(given, draws) {
    const k = given as MembraneParameters;
    const spread = () => Math.exp(k.sigma_device * (draws.device?.normal() ?? 0));
    return new Membrane({ ...k, g_Na: k.g_Na * spread(), g_K: k.g_K * spread() });
  },
};

/** States: the gates m, h, n, from their values at -65 mV. */
class Membrane implements Device {
  readonly size = 3;
  readonly capacitance_F: number;
  readonly initial: readonly number[];
  readonly scale = [0.1, 0.1, 0.1];
  readonly fires = false;
  private readonly gates: GateRates;

  constructor(private readonly k: MembraneParameters) {
    this.capacitance_F = k.area * k.C_m;
    this.gates = new GateRates(k.T_C);
    this.gates.look(rest_V);
    this.initial = [0, 1, 2].map((gate) => this.gates.settled(gate));
  }

  current_A(v: number, x: Float64Array): number {
    return this.k.area * channelCurrent_A_per_m2(v, x[0]!, x[1]!, x[2]!, this.k);
  }

  conductance_S(_v: number, x: Float64Array): number {
    return this.k.area * conductance_S_per_m2(x[0]!, x[1]!, x[2]!, this.k);
  }

  currentByState(v: number, x: Float64Array, out: Float64Array): void {
    currentByGates(v, x[0]!, x[1]!, x[2]!, this.k, out);
    for (let gate = 0; gate < 3; gate++) out[gate]! *= this.k.area;
  }

  rates(v: number, x: Float64Array, out: Float64Array): void {
    this.gates.look(v);
    const { open, close } = this.gates;
    for (let gate = 0; gate < 3; gate++) out[gate] = open[gate]! * (1 - x[gate]!) - close[gate]! * x[gate]!;
  }

  ratesByVoltage(v: number, x: Float64Array, out: Float64Array): void {
    this.gates.look(v);
    const { openSlope, closeSlope } = this.gates;
    for (let gate = 0; gate < 3; gate++) out[gate] = openSlope[gate]! * (1 - x[gate]!) - closeSlope[gate]! * x[gate]!;
  }

  ratesByState(v: number, _x: Float64Array, out: Float64Array): void {
    this.gates.look(v);
    out.fill(0);
    for (let gate = 0; gate < 3; gate++) out[4 * gate] = -(this.gates.open[gate]! + this.gates.close[gate]!);
  }

  guard(): number {
    return -1;
  }

  fire(): void {
    // no events
  }

  accepted(): void {
    // the gates stay between 0 and 1 by their equations
  }
}
