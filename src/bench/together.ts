import { MemrigError } from "../errors.js";
import type { Wire } from "../virtual/bench-plan.js";
import { tightest } from "./bounds.js";
import type { BenchConfig } from "./config.js";
import { hold } from "./refusals.js";
import { channelOfTerminal } from "./wiring.js";

/** The most that one channel may force while it is on, at its own terminal, zero included. */
export interface Force {
  readonly low_V: number;
  readonly high_V: number;
  /** Most current it can drive; Infinity: only resistors limit it. */
  readonly current_A: number;
  /** Its own resistance; 0 for a source-measure unit. */
  readonly source_ohm: number;
}

/** What one instrument tells of its channels before it drives them. */
export interface Share {
  /**
   * The channel may force this from now on, beside what it may force already.
   *
   * @throws MemrigError `limit-refused`: together with what the others may force it passes a limit; nothing was sent
   */
  claim(channel: number, force: Force): Claim;
  /** The channel is off. */
  free(channel: number): void;
  /** All its channels are off. */
  freeAll(): void;
  /** The channel may be on. */
  isOn(channel: number): boolean;
}

export interface Claim {
  /** It was taken: the channel forces this and nothing of before. */
  settle(): void;
  /** Nothing was sent: the channel forces what it did before. */
  withdraw(): void;
}

/** For an instrument that is the only one at the device. */
export const alone: Share = {
  claim: () => ({ settle: () => undefined, withdraw: () => undefined }),
  free: () => undefined,
  freeAll: () => undefined,
  isOn: () => false,
};

/** A channel's force, seen from a node of the device. */
interface AtNode extends Force {
  readonly name: string;
  readonly node: Exclude<Wire["node"], "ground">;
}

/**
 * What all sources of a bench may force on its device at the same time. Each alone may be within the limits, and two at the
 * two ends of the device are not: the voltage across it is the difference of what both can force.
 *
 * Every node is anywhere between the lowest and the highest that a source at it may force, zero included: a source that
 * rests, or loses against another one at the same node. The current is what the weaker of the two sides can drive. What is
 * held here is voltage, current and power; energy and slew are each source's own.
 */
export class Together {
  private readonly forces = new Map<string, Force>();
  private readonly unknown = new Set<string>();

  constructor(private readonly config: BenchConfig) {}

  /** @param foundOn an output was on before: what it forces is not known */
  shareOf(label: string, foundOn = false): Share {
    const keyOf = (channel: number) => `${label} ${channel}`;
    if (foundOn) this.unknown.add(label);
    return {
      claim: (channel, force) => this.claim(label, channel, force),
      free: (channel) => void this.forces.delete(keyOf(channel)),
      freeAll: () => this.freeAll(label),
      isOn: (channel) => this.forces.has(keyOf(channel)),
    };
  }

  /** An instrument is known to be off. */
  freeAll(label: string): void {
    for (const key of this.forces.keys()) if (key.startsWith(`${label} `)) this.forces.delete(key);
  }

  private claim(label: string, channel: number, force: Force): Claim {
    const key = `${label} ${channel}`;
    const before = this.forces.get(key);
    const both = before ? union(before, force) : force;
    this.forces.set(key, both);
    try {
      this.check(label, channel);
    } catch (error) {
      this.put(key, before);
      throw error;
    }
    return { settle: () => void this.forces.set(key, force), withdraw: () => this.put(key, before) };
  }

  private put(key: string, force: Force | undefined): void {
    if (force) this.forces.set(key, force);
    else this.forces.delete(key);
  }

