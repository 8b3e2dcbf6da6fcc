import { MemrigError } from "../../../errors.js";
import { jartVcm } from "./jart.js";
import type { Lines } from "./lines.js";
import { mott } from "./mott.js";
import { hhMembrane, lifNeuron } from "./neurons.js";
import { ots } from "./ots.js";
import { stanfordRram, vteam, yakopcic } from "./rram.js";
import { agSiox, capacitor, diode, resistor, taox, vox, wo3 } from "./smooth-devices.js";
import { zno } from "./zno.js";

/** A device as behavioural sources between two terminals, with a node for each state. */
export interface SpiceDevice {
  /** Names of the nodes that hold the states, as they appear after the device's own: `x1_y`. */
  readonly states: readonly string[];
  /** Voltages of those nodes from the states of the model; the states themselves when left out. */
  initial?(states: readonly number[]): readonly number[];
  /** @param k complete; @param nodes the state nodes, in the order of `states` */
  write(lines: Lines, k: Readonly<Record<string, number>>, plus: string, minus: string, nodes: readonly string[]): void;
}

const devices: ReadonlyMap<string, SpiceDevice> = new Map<string, SpiceDevice>([
  ["vo2-mott", mott],
  ["nbo2-mott", mott],
  ["zno-diffusive", zno],
  ["vox-ndr", vox],
  ["taox", taox],
  ["ag-siox", agSiox],
  ["wo3-pedot", wo3],
  ["ots", ots],
  ["vteam", vteam],
  ["yakopcic", yakopcic],
  ["stanford-rram", stanfordRram],
  ["jart-vcm", jartVcm],
  ["hh-membrane", hhMembrane],
  ["lif-neuron", lifNeuron],
  ["resistor", resistor],
  ["capacitor", capacitor],
  ["diode", diode],
]);

/** @throws MemrigError `invalid-request`: this model can not be written for SPICE; the message lists those that can */
export function spiceDevice(model: string): SpiceDevice {
  const found = devices.get(model);
  if (found) return found;
  throw new MemrigError(
    "invalid-request",
    `The model "${model}" has no SPICE form here; these have one: ${[...devices.keys()].join(", ")}.`,
    { model, allowed: [...devices.keys()] },
  );
}
