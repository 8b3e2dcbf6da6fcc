import { MemrigError } from "../../errors.js";
import { checkQuantity, terminalsOf } from "../netlist/check.js";
import { ground, type Circuit, type Element, type Quantity } from "../netlist/types.js";
import { leastSeries_ohm } from "./stamp.js";
import type { System } from "./system.js";

/** Value of a quantity, t after the start of the span, at the state x whose rate of change is dx. */
export type Reader = (t: number, x: Float64Array, dx: Float64Array) => number;

/**
 * How to read a quantity from a state of the system as it is now: valid until the system restarts.
 *
 * @throws MemrigError `invalid-request`: no such node, element or state
 */
export function readerOf(system: System, quantity: Quantity, what: string): Reader {
  const { circuit } = system;
  checkQuantity(circuit, quantity, new Set([ground, ...circuit.elements.flatMap(terminalsOf)]), what);
  if (quantity.kind === "voltage") {
    const { node, over = ground } = quantity;
    return (t, x) => system.voltage(node, t, x) - system.voltage(over, t, x);
  }
  if (quantity.kind === "state") {
    const at = system.unknownOf(quantity);
    return (_t, x) => x[at]!;
  }
  const element = circuit.elements.find(({ name }) => name === quantity.element)!;
  return element.kind === "V" ? sourceCurrent(system, element) : currentOf(system, element);
}

/** Current through an element other than a voltage source, first terminal to second; a source delivers out of `plus`. */
function currentOf(system: System, element: Exclude<Element, { kind: "V" }>): Reader {
  const { equations, devices } = system.parts;
  const capacitance = equations.capacitances().find(({ name }) => name === element.name);
  const slope = capacitance ? voltageRate(system, capacitance.a, capacitance.b) : undefined;
  const displaced = (t: number, dx: Float64Array): number =>
    capacitance && slope ? capacitance.C_F * slope(t, dx) : 0;
  const across = (a: string, b: string, t: number, x: Float64Array): number =>
    system.voltage(a, t, x) - system.voltage(b, t, x);
  switch (element.kind) {
    case "R":
      return (t, x) => across(element.a, element.b, t, x) / element.R_ohm;
    case "C":
      return (t, _x, dx) => displaced(t, dx);
    case "I": {
      const source = system.layout.sources.findIndex(({ name }) => name === element.name);
      return (t) => system.sourceValue(source, t);
    }
    case "device": {
      const { first, size, index } = system.layout.devices.find(({ name }) => name === element.name)!;
      const own = new Float64Array(size);
      return (t, x, dx) => {
        for (let i = 0; i < size; i++) own[i] = x[first + i]!;
        return devices[index]!.current_A(across(element.a, element.b, t, x), own) + displaced(t, dx);
      };
    }
    case "limited": {
      // from plus through the source to minus, as for every source: what it delivers counts as negative
      const limiter = system.layout.limiters.find(({ name }) => name === element.name)!;
      const source = system.layout.sources.findIndex(({ name }) => name === element.name);
      const R_ohm = Math.max(element.series_ohm, leastSeries_ohm);
      return (t, x, dx) => {
        const mode = system.memory.L[limiter.index]!;
        const excess_V = system.sourceValue(source, t) - across(element.plus, element.minus, t, x);
        const delivered_A =
          limiter.size > 0
            ? (excess_V - x[limiter.first]!) / R_ohm
            : mode === 0
              ? excess_V / R_ohm
              : mode * element.limit_A;
        return displaced(t, dx) - delivered_A;
      };
    }
    case "nmos":
      return (t, x) => {
        const { drain, gate, source, k_A_per_V2: k, vth_V, lambda_per_V: lambda = 0 } = element;
        const v = across(drain, source, t, x);
        const side = v < 0 ? -1 : 1;
        const on = across(gate, v < 0 ? drain : source, t, x) - vth_V;
        const open = Math.min(Math.max(on, 0), side * v);
        return on > 0 ? side * k * (on * open - (open * open) / 2) * (1 + lambda * side * v) : 0;
      };
  }
}

/** d/dt of the voltage between two nodes. */
function voltageRate(system: System, a: string, b: string): (t: number, dx: Float64Array) => number {
  const { equations } = system.parts;
  const [top, bottom] = [equations.place(a), equations.place(b)];
  const of = ({ unknown, offsets }: typeof top, t: number, dx: Float64Array): number => {
    let rate = unknown < 0 ? 0 : dx[unknown]!;
    for (const { source, sign } of offsets) rate += sign * system.sourceRate(source, t);
    return rate;
  };
  return (t, dx) => of(top, t, dx) - of(bottom, t, dx);
}

/** By Kirchhoff's law over the nodes on the far side of the source. */
function sourceCurrent(system: System, source: Extract<Element, { kind: "V" }>): Reader {
  const { circuit } = system;
  const side = farSide(circuit, source);
  const inward = side.has(source.plus) ? 1 : -1;
  const crossing = circuit.elements.filter((element): element is Exclude<Element, { kind: "V" }> => {
    return element.kind !== "V" && new Set(terminalsOf(element).map((node) => side.has(node))).size === 2;
  });
  const terms = crossing.map((element) => {
    const [from, to] = element.kind === "nmos" ? [element.drain, element.source] : terminalsOf(element);
    const out = (side.has(from ?? ground) ? 1 : 0) - (side.has(to ?? ground) ? 1 : 0);
    return { out, read: currentOf(system, element) };
  });
  return (t, x, dx) => -inward * terms.reduce((sum, { out, read }) => sum + out * read(t, x, dx), 0);
}

/** Nodes that only this source joins to ground's side, among those joined by voltage sources. */
function farSide(circuit: Circuit, source: Extract<Element, { kind: "V" }>): Set<string> {
  const reach = (from: string): Set<string> => {
    const found = new Set([from]);
    for (const node of found) {
      for (const element of circuit.elements) {
        if (element.kind !== "V" || element === source) continue;
        if (element.plus === node) found.add(element.minus);
        if (element.minus === node) found.add(element.plus);
      }
    }
    return found;
  };
  const plus = reach(source.plus);
  if (!plus.has(ground)) return plus;
  return reach(source.minus);
}

/** @throws MemrigError `invalid-request` */
export function unknownNamed(system: System, name: string): number {
  const probe = system.circuit.probes.find((candidate) => candidate.name === name);
  const at = probe ? system.unknownOf(probe.quantity) : system.layout.names.indexOf(name);
  if (at >= 0) return at;
  const names = [
    ...system.circuit.probes.filter(({ quantity }) => system.unknownOf(quantity) >= 0).map((known) => known.name),
    ...system.layout.names,
  ];
  throw new MemrigError(
    "invalid-request",
    `${name} was given an initial value in circuit ${system.circuit.name}; those that take one are: ${names.join(", ")}.`,
    { name, allowed: names },
  );
}
