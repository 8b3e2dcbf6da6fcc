import { MemrigError } from "../errors.js";
import type { Drive } from "../simulator/one-port.js";
import type { Wire } from "./bench-plan.js";

/** A device with nothing connected: no current flows through this. */
export const OPEN: Drive = { emf: { times_s: [0], values: [0] }, series_ohm: 1e12, limit_A: Infinity };

/** Output resistance of a voltage-to-current converter: a stimulus isolator is nearly an ideal current source. */
const isolatorOutput_ohm = 1e8;

/** How the terminals of the instruments meet the two nodes of the device. A terminal is named `label.terminal`. */
export class Wiring {
  private readonly byTerminal: ReadonlyMap<string, Wire>;
  private readonly loads_ohm = new Map<string, number>();

  /** @throws MemrigError `invalid-request`: a terminal twice, or a source the wrong way round */
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
      const side = /(?:^|\.)(high|low)$/.exec(wire.terminal)?.[1];
      const reversed = (side === "high" && wire.node !== "dut.top") || (side === "low" && wire.node === "dut.top");
      if (reversed) {
        throw new MemrigError(
          "invalid-request",
          `${terminal} is wired to ${wire.node}. The virtual lab drives the device from dut.top: wire high to dut.top, ` +
            `low to dut.bottom or ground.`,
          { terminal, node: wire.node },
        );
      }
    }
    this.byTerminal = byTerminal;
  }

  /** The wire of a terminal; undefined where it is left open. */
  wireOf(terminal: string): Wire | undefined {
    return this.byTerminal.get(terminal);
  }

  /** Resistance that an instrument's input puts from its node to ground: 50 for a scope's 50 Ω input. */
  setLoad(terminal: string, load_ohm: number | undefined): void {
    if (load_ohm === undefined) this.loads_ohm.delete(terminal);
    else this.loads_ohm.set(terminal, load_ohm);
  }

  /** From a node to ground, through all shunts and loads there; Infinity for none. Inputs of 1 MΩ are taken as open. */
  private toGround_ohm(node: Wire["node"]): number {
    let conductance_S = 0;
    for (const [terminal, wire] of this.byTerminal) {
      if (wire.node !== node) continue;
      if (wire.through?.shunt_ohm !== undefined) conductance_S += 1 / wire.through.shunt_ohm;
      const load_ohm = this.loads_ohm.get(terminal);
      if (load_ohm !== undefined) conductance_S += 1 / load_ohm;
    }
    return conductance_S === 0 ? Infinity : 1 / conductance_S;
  }

  /** From the bottom of the device to ground while a generator drives. Nothing wired there: it is grounded. */
  get bottom_ohm(): number {
    const resistance_ohm = this.toGround_ohm("dut.bottom");
    return Number.isFinite(resistance_ohm) ? resistance_ohm : 0;
  }

  /** True for the high terminal of an SMU. */
  isSmu(terminal: string): boolean {
    return terminal.endsWith(".high");
  }

  /** True where the current of this source goes through what is wired from the bottom to ground. */
  returnsThroughGround(terminal: string): boolean {
    if (!this.isSmu(terminal)) return true;
    return this.wireOf(`${terminal.slice(0, -".high".length)}.low`)?.node === "ground";
  }

  /** Resistance in the leads of an SMU, both together: what two-wire readings include. */
  leads_ohm(terminal: string): number {
    const low = this.wireOf(`${terminal.slice(0, -".high".length)}.low`);
    const series_ohm = (this.wireOf(terminal)?.through?.series_ohm ?? 0) + (low?.through?.series_ohm ?? 0);
    return series_ohm + (this.returnsThroughGround(terminal) ? this.bottom_ohm : 0);
  }

  /**
   * A source at its terminal as the device sees it, all resistors on the way included.
   *
   * @param sensed true: four-wire, so that the leads are regulated away
   * @returns undefined where the terminal is not wired to the top of the device
   */
  seenByDevice(terminal: string, source: Drive, sensed: boolean): Drive | undefined {
    const wire = this.wireOf(terminal);
    if (wire?.node !== "dut.top") return undefined;
    if (this.isSmu(terminal)) {
      return { ...source, series_ohm: source.series_ohm + (sensed ? 0 : this.leads_ohm(terminal)) };
    }
    const gain_S = wire.through?.isolator_A_per_V;
    const isolated = gain_S === undefined ? source : scaled(source, gain_S * isolatorOutput_ohm, isolatorOutput_ohm);
    const series_ohm = isolated.series_ohm + (wire.through?.series_ohm ?? 0);
    const load_ohm = this.toGround_ohm("dut.top");
    if (!Number.isFinite(load_ohm)) return { ...isolated, series_ohm: series_ohm + this.bottom_ohm };
    const divided = load_ohm / (load_ohm + series_ohm); // Thévenin: the load at the top divides the source
    return { ...scaled(isolated, divided, divided * series_ohm + this.bottom_ohm), limit_A: isolated.limit_A };
  }
}

function scaled(source: Drive, factor: number, series_ohm: number): Drive {
  const values = Float64Array.from(source.emf.values, (value) => value * factor);
  return { emf: { times_s: source.emf.times_s, values }, series_ohm, limit_A: Infinity };
}
