import { MemrigError } from "../../errors.js";
import { dpm } from "./dpm.js";
import type { NamedCircuit } from "./named.js";
import { nbo2Neuristor } from "./nbo2-neuristor.js";
import { pearsonAnson } from "./pearson-anson.js";
import { quasiHh } from "./quasi-hh.js";
import { hodgkinHuxley, lif } from "./reference-neurons.js";
import { taoxSynapse } from "./taox-synapse.js";
import { vo2Mixed, vo2Phasic, vo2Tonic } from "./vo2-neuron.js";
import { voxRc } from "./vox-rc.js";
import { znoRc } from "./zno-rc.js";

export type { CircuitColumn, CircuitDrive, NamedCircuit, Preset } from "./named.js";

/** The circuits by name. */
export const circuits: ReadonlyMap<string, NamedCircuit> = new Map(
  [
    pearsonAnson,
    vo2Tonic,
    vo2Phasic,
    vo2Mixed,
    znoRc,
    voxRc,
    nbo2Neuristor,
    dpm,
    quasiHh,
    taoxSynapse,
    lif,
    hodgkinHuxley,
  ].map((circuit) => [circuit.name, circuit]),
);

/** @throws MemrigError `invalid-request`: no such circuit; the message lists those there are */
export function circuitNamed(name: string): NamedCircuit {
  const found = circuits.get(name);
  if (found) return found;
  throw new MemrigError(
    "invalid-request",
    `There is no circuit "${name}". There are: ${[...circuits.keys()].join(", ")}. "memrig simulate" lists them.`,
    { name, allowed: [...circuits.keys()] },
  );
}
