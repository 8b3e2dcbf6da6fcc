import type { Device } from "../models/device.js";
import type { Circuit, Quantity } from "../netlist/types.js";
import { pieceRate, pieceValue } from "../netlist/waveform.js";
import { Equations } from "./equations.js";
import { layoutOf, makeDevices, type DevicePlace, type Layout, type LimiterPlace } from "./layout.js";
import { jacobianPattern, massValues, programFor, type MakeProgram, type Memory, type Program } from "./program.js";
import { bends, type Method } from "./method.js";
import { rodas5p } from "./rodas5p.js";
import { leastSeries_ohm } from "./stamp.js";

/** Share of the limit by which a limiter passes it before it changes over: rounding is far below, meaning far above. */
const changeover = 1e-9;

/**
 * Longest step in periods of a sine. What follows the source at once is exact at the end of any step, so that no error
 * estimate limits the step for the sake of what lies between.
 */
const [dynamicShare, algebraicShare] = [0.15, 0.02];

/** The states of a device within X, and room for states that are tried. */
interface Room {
  readonly x: Float64Array;
  readonly tried: Float64Array;
}

/** A device of this simulation where it stands in the circuit. */
class PlacedDevice {
  constructor(
    readonly place: DevicePlace,
    readonly device: Device,
    readonly room: Room,
  ) {}
}

/**
 * A circuit made into equations, and the memory in which they are solved. One simulation at a time; `restart` makes the
 * devices new, so that every simulation of a system is the same.
 */
export class System {
  readonly layout: Layout;
  readonly size: number;
  readonly memory: Memory;
  private readonly equations: Equations;
  private make: MakeProgram;
  /** What steps are made with. */
  method: Method = rodas5p;
  private devices: Device[];
  private program: Program;
  /** Whether anything in the circuit can have an event. */
  hybrid = false;
  /** Part of X that holds the states of each device, and room for states that are tried. */
  private readonly rooms: readonly Room[];
  /** Devices that have events. */
  private firing: PlacedDevice[] = [];
  /** Devices with states. */
  private told: PlacedDevice[] = [];
  /** Position in M of each unknown's own entry; -1 for an algebraic one. */
  readonly diagonalMass: Int32Array;
  /** Whether some equation has no derivative in it. */
  readonly algebraic: boolean;
  /** Whether D holds the continuous output of the last step. */
  private bent = false;
  private start_s = 0;
  /** Share of every source that is on; below 1 only while a rest state is sought. */
  private share = 1;

  /** @param circuit checked by `checkCircuit` */
  constructor(readonly circuit: Circuit) {
    this.layout = layoutOf(circuit);
    this.size = this.layout.names.length;
    this.devices = makeDevices(this.layout);
    this.equations = new Equations(this.layout, this.devices);
    this.memory = memoryFor(this.equations);
    this.rooms = this.layout.devices.map(({ first, size }) => ({
      x: this.memory.X.subarray(first, first + size),
      tried: new Float64Array(size),
    }));
    const masses = this.equations.massPositions();
    this.diagonalMass = Int32Array.from(this.layout.names, (_, i) => masses.get(`${i},${i}`) ?? -1);
    this.algebraic = isSingular(this.equations);
    this.make = programFor(this.equations, this.devices, this.method);
    this.memory.P.set(this.equations.parameters);
    this.program = this.connect();
  }

  /** Makes steps with another method from here on, until `restart`. */
  use(method: Method): void {
    if (method === this.method) return;
    this.choose(method);
    this.program = this.make(this.memory, this.devices);
  }

  private choose(method: Method): void {
    if (method === this.method) return;
    this.method = method;
    this.make = programFor(this.equations, this.devices, method);
  }