  private check(label: string, channel: number): void {
    const mine = this.atNode(label, channel);
    if (!mine) return;
    const strange = [...this.unknown].find(
      (other) => other !== label && this.config.wiring.some((w) => reaches(w, other)),
    );
    if (strange !== undefined) {
      throw new MemrigError(
        "limit-refused",
        `${mine.name}: ${strange} was found on and is at the same device; what both bring to it together is not known. Nothing ` +
          `was sent. Turn ${strange} off first.`,
        { label, other: strange },
      );
    }
    const all = [...this.forces.keys()].flatMap((key) => {
      const at = key.lastIndexOf(" ");
      const one = this.atNode(key.slice(0, at), Number(key.slice(at + 1)));
      return one ? [one] : [];
    });
    if (all.length < 2) return;
    const others = all.filter(({ name }) => name !== mine.name).map(({ name }) => name);
    const what = `with ${others.join(" and ")} on at the same time, across the device a`;
    const advice = ` Turning off or releasing ${others.join(" and ")} first makes room.`;
    const limits = tightest(this.config.limits, this.config.dut.limits);
    const worst = worstOf(all);
    hold(limits.voltage, worst.voltage_V, "V", mine.name, `${what} voltage of up to`, advice);
    hold(limits.current, worst.current_A, "A", mine.name, `${what} current of up to`, advice);
    hold(limits.power, worst.power_W, "W", mine.name, `${what} power of up to`, advice);
  }

  /** Undefined: the channel is not wired to the device. */
  private atNode(label: string, channel: number): AtNode | undefined {
    const force = this.forces.get(`${label} ${channel}`);
    const wires = this.config.wiring.filter((w) => reaches(w, label) && channelOfTerminal(w.terminal) === channel);
    const isLow = ({ terminal }: Wire) => terminal.endsWith("low");
    // A terminal called low is driven against where high is.
    const wire = wires.find((w) => !isLow(w)) ?? wires[0];
    if (!force || !wire || wire.node === "ground") return undefined;
    const { low_V, high_V, current_A } = force;
    const source_ohm = force.source_ohm + (wire.through?.series_ohm ?? 0);
    const common = { name: `${label} channel ${channel}`, node: wire.node, source_ohm };
    const isolator = wire.through?.isolator_A_per_V;
    // Behind a converter its voltage is what the others make it.
    if (isolator !== undefined) {
      return { ...common, low_V: 0, high_V: 0, current_A: Math.max(-low_V, high_V) * isolator };
    }
    const limited_A = source_ohm === 0 ? current_A : Math.min(current_A, Math.max(-low_V, high_V) / source_ohm);
    return isLow(wire)
      ? { ...common, low_V: -high_V, high_V: -low_V, current_A: limited_A }
      : { ...common, low_V, high_V, current_A: limited_A };
  }
}

function reaches({ instrument, node }: Wire, label: string): boolean {
  return instrument === label && node !== "ground";
}

function union(a: Force, b: Force): Force {
  return {
    low_V: Math.min(a.low_V, b.low_V),
    high_V: Math.max(a.high_V, b.high_V),
    current_A: Math.max(a.current_A, b.current_A),
    source_ohm: Math.min(a.source_ohm, b.source_ohm),
  };
}

/** The worst that sources at both nodes may do to the device between them, whatever the device's state. */
function worstOf(all: readonly AtNode[]): { voltage_V: number; current_A: number; power_W: number } {
  const [top, bottom] = (["dut.top", "dut.bottom"] as const).map((node) =>
    sideOf(all.filter((one) => one.node === node)),
  );
  if (!top || !bottom) return { voltage_V: 0, current_A: 0, power_W: 0 };
  const voltage_V = Math.max(top.high_V - bottom.low_V, bottom.high_V - top.low_V);
  const current_A = Math.min(top.current_A, bottom.current_A);
  // Largest where the device matches the resistances of both sides.
  const matched_W = voltage_V ** 2 / (4 * (top.source_ohm + bottom.source_ohm));
  return { voltage_V, current_A, power_W: voltage_V === 0 ? 0 : Math.min(voltage_V * current_A, matched_W) };
}

/** Sources at one node: side by side their currents add. A node without one is at ground. */
function sideOf(sources: readonly AtNode[]): Force {
  if (sources.length === 0) return { low_V: 0, high_V: 0, current_A: Infinity, source_ohm: 0 };
  return {
    low_V: Math.min(0, ...sources.map(({ low_V }) => low_V)),
    high_V: Math.max(0, ...sources.map(({ high_V }) => high_V)),
    current_A: sources.reduce((sum, { current_A }) => sum + current_A, 0),
    source_ohm: 1 / sources.reduce((sum_S, { source_ohm }) => sum_S + 1 / source_ohm, 0),
  };
}
