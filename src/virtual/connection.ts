import type { Drive, Network, NetworkSource, Pwl } from "../simulator/one-port.js";
import { emfAt } from "../simulator/transient/pwl.js";
import { Surroundings } from "../simulator/transient/surroundings.js";
import { allCorners, difference, negated, scaled } from "./sums.js";
import { OPEN } from "./wiring.js";
import type { Port, Wiring } from "./wiring.js";

/** A source that is on, as its end of the device sees it. */
interface Member extends NetworkSource {
  readonly terminal: string;
  readonly reversed: boolean;
}

/** What is on one end of the device as one source behind a resistance; without emf: a resistor to ground. */
interface Side {
  readonly emf?: Pwl;
  readonly series_ohm: number;
  readonly limit_A: number;
}

/** How the other node follows from one that is known. */
type Anchor =
  | { readonly kind: "bottom"; readonly emf: Pwl; readonly series_ohm: number }
  | { readonly kind: "top"; readonly emf?: Pwl; readonly series_ohm: number }
  | { readonly kind: "network"; readonly surroundings: Surroundings };

/**
 * What is on around the device, and what its terminals see of it.
 *
 * Where it amounts to one source with one resistance and one limit (one source; one at each end, none of them with a limit and a resistor
 * to ground at the same node) the device gets that. Everything else is given to it as a network, which is slower: several sources at one
 * node, a limited one beside a shunt, one across the device beside others.
 */
export class Connection {
  readonly drive: Drive;
  /** From the bottom of the device to ground, where nothing drives there. */
  readonly bottom_ohm: number;
  private readonly anchor: Anchor | undefined;
  private readonly members: readonly Member[];
  private readonly top_S: number;
  private readonly bottom_S: number;

  /** @param sources by terminal, those not wired to the device included */
  constructor(wiring: Wiring, sources: ReadonlyMap<string, { readonly source: Drive; readonly sensed: boolean }>) {
    const members: Member[] = [];
    for (const [terminal, { source, sensed }] of sources) {
      const port = wiring.portOf(terminal);
      if (!port) continue;
      const { emf, series_ohm, limit_A } = wiring.atDevice(terminal, port, source, sensed);
      members.push({ terminal, place: port.place, reversed: port.reversed, emf, series_ohm, limit_A });
    }
    this.members = members;
    this.top_S = wiring.toGround_S("dut.top");
    this.bottom_S = wiring.toGround_S("dut.bottom");
    this.bottom_ohm = 0;
    const at = (place: Port["place"]) => this.members.filter((member) => member.place === place);
    const [tops, bottoms, across] = [at("top"), at("bottom"), at("across")];
    const [only] = across;
    if (this.members.length === 0) {
      this.drive = OPEN;
      return;
    }
    if (only && this.members.length === 1 && (this.top_S === 0 || this.bottom_S === 0)) {
      this.drive = { emf: only.emf, series_ohm: only.series_ohm, limit_A: only.limit_A };
      return;
    }
    const top = sideOf(tops, this.top_S, () => wiring.restingOhm("dut.top"));
    const bottom = sideOf(bottoms, this.bottom_S, () => wiring.restingOhm("dut.bottom"));
    if (!only && top && bottom) {
      this.drive = inSeries(top, bottom);
      if (!bottom.emf) this.bottom_ohm = bottom.series_ohm;
      // The side that is limited first is held by nothing then: the nodes are told from the other one.
      if (bottom.limit_A < top.limit_A)
        this.anchor = { kind: "top", series_ohm: top.series_ohm, ...(top.emf ? { emf: top.emf } : {}) };
      else if (bottom.emf) this.anchor = { kind: "bottom", emf: bottom.emf, series_ohm: bottom.series_ohm };
      return;
    }
    const grounded = tops.length + bottoms.length > 0; // else all of them float
    const loadAt_S = (count: number, resting_ohm: number) =>
      grounded && count === 0 ? 1 / Math.max(resting_ohm, leastGround_ohm) : 0;
    const network: Network = {
      sources: this.members,
      top_S: this.top_S || loadAt_S(tops.length, wiring.restingOhm("dut.top")),
      bottom_S: this.bottom_S || loadAt_S(bottoms.length, wiring.restingOhm("dut.bottom")),
    };
    const emf = allCorners(this.members.map((member) => member.emf));
    this.drive = { emf, series_ohm: 0, limit_A: 0, around: network };
    this.anchor = { kind: "network", surroundings: new Surroundings(network) };
  }

