import { MemrigError } from "../errors.js";
import type { Drive } from "../simulator/one-port.js";
import type { Wire } from "./bench-plan.js";
import { negated, scaled } from "./sums.js";

/** Resistance of what is wired but off: as good as none. */
export const open_ohm = 1e12;

/** A device with nothing connected: no current flows through this. */
export const OPEN: Drive = { emf: { times_s: [0], values: [0] }, series_ohm: open_ohm, limit_A: Infinity };

/** Output resistance of a voltage-to-current converter: a stimulus isolator is nearly an ideal current source. */
const isolatorOutput_ohm = 1e8;

/** The two ends of the device. */
export type End = "dut.top" | "dut.bottom";

/** How a terminal that drives meets the device. */
export interface Port {
  /** The end that it drives against ground; `across`: from the bottom to the top. */
  readonly place: "top" | "bottom" | "across";
  /** The source counts the other way round. */
  readonly reversed: boolean;
  /** In the path of its current, outside of the device. */
  readonly leads_ohm: number;
}

/** How the terminals of the instruments meet the two nodes of the device. A terminal is named `label.terminal`. */
export class Wiring {
  private readonly byTerminal: ReadonlyMap<string, Wire>;
  private readonly loads_ohm = new Map<string, number>();
  private readonly grounds_S = new Map<End, number>();
  private readonly sources = new Set<string>();
  private readonly ports = new Map<string, Port | undefined>();

  /** @throws MemrigError `invalid-request`: a terminal twice, or a source that its own wires short-circuit */
  constructor(readonly wires: readonly Wire[]) {
    const byTerminal = new Map<string, Wire>();
    for (const wire of wires) {
      // An SMU's channel 1 is label.high or label.1.high, its channel 2 label.2.high.
      const terminal = `${wire.instrument}.${wire.terminal.replace(/^1\.(?=high$|low$)/, "")}`;
      if (byTerminal.has(terminal)) {
        throw new MemrigError("invalid-request", `${terminal} is wired twice. Give each terminal one node.`, {
          terminal,
        });
      }
      byTerminal.set(terminal, wire);
    }
    for (const [terminal, { node }] of byTerminal) {
      if (!isHigh(terminal)) continue;
      this.sources.add(terminal);
      if (node === "ground" || byTerminal.get(lowOf(terminal))?.node !== node) continue;
      throw new MemrigError(
        "invalid-request",
        `${terminal} and ${lowOf(terminal)} are both wired to ${node}: the device would see nothing of it. Wire low to the other ` +
          `end of the device, or to ground.`,
        { terminal, node },
      );
    }
    this.byTerminal = byTerminal;
  }

  /** The wire of a terminal; undefined where it is left open. */
  wireOf(terminal: string): Wire | undefined {
    return this.byTerminal.get(terminal);
  }

  /** A terminal that can drive, whether it does or not. The highs of SMUs are known to. */
  addSource(terminal: string): void {
    if (this.sources.has(terminal)) return;
    this.sources.add(terminal);
    this.ports.clear();
  }

  /** Resistance that an instrument's input puts from its node to ground: 50 for a scope's 50 Ω input. */
  setLoad(terminal: string, load_ohm: number | undefined): void {
    if (load_ohm === undefined) this.loads_ohm.delete(terminal);
    else this.loads_ohm.set(terminal, load_ohm);
    this.grounds_S.clear();
  }

  /** From a node to ground, through all shunts and loads there; 0 for none. Inputs of 1 MΩ are taken as open. */
  toGround_S(node: End): number {
    const known_S = this.grounds_S.get(node);
    if (known_S !== undefined) return known_S;
    let conductance_S = 0;
    for (const [terminal, wire] of this.byTerminal) {
      if (wire.node !== node) continue;
      if (wire.through?.shunt_ohm !== undefined) conductance_S += 1 / wire.through.shunt_ohm;
      const load_ohm = this.loads_ohm.get(terminal);
      if (load_ohm !== undefined) conductance_S += 1 / load_ohm;
    }
    this.grounds_S.set(node, conductance_S);
    return conductance_S;
  }

  /** From an end without a resistor, and with no source that is on, to ground: grounded, where nothing is wired that can drive it. */
  restingOhm(node: End): number {
    return this.canBeDriven(node) ? open_ohm : 0;
  }

  private canBeDriven(node: End): boolean {
    const place = node === "dut.top" ? "top" : "bottom";
    return [...this.sources].some((terminal) => this.portOf(terminal)?.place === place);
  }

  /** Undefined: the terminal is not wired to the device. */
  portOf(terminal: string): Port | undefined {
    if (!this.ports.has(terminal)) this.ports.set(terminal, this.findPort(terminal));
    return this.ports.get(terminal);
  }

  private findPort(terminal: string): Port | undefined {
    const wire = this.byTerminal.get(terminal);
    if (!isHigh(terminal)) {
      if (!wire || wire.node === "ground") return undefined;
      return { place: placeOf(wire.node), reversed: false, leads_ohm: wire.through?.series_ohm ?? 0 };
    }
    const low = this.byTerminal.get(lowOf(terminal));
    const leads_ohm = (wire?.through?.series_ohm ?? 0) + (low?.through?.series_ohm ?? 0);
    if (!wire) return undefined;
    if (wire.node === "ground") {
      if (!low || low.node === "ground") return undefined;
      return { place: placeOf(low.node), reversed: true, leads_ohm };
    }
    const grounded = low ? low.node === "ground" : this.isAnothers(terminal, other(wire.node));
    return grounded
      ? { place: placeOf(wire.node), reversed: false, leads_ohm }
      : { place: "across", reversed: wire.node === "dut.bottom", leads_ohm };
  }

  /** Another source has its hot side at that end: what is not wired then goes to ground. */
  private isAnothers(terminal: string, end: End): boolean {
    return [...this.sources].some((source) => source !== terminal && this.byTerminal.get(source)?.node === end);
  }

  /** Resistance in the leads of an SMU, both together: what two-wire readings include. */
  leads_ohm(terminal: string): number {
    return this.portOf(terminal)?.leads_ohm ?? 0;
  }

  /** A source at its terminal as its end of the device sees it, converter and leads included. @param sensed four-wire: no leads */
  atDevice(terminal: string, port: Port, source: Drive, sensed: boolean): Drive {
    const gain_S = this.byTerminal.get(terminal)?.through?.isolator_A_per_V;
    const { emf, series_ohm, limit_A } =
      gain_S === undefined
        ? source
        : {
            emf: scaled(source.emf, gain_S * isolatorOutput_ohm),
            series_ohm: isolatorOutput_ohm,
            limit_A: Infinity,
          };
    return {
      emf: port.reversed ? negated(emf) : emf,
      series_ohm: series_ohm + (sensed ? 0 : port.leads_ohm),
      limit_A,
    };
  }
}

function isHigh(terminal: string): boolean {
  return terminal.endsWith(".high");
}

function lowOf(terminal: string): string {
  return `${terminal.slice(0, -".high".length)}.low`;
}

function placeOf(end: End): "top" | "bottom" {
  return end === "dut.top" ? "top" : "bottom";
}

function other(end: End): End {
  return end === "dut.top" ? "dut.bottom" : "dut.top";
}