  /**
   * Devices as new, state at its start: initial values of the circuit, 0 V elsewhere. Sources at time 0.
   *
   * @param method what steps are made with
   */
  restart(method = rodas5p): void {
    this.choose(method);
    this.devices = makeDevices(this.layout);
    this.program = this.connect();
    this.memory.X.fill(0);
    this.memory.L.fill(0);
    for (const { element, first, index } of this.layout.devices) {
      (element.initial ?? this.devices[index]?.initial ?? []).forEach((value, i) => (this.memory.X[first + i] = value));
    }
    this.share = 1;
    this.begin(0);
    for (const element of this.circuit.elements) {
      if (element.kind === "C" && element.initial_V !== undefined) this.charge(element.a, element.b, element.initial_V);
    }
  }

  private connect(): Program {
    const { devices, layout, memory } = this;
    const all = devices.map((device, i) => new PlacedDevice(layout.devices[i]!, device, this.rooms[i]!));
    this.told = all.filter(({ device }) => device.size > 0);
    this.firing = all.filter(({ device }) => device.fires !== false);
    this.hybrid = this.firing.length > 0 || layout.limiters.length > 0;
    return this.make(memory, devices);
  }

  private charge(a: string, b: string, initial_V: number): void {
    const { X } = this.memory;
    const [top, bottom] = [this.equations.place(a).unknown, this.equations.place(b).unknown];
    const missing_V = initial_V - (this.voltage(a, 0, X) - this.voltage(b, 0, X));
    if (top >= 0) X[top]! += missing_V;
    else if (bottom >= 0) X[bottom]! -= missing_V;
  }

  /** The sources from `start_s` on, up to the next corner; times in steps count from here. */
  begin(start_s: number): void {
    this.start_s = start_s;
    const { E } = this.memory;
    for (const { atoms, at } of this.layout.sources) {
      let first = at;
      for (const atom of atoms) {
        atom.pieceAt(start_s, E, first);
        if (this.share !== 1) {
          E[first]! *= this.share;
          E[first + 1]! *= this.share;
        }
        first += atom.size;
      }
    }
  }

  /**
   * As `begin`, and tells the charge that sources which jump here push into the rows, C; undefined when none jumps. Node
   * voltages are kept relative to the node they are counted from, so a jumping source moves its nodes with it.
   */
  enter(start_s: number): Float64Array | undefined {
    const { sources } = this.layout;
    const before = sources.map((_, i) => this.sourceValue(i, start_s - this.start_s));
    this.begin(start_s);
    const jumps = sources.map((_, i) => {
      const now = this.sourceValue(i, 0);
      const jump = now - before[i]!;
      return Math.abs(jump) > 1e-9 * Math.max(Math.abs(now), Math.abs(before[i]!)) ? jump : 0;
    });
    if (start_s === 0 || jumps.every((jump) => jump === 0)) return undefined;
    const charge = new Float64Array(this.size);
    for (const { a, b, C_F } of this.equations.capacitances()) {
      const [from, to] = [this.equations.place(a), this.equations.place(b)];
      if (from.unknown === to.unknown) continue;
      const forced = (offsets: typeof from.offsets): number =>
        offsets.reduce((sum, { source, sign }) => sum + sign * jumps[source]!, 0);
      const pushed_C = C_F * (forced(from.offsets) - forced(to.offsets));
      if (from.unknown >= 0) charge[from.unknown]! -= pushed_C;
      if (to.unknown >= 0) charge[to.unknown]! += pushed_C;
    }
    return charge;
  }

  /** M (a - b) into `out`. */
  timesMass(a: Float64Array, b: Float64Array, out: Float64Array): void {
    out.fill(0);
    for (const [entry, value] of this.equations.mass) {
      const [row = 0, column = 0] = entry.split(",").map(Number);
      out[row]! += value * (a[column]! - b[column]!);
    }
  }

  /** Sources at a share of their value at time 0 and constant. */
  scaleSources(share: number): void {
    this.share = share;
    this.begin(0);
    const { E } = this.memory;
    for (const { atoms, at } of this.layout.sources) {
      let first = at;
      for (const atom of atoms) {
        E[first] = pieceValue(atom, E, first, 0);
        E[first + 1] = 0;
        first += atom.size;
      }
    }
  }