  /** The bottom is at ground, or behind `bottom_ohm`: no more is needed to know the nodes. */
  get plain(): boolean {
    return this.anchor === undefined;
  }

  /** Bottom of the device against ground. @param other_s the time that the step reaches to, where a source jumps at `time_s` */
  bottom_V(time_s: number, other_s: number, v: number, i_A: number): number {
    const { anchor } = this;
    if (!anchor) return i_A * this.bottom_ohm;
    switch (anchor.kind) {
      case "bottom":
        return emfAt(anchor.emf, time_s, other_s) + i_A * anchor.series_ohm;
      case "top":
        return (anchor.emf ? emfAt(anchor.emf, time_s, other_s) : 0) - i_A * anchor.series_ohm - v;
      case "network":
        this.bring(anchor.surroundings, time_s, other_s);
        anchor.surroundings.solve(v);
        return anchor.surroundings.bottom_V;
    }
  }

  /** What a terminal delivers, out of its high, with nodes and device current as they are. 0 where it is not on. */
  current_A(terminal: string, time_s: number, other_s: number, top_V: number, bottom_V: number, i_A: number): number {
    const member = this.members.find((one) => one.terminal === terminal);
    if (!member) return 0;
    const sign = member.reversed ? -1 : 1;
    if (this.anchor?.kind === "network" && !this.hasNodeAlone(member)) {
      this.bring(this.anchor.surroundings, time_s, other_s);
      return sign * this.anchor.surroundings.delivered_A(member, top_V, bottom_V);
    }
    if (member.place === "across") return sign * i_A;
    return sign * (member.place === "top" ? i_A + this.top_S * top_V : this.bottom_S * bottom_V - i_A);
  }

  /** The device's current and the resistors at the node tell what this one delivers. */
  private hasNodeAlone({ place }: Member): boolean {
    return place !== "across" && !this.members.some((one) => one.place === "across") && this.countAt(place) === 1;
  }

  private countAt(place: Member["place"]): number {
    return this.members.reduce((count, one) => count + (one.place === place ? 1 : 0), 0);
  }

  private bring(surroundings: Surroundings, time_s: number, other_s: number): void {
    if (other_s === time_s) surroundings.stand(time_s);
    else if (other_s > time_s) surroundings.line(time_s, other_s);
    else {
      surroundings.line(other_s, time_s);
      surroundings.at(time_s - other_s);
    }
  }
}

/** What a node without a resistor, to which nothing that drives is wired, is taken for beside a network. */
const leastGround_ohm = 1e-3;

/** Undefined: no single source does the same. */
function sideOf(members: readonly Member[], load_S: number, resting_ohm: () => number): Side | undefined {
  const [only] = members;
  if (!only) return { series_ohm: load_S > 0 ? 1 / load_S : resting_ohm(), limit_A: Infinity };
  const { emf, series_ohm, limit_A } = only;
  if (members.length > 1) return undefined;
  if (load_S === 0) return { emf, series_ohm, limit_A };
  if (limit_A < Infinity) return undefined;
  const divided = 1 / (1 + load_S * series_ohm); // Thévenin: the load divides the source
  return { emf: scaled(emf, divided), series_ohm: divided * series_ohm, limit_A };
}

function inSeries(top: Side, bottom: Side): Drive {
  return {
    emf:
      top.emf && bottom.emf
        ? difference(top.emf, bottom.emf)
        : (top.emf ?? (bottom.emf ? negated(bottom.emf) : OPEN.emf)),
    series_ohm: top.series_ohm + bottom.series_ohm,
    limit_A: Math.min(top.limit_A, bottom.limit_A),
  };
}
