/**
 * The equations of a circuit as text: M dx/dt = f(t, x), one row for each unknown, with df/dx and df/dt.
 *
 * A row of a node is Kirchhoff's current law (A), M its capacitances; a row of a state is its rate, M is 1. Node voltages
 * are x plus source values, so a source enters like an unknown whose column goes with de/dt into df/dt.
 */
import type { Device } from "../models/device.js";
import type { DevicePlace, Layout, Place } from "./layout.js";
import { Stamp } from "./stamp.js";
import { Sum } from "./sum.js";

/** How the text names what it reads, at one moment: each unknown, and each source with its first two derivatives. */
export interface Names {
  unknown(index: number): string;
  source(index: number): string;
  sourceRate(index: number): string;
  sourceBend(index: number): string;
  /** Makes every temporary variable of this text unique. */
  readonly suffix: string;
}

/** Statements to run first, then the right-hand side of each row. */
export interface FlowText {
  readonly statements: string[];
  readonly rows: Sum[];
}

/** The same with the Jacobian: `entries` by "row,column", `byTime` by row. */
export interface LinearText extends FlowText {
  readonly entries: Map<string, Sum>;
  readonly byTime: Sum[];
}

/** Capacitance matrix of the nodes and ones for the states, by "row,column". */
export type Mass = ReadonlyMap<string, number>;

export class Equations {
  readonly mass: Mass;
  /** Values of the circuit that the text reads as p0, p1, ... (see `numbers`), so that circuits of one shape share one program. */
  readonly parameters: number[] = [];
  private readonly parameterAt = new Map<string, number>();

  constructor(
    readonly layout: Layout,
    private readonly devices: readonly Device[],
  ) {
    this.mass = this.massOf();
  }

  /** Right-hand side at one moment. */
  flow(names: Names): FlowText {
    const text: FlowText = { statements: [], rows: this.layout.names.map(() => new Sum()) };
    this.write(names, text);
    return text;
  }

  /** Right-hand side, Jacobian and df/dt at one moment. */
  linear(names: Names): LinearText {
    const { names: unknowns } = this.layout;
    const text: LinearText = {
      statements: [],
      rows: unknowns.map(() => new Sum()),
      entries: new Map(),
      byTime: unknowns.map(() => new Sum()),
    };
    this.write(names, text, text);
    return text;
  }

  /** Voltage of a node over ground. */
  voltage(names: Names, node: string): Sum {
    const { unknown, offsets } = this.place(node);
    const sum = new Sum();
    if (unknown >= 0) sum.add(1, names.unknown(unknown));
    for (const { source, sign } of offsets) sum.add(sign, names.source(source));
    return sum;
  }

  place(node: string): Place {
    const place = this.layout.places.get(node);
    if (!place) throw new RangeError(`no node ${node} in circuit ${this.layout.circuit.name}`);
    return place;
  }

  /** Sources that go with time at all. */
  moves(source: number): boolean {
    return this.layout.sources[source]?.wave.kind !== "dc";
  }

  private write(names: Names, text: FlowText, linear?: LinearText): void {
    for (const element of this.layout.circuit.elements) new Stamp(this, names, text, linear, element).write();
  }

  /** A number of an element, by the variable that holds it. */
  parameter(element: string, name: string, value: number): string {
    const key = `${element}.${name}`;
    const at = this.parameterAt.get(key) ?? this.parameters.length;
    this.parameterAt.set(key, at);
    this.parameters[at] = value;
    return `p${at}`;
  }

  /** Lines that every function begins with: what does not change within a step, read once from memory. */
  numbers(): string[] {
    const { sources, sourceNumbers } = this.layout;
    return [
      ...Array.from({ length: sourceNumbers }, (_, at) => `const src${at} = E[${at}];`),
      ...sources.flatMap(({ at }, i) => (this.moves(i) ? [] : [`const e${i} = src${at};`])),
      ...this.parameters.map((_, at) => `const p${at} = P[${at}];`),
      ...Array.from(this.massPositions().values(), (at) => `const m${at} = M[${at}];`),
      ...this.devices.flatMap(({ text }, i) =>
        Array.from(text?.constants ?? [], (_, at) => `const d${i}k${at} = dk${i}[${at}];`),
      ),
    ];
  }

  device(place: DevicePlace): Device {
    const device = this.devices[place.index];
    if (!device) throw new RangeError(`no device ${place.name}`);
    return device;
  }

  /** Capacitances between nodes: F, and the two nodes. */
  capacitances(): { readonly name: string; readonly a: string; readonly b: string; readonly C_F: number }[] {
    return this.layout.circuit.elements.flatMap((element) => {
      if (element.kind === "C") return [{ name: element.name, a: element.a, b: element.b, C_F: element.C_F }];
      if (element.kind === "limited" && (element.cable_F ?? 0) > 0) {
        return [{ name: element.name, a: element.plus, b: element.minus, C_F: element.cable_F ?? 0 }];
      }
      const place = this.layout.devices.find(({ name }) => name === element.name);
      const C_F = place ? this.device(place).capacitance_F : 0;
      return element.kind === "device" && C_F > 0 ? [{ name: element.name, a: element.a, b: element.b, C_F }] : [];
    });
  }

  /** Position of each entry of the mass matrix in the memory of a program. */
  massPositions(): ReadonlyMap<string, number> {
    return new Map([...this.mass.keys()].sort(byRowAndColumn).map((entry, i) => [entry, i]));
  }

  private massOf(): Mass {
    const mass = new Map<string, number>();
    const add = (row: number, column: number, value: number): void => {
      if (row >= 0 && column >= 0) mass.set(`${row},${column}`, (mass.get(`${row},${column}`) ?? 0) + value);
    };
    for (const { first, size } of [...this.layout.devices, ...this.layout.limiters]) {
      for (let i = first; i < first + size; i++) add(i, i, 1);
    }
    for (const { a, b, C_F } of this.capacitances()) {
      const [from, to] = [this.place(a).unknown, this.place(b).unknown];
      if (from === to) continue;
      add(from, from, C_F);
      add(to, to, C_F);
      add(from, to, -C_F);
      add(to, from, -C_F);
    }
    return mass;
  }
}

/** Orders entries "row,column". */
export function byRowAndColumn(left: string, right: string): number {
  const [a = 0, b = 0] = left.split(",").map(Number);
  const [c = 0, d = 0] = right.split(",").map(Number);
  return a - c || b - d;
}