  /** One source at a constant value, from now until the next `begin`. */
  force(name: string, value: number): void {
    const source = this.layout.sources.find((candidate) => candidate.name === name);
    if (!source) return;
    const size = source.atoms.reduce((sum, atom) => sum + atom.size, 0);
    this.memory.E.fill(0, source.at, source.at + size);
    this.memory.E[source.at] = value;
  }

  /** First time after t at which a source has a corner; `soft`: only kinks of samples. */
  cornerAfter(t_s: number): { readonly t_s: number; readonly soft: boolean } {
    let next_s = Infinity;
    let soft = true;
    for (const { atoms } of this.layout.sources) {
      for (const atom of atoms) {
        const corner_s = atom.cornerAfter(t_s);
        if (corner_s < next_s) [next_s, soft] = [corner_s, atom.soft];
        else if (corner_s === next_s) soft &&= atom.soft;
      }
    }
    return { t_s: next_s, soft };
  }

  /** Longest step that still sees what sources do at t. */
  longestStep_s(t_s: number): number {
    let period_s = Infinity;
    for (const { atoms } of this.layout.sources) {
      for (const atom of atoms) period_s = Math.min(period_s, atom.period_s(t_s));
    }
    return period_s * (this.algebraic ? algebraicShare : dynamicShare);
  }

  /** Rates and Jacobian at the state, t after the start of the span. */
  prepare(t: number): void {
    this.memory.R[2] = t;
    this.program.prepare();
  }

  /** Tries a step of the length in R[3] from the prepared point. False: not solvable at this size. */
  step(): boolean {
    this.bent = false;
    return this.program.step();
  }

  /** Value of unknown i at the share s of the step just made. */
  inside(i: number, s: number): number {
    const { X, X1, D } = this.memory;
    const n = this.size;
    if (!this.bent) {
      this.program.bend();
      this.bent = true;
    }
    const bend = D[i]! + s * (D[n + i]! + s * D[2 * n + i]!);
    return (1 - s) * X[i]! + s * (X1[i]! + (1 - s) * bend);
  }

  newton(h: number): boolean {
    this.memory.R[3] = h;
    return this.program.newton();
  }

  /** Value of a source, t after the start of the span. */
  sourceValue(source: number, t: number): number {
    const { atoms, at } = this.layout.sources[source]!;
    let first = at;
    let sum = 0;
    for (const atom of atoms) {
      sum += pieceValue(atom, this.memory.E, first, t);
      first += atom.size;
    }
    return sum;
  }

  /** d/dt of a source, t after the start of the span. */
  sourceRate(source: number, t: number): number {
    const { atoms, at } = this.layout.sources[source]!;
    let first = at;
    let sum = 0;
    for (const atom of atoms) {
      sum += pieceRate(atom, this.memory.E, first, t);
      first += atom.size;
    }
    return sum;
  }

  /** Voltage of a node at a state, t after the start of the span. */
  voltage(node: string, t: number, x: Float64Array): number {
    const { unknown, offsets } = this.equations.place(node);
    let sum = unknown < 0 ? 0 : x[unknown]!;
    for (const { source, sign } of offsets) sum += sign * this.sourceValue(source, t);
    return sum;
  }

  /** Negative between events; the first that reaches zero is the event. */
  guard(t: number, x: Float64Array): number {
    let largest = -1;
    for (const { device, place, room } of this.firing) {
      const { tried } = room;
      const { element, first } = place;
      for (let i = 0; i < tried.length; i++) tried[i] = x[first + i]!;
      largest = Math.max(largest, device.guard(this.across(element.a, element.b, t, x), tried));
    }
    for (const limiter of this.layout.limiters) largest = Math.max(largest, this.limiterGuard(limiter, t, x));
    return largest;
  }

  /** Lets happen what is due, at the state X. True: something was. */
  fire(t: number): boolean {
    const { X, L } = this.memory;
    let fired = false;
    for (const limiter of this.layout.limiters) {
      if (this.limiterGuard(limiter, t, X) < 0) continue;
      L[limiter.index] = L[limiter.index] === 0 ? Math.sign(this.excess_V(limiter, t, X)) : 0;
      fired = true;
    }
    for (const { device, place, room } of this.firing) {
      const { x } = room;
      const v = this.across(place.element.a, place.element.b, t, X);
      if (device.guard(v, x) < 0) continue;
      device.fire(v, x);
      fired = true;
    }
    return fired;
  }

