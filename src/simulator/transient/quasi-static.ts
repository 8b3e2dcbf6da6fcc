import { MemrigError } from "../../errors.js";
import { si } from "../../units.js";
import type { Circuit, Element } from "../netlist/types.js";
import type { QuasiStaticOptions, QuasiStaticPoint } from "./api.js";
import { compileCircuit } from "./compile.js";
import { equilibrium, isNear, isStable, patience_s } from "./equilibrium.js";
import { readerOf } from "./quantities.js";
import { settle } from "./settle.js";
import { StepControl } from "./step-control.js";
import { Stepper } from "./stepper.js";
import type { System } from "./system.js";

/** Least part of the way between two points by which the drive goes on before it counts as a fold. */
const leastMove = 1e-7;
/** Tolerance and steps of the relaxation after a fold. */
const relaxing = { tolerance: 1e-4, steps: 300_000 } as const;

/**
 * The V-I curve of a circuit at one of its sources, infinitely slowly, other sources as at time 0. Driven by current an
 * S-shaped curve is followed through its folds, unstable parts included: current decides where on it the device is.
 * Driven by voltage the circuit stays on a stable branch up to its fold and then goes where its own dynamics take it, so
 * up and down differ.
 *
 * @returns points from `from` to `to`, both included, and back when asked
 * @throws MemrigError `invalid-request`: no such source, or an impossible range
 * @throws MemrigError `solve-failed`: no steady state was found at a point; the message says where
 */
export function quasiStatic(circuit: Circuit, options: QuasiStaticOptions): QuasiStaticPoint[] {
  checkRange(circuit, options);
  return new Sweep(circuit, options).points();
}

class Sweep {
  private readonly system: System;
  private readonly source: string;
  private readonly plus: string;
  private readonly minus: string;
  private at = 0;
  private jumped = false;

  constructor(
    circuit: Circuit,
    private readonly options: QuasiStaticOptions,
  ) {
    const swept = sweptElement(circuit, options.source);
    const [plus, minus] = swept.kind === "I" ? [swept.to, swept.from] : [swept.plus, swept.minus];
    [this.source, this.plus, this.minus] = [swept.name, plus, minus];
    const wave = { kind: "dc", value: 0 } as const;
    const forced: Element =
      options.drive === "voltage"
        ? { kind: "V", name: swept.name, plus, minus, wave }
        : { kind: "I", name: swept.name, from: minus, to: plus, wave };
    const elements = circuit.elements.map((element) => (element === swept ? forced : element));
    this.system = compileCircuit({ ...circuit, elements });
  }

  points(): QuasiStaticPoint[] {
    const { from, to, points, returns = false } = this.options;
    const { system } = this;
    system.restart();
    this.at = 0;
    this.force(0);
    this.land();
    const up = Array.from({ length: points }, (_, i) => from + ((to - from) * i) / (points - 1));
    const drives = returns ? [...up, ...up.slice(0, -1).reverse()] : up;
    return drives.map((drive, i) => {
      if (i === 0) {
        this.follow(drive);
        this.jumped = false;
      } else this.follow(drive);
      const point = this.point(drive);
      this.jumped = false;
      return point;
    });
  }

  private force(drive: number): void {
    this.system.scaleSources(1);
    this.system.force(this.source, drive);
  }

  /** Goes to the next drive along the branch, in parts as small as it takes; falls off at a fold. */
  private follow(target: number): void {
    const { X } = this.system.memory;
    const whole = Math.abs(target - this.at);
    let part = target - this.at;
    while (this.at !== target) {
      const last = X.slice();
      const next = Math.abs(part) >= Math.abs(target - this.at) ? target : this.at + part;
      this.force(next);
      if (this.holds(last)) {
        this.at = next;
        part *= 2;
        continue;
      }
      X.set(last);
      part = (next - this.at) / 4;
      if (Math.abs(part) > leastMove * whole) continue;
      this.force(next);
      this.fall(next);
      this.at = next;
      part = target - this.at;
    }
  }

  private holds(last: Float64Array): boolean {
    const { system } = this;
    return equilibrium(system) && isNear(system, last) && (this.options.drive === "current" || isStable(system));
  }

  /** Over a fold: the circuit moves by itself until it rests again. */
  private fall(drive: number): void {
    const { system } = this;
    this.jumped = true;
    const control = new StepControl(system, relaxing.tolerance);
    const stepper = new Stepper(system, control);
    let problem = system.algebraic ? settle(system, 0) : undefined;
    let changed = true;
    system.memory.R[3] = 0;
    while (!problem && (stepper.h < patience_s || stepper.share < 1)) {
      problem = stepper.make(0, Infinity, patience_s, changed);
      if (problem) break;
      stepper.accept();
      changed = stepper.share < 1;
      if (control.steps > relaxing.steps) problem = control.problem("it does not come to rest; it may oscillate");
    }
    if (!problem && equilibrium(system)) return;
    const unit = this.options.drive === "voltage" ? "V" : "A";
    const where = problem ? `${problem.where}: ${problem.why}` : "no steady state follows";
    throw new MemrigError(
      "solve-failed",
      `Circuit ${system.circuit.name}, swept by ${this.source}: at ${si(drive, unit)} a fold was passed and then ` +
        `${where}. Drive it with more series resistance, or by current.`,
      { drive, state: problem?.state ?? system.named(system.memory.X) },
    );
  }

  /** The first state, with all other sources raised from zero by the circuit's own dynamics. */
  private land(): void {
    if (!equilibrium(this.system)) this.fall(0);
    this.jumped = false;
  }

  private point(drive: number): QuasiStaticPoint {
    const { system } = this;
    const { X } = system.memory;
    const still = new Float64Array(X.length);
    const voltage_V = system.voltage(this.plus, 0, X) - system.voltage(this.minus, 0, X);
    const current_A =
      this.options.drive === "current"
        ? drive
        : -readerOf(system, { kind: "current", element: this.source }, "the sweep")(0, X, still);
    return { drive, voltage_V, current_A, values: system.named(X), jumped: this.jumped };
  }
}

type Swept = Extract<Element, { kind: "V" | "I" | "limited" }>;

function sweptElement(circuit: Circuit, name: string | undefined): Swept {
  const sources = circuit.elements.filter(
    (element): element is Swept => element.kind === "V" || element.kind === "I" || element.kind === "limited",
  );
  const found =
    name === undefined ? (sources.length === 1 ? sources[0] : undefined) : sources.find((one) => one.name === name);
  if (found) return found;
  const names = sources.map((source) => source.name).join(", ") || "none";
  throw new MemrigError(
    "invalid-request",
    `Circuit ${circuit.name} was to be swept by ${name ?? "its only source"}; its sources are: ${names}. Name one of them.`,
    { source: name, sources: sources.map((source) => source.name) },
  );
}

function checkRange(circuit: Circuit, { from, to, points }: QuasiStaticOptions): void {
  const sound = Number.isFinite(from) && Number.isFinite(to) && from !== to && Number.isInteger(points) && points >= 2;
  if (sound) return;
  throw new MemrigError(
    "invalid-request",
    `Circuit ${circuit.name} was to be swept from ${from} to ${to} in ${points} points; give two different finite values ` +
      `and at least 2 points.`,
    { from, to, points },
  );
}
