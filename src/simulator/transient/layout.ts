import { complete, deviceModel, drawsOf } from "../catalogue.js";
import type { Device } from "../models/device.js";
import { terminalsOf } from "../netlist/check.js";
import { ground, type Circuit, type Element, type Waveform } from "../netlist/types.js";
import { atomsOf, type Atom } from "../netlist/waveform.js";

/** A source value counted with a sign. */
export interface Offset {
  readonly source: number;
  readonly sign: 1 | -1;
}

/**
 * Where the voltage of a node comes from: an unknown (or ground, -1) plus the voltage sources on the way. Nodes joined by
 * voltage sources share one unknown, so that source currents are no unknowns and capacitors across sources do no harm.
 */
export interface Place {
  readonly unknown: number;
  readonly offsets: readonly Offset[];
}

export interface Source {
  readonly name: string;
  readonly wave: Waveform;
  readonly atoms: readonly Atom[];
  /** Where the numbers of the first atom's piece are; those of the others follow. */
  readonly at: number;
}

/** An element that has states: a device, or a source whose limiter takes time. */
export interface Stateful {
  readonly name: string;
  readonly first: number;
  readonly size: number;
}

export type DeviceElement = Extract<Element, { kind: "device" }>;
export type LimitedElement = Extract<Element, { kind: "limited" }>;

export interface DevicePlace extends Stateful {
  readonly element: DeviceElement;
  /** A fresh device: same seed, same cycles. */
  readonly make: () => Device;
  /** Position in `makeDevices`. */
  readonly index: number;
}

export interface LimiterPlace extends Stateful {
  readonly element: LimitedElement;
  /** Position of its mode. */
  readonly index: number;
  /** Position of its emf among the sources. */
  readonly source: number;
}

/** The unknowns of a circuit and where everything is among them: states of devices first, then nodes. */
export interface Layout {
  readonly circuit: Circuit;
  /** `X1.0` the first state of X1, `V(k)` the voltage of node k. */
  readonly names: readonly string[];
  /** Size that matters, for errors. */
  readonly scales: readonly number[];
  readonly places: ReadonlyMap<string, Place>;
  readonly sources: readonly Source[];
  readonly sourceNumbers: number;
  readonly devices: readonly DevicePlace[];
  readonly limiters: readonly LimiterPlace[];
}

/** Node voltages matter near this, V. */
const voltageScale_V = 0.1;

/** @param circuit checked */
export function layoutOf(circuit: Circuit): Layout {
  const names: string[] = [];
  const scales: number[] = [];
  const state = (name: string, scale: readonly number[]): Stateful => {
    const first = names.length;
    scale.forEach((size, i) => {
      names.push(`${name}.${i}`);
      scales.push(size);
    });
    return { name, first, size: scale.length };
  };
  const elements = circuit.elements;
  const devices = elements
    .filter((element) => element.kind === "device")
    .map((element, index) => {
      const make = recipeOf(element);
      return { ...state(element.name, make().scale), element, index, make };
    });
  const sources = sourcesOf(elements);
  const limiters = elements
    .filter((element) => element.kind === "limited")
    .map((element, index) => ({
      ...state(element.name, (element.response_s ?? 0) > 0 ? [voltageScale_V] : []),
      element,
      index,
      source: sources.findIndex(({ name }) => name === element.name),
    }));
  const places = placesOf(elements, sources, (node) => {
    names.push(`V(${node})`);
    scales.push(voltageScale_V);
    return names.length - 1;
  });
  const last = sources.at(-1);
  const sourceNumbers = last ? last.at + sizeOf(last.atoms) : 0;
  return { circuit, names, scales, places, sources, sourceNumbers, devices, limiters };
}

/** Fresh devices in the order of the circuit. */
export function makeDevices(layout: Layout): Device[] {
  return layout.devices.map(({ make }) => make());
}

/** Its parameters are completed and checked here, once for all simulations of the circuit. */
function recipeOf({ model, parameters = {}, seed }: DeviceElement): () => Device {
  const found = deviceModel(model);
  // without a seed nothing varies, unless a spread was asked for by name
  const spreads = found.parameters.filter(({ name }) => seed === undefined && name.startsWith("sigma_"));
  const still = Object.fromEntries(spreads.map(({ name, min }) => [name, Math.max(0, min ?? 0)]));
  const given = complete(found, { ...still, ...parameters });
  return () => found.create(given, drawsOf(model, seed));
}

function sourcesOf(elements: readonly Element[]): Source[] {
  let at = 0;
  return elements.flatMap((element) => {
    if (element.kind !== "V" && element.kind !== "I" && element.kind !== "limited") return [];
    const atoms = atomsOf(element.wave);
    const source = { name: element.name, wave: element.wave, atoms, at };
    at += sizeOf(atoms);
    return [source];
  });
}

function sizeOf(atoms: readonly Atom[]): number {
  return atoms.reduce((sum, { size }) => sum + size, 0);
}

function placesOf(
  elements: readonly Element[],
  sources: readonly Source[],
  unknownFor: (node: string) => number,
): Map<string, Place> {
  const places = new Map<string, Place>();
  const forced = elements.filter((element) => element.kind === "V");
  const spread = (from: string): void => {
    const { unknown, offsets } = places.get(from)!;
    for (const { name, plus, minus } of forced) {
      if (plus !== from && minus !== from) continue;
      const other = plus === from ? minus : plus;
      if (places.has(other)) continue;
      const source = sources.findIndex((candidate) => candidate.name === name);
      places.set(other, { unknown, offsets: [...offsets, { source, sign: other === plus ? 1 : -1 }] });
      spread(other);
    }
  };
  places.set(ground, { unknown: -1, offsets: [] });
  spread(ground);
  for (const node of elements.flatMap(terminalsOf)) {
    if (places.has(node)) continue;
    places.set(node, { unknown: unknownFor(node), offsets: [] });
    spread(node);
  }
  return places;
}