  /** Tells the devices that the state X is accepted. */
  accepted(): void {
    const { told } = this;
    for (let i = 0; i < told.length; i++) told[i]!.device.accepted(told[i]!.room.x);
  }

  private limiterGuard(limiter: LimiterPlace, t: number, x: Float64Array): number {
    const { element } = limiter;
    const most_V = element.limit_A * Math.max(element.series_ohm, leastSeries_ohm);
    if (most_V === Infinity) return -1;
    const excess_V = this.excess_V(limiter, t, x);
    const mode = this.memory.L[limiter.index]!;
    const over_V = mode === 0 ? Math.abs(excess_V) - most_V : most_V - mode * excess_V;
    const rounding_V = 1e-14 * Math.abs(this.across(element.plus, element.minus, t, x));
    return over_V - Math.max(changeover * most_V, rounding_V);
  }

  /** emf - v of a source with a limit. */
  private excess_V({ element, source }: LimiterPlace, t: number, x: Float64Array): number {
    return this.sourceValue(source, t) - this.across(element.plus, element.minus, t, x);
  }

  private across(a: string, b: string, t: number, x: Float64Array): number {
    return this.voltage(a, t, x) - this.voltage(b, t, x);
  }

  /** The unknowns by name. */
  named(x: Float64Array): Record<string, number> {
    return Object.fromEntries(this.layout.names.map((name, i) => [name, x[i]!]));
  }

  get clock_s(): number {
    return this.start_s;
  }

  /** For readers of quantities. */
  get parts(): { readonly equations: Equations; readonly devices: readonly Device[] } {
    return { equations: this.equations, devices: this.devices };
  }

  /** Position of a quantity that is one unknown; -1 for others, and for what is not there. */
  unknownOf(quantity: Quantity): number {
    if (quantity.kind === "current") return -1;
    if (quantity.kind === "state") {
      const place = this.layout.devices.find(({ name }) => name === quantity.element);
      const last = (place?.size ?? 0) - 1;
      const { index } = quantity;
      return place && Number.isInteger(index) && index >= 0 && index <= last ? place.first + index : -1;
    }
    const place = this.layout.places.get(quantity.node);
    return place && quantity.over === undefined && place.offsets.length === 0 ? place.unknown : -1;
  }
}

/** Whether the mass matrix is singular: nodes that no chain of capacitors ties to ground or a source. */
function isSingular(equations: Equations): boolean {
  const n = equations.layout.names.length;
  const m = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => equations.mass.get(`${i},${j}`) ?? 0),
  );
  for (let k = 0; k < n; k++) {
    const pivot = m[k]![k]!;
    if (!(pivot > 1e-9 * (equations.mass.get(`${k},${k}`) ?? 0))) return true;
    for (let i = k + 1; i < n; i++) {
      const factor = m[i]![k]! / pivot;
      for (let j = k; j < n; j++) m[i]![j]! -= factor * m[k]![j]!;
    }
  }
  return false;
}

function memoryFor(equations: Equations): Memory {
  const { names, scales, sourceNumbers, limiters } = equations.layout;
  const n = names.length;
  const pattern = jacobianPattern(equations); // also fills the parameters
  return {
    X: new Float64Array(n),
    X1: new Float64Array(n),
    K: new Float64Array(n * rodas5p.a.length),
    D: new Float64Array(n * bends),
    F: new Float64Array(n),
    FT: new Float64Array(n),
    J: new Float64Array(pattern.length),
    E: new Float64Array(sourceNumbers),
    P: new Float64Array(equations.parameters.length),
    M: Float64Array.from(massValues(equations)),
    S: Float64Array.from(scales),
    L: new Float64Array(limiters.length),
    R: new Float64Array(6),
  };
}
