import { MemrigError } from "../errors.js";
import type { Wire } from "../virtual/bench-plan.js";
import { tightest } from "./bounds.js";
import type { BenchConfig } from "./config.js";
import type { Force, Pulses } from "./force.js";
import { hold } from "./refusals.js";
import { channelOfTerminal } from "./wiring.js";

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
  /** It was taken: the channel forces this and nothing of before. @param stays what it forces from here on, where that is less */
  settle(stays?: Force): void;
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
 * rests, or loses against another one at the same node. The current is what the weaker of the two sides can drive. The slew
 * is the sum of both sides', since an edge of one may meet an opposite edge of the other. A pulse of one side has the power
 * of both for as long as it lasts; where the pulses of one may fill the rests of another, there is no rest and no end.
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
    return { settle: (stays = force) => void this.forces.set(key, stays), withdraw: () => this.put(key, before) };
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
    const all = this.atDevice();
    if (all.length < 2) return;
    const others = all.filter(({ name }) => name !== mine.name).map(({ name }) => name);
    const what = `with ${others.join(" and ")} on at the same time, across the device a`;
    const advice = ` Turning off or releasing ${others.join(" and ")} first makes room.`;
    const limits = tightest(this.config.limits, this.config.dut.limits);
    const worst = worstOf(all);
    hold(limits.voltage, worst.voltage_V, "V", mine.name, `${what} voltage of up to`, advice);
    hold(limits.current, worst.current_A, "A", mine.name, `${what} current of up to`, advice);
    hold(limits.power, worst.power_W, "W", mine.name, `${what} power of up to`, advice);
    hold(limits.slew, worst.slew_V_per_s, "V/s", mine.name, `${what} slew of up to`, advice);
    hold(limits.energyPerPulse, worst.energy_J, "J", mine.name, `${what} pulse of up to`, advice);
  }

  /** A channel may force this: for `worst`, nothing is held to a limit. */
  suppose(label: string, channel: number, force: Force): void {
    this.forces.set(`${label} ${channel}`, force);
  }

  /** The worst that all may do that were claimed so far; undefined where less than two are at the device. */
  worst(): Worst | undefined {
    const all = this.atDevice();
    return all.length < 2 ? undefined : worstOf(all);
  }

  private atDevice(): AtNode[] {
    return [...this.forces.keys()].flatMap((key) => {
      const at = key.lastIndexOf(" ");
      const one = this.atNode(key.slice(0, at), Number(key.slice(at + 1)));
      return one ? [one] : [];
    });
  }

  /** Undefined: the channel is not wired to the device. */
  private atNode(label: string, channel: number): AtNode | undefined {
    const force = this.forces.get(`${label} ${channel}`);
    const wires = this.config.wiring.filter((w) => reaches(w, label) && channelOfTerminal(w.terminal) === channel);
    const isLow = ({ terminal }: Wire) => terminal.endsWith("low");
    // A terminal called low is driven against where high is.
    const wire = wires.find((w) => !isLow(w)) ?? wires[0];
    if (!force || !wire || wire.node === "ground") return undefined;
    const { low_V, high_V, current_A, slew_V_per_s, pulses } = force;
    const source_ohm = force.source_ohm + (wire.through?.series_ohm ?? 0);
    const name = `${label} channel ${channel}`;
    const common = { name, node: wire.node, source_ohm, slew_V_per_s, ...(pulses ? { pulses } : {}) };
    const isolator = wire.through?.isolator_A_per_V;
    // Behind a converter its voltage is what the others make it.
    if (isolator !== undefined) {
      return { ...common, low_V: 0, high_V: 0, slew_V_per_s: 0, current_A: Math.max(-low_V, high_V) * isolator };
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
  const pulses = [a, b].flatMap((one) => one.pulses ?? []);
  return {
    low_V: Math.min(a.low_V, b.low_V),
    high_V: Math.max(a.high_V, b.high_V),
    current_A: Math.max(a.current_A, b.current_A),
    source_ohm: Math.min(a.source_ohm, b.source_ohm),
    slew_V_per_s: Math.max(a.slew_V_per_s, b.slew_V_per_s),
    ...(pulses.length > 0 ? { pulses: eitherOf(pulses) } : {}),
  };
}

function eitherOf(pulses: readonly Pulses[]): Pulses {
  return {
    longest_s: Math.max(...pulses.map(({ longest_s }) => longest_s)),
    rest_s: Math.min(...pulses.map(({ rest_s }) => rest_s)),
  };
}

/** The most that sources at both nodes may do to the device between them. */
export interface Worst {
  readonly voltage_V: number;
  readonly current_A: number;
  readonly power_W: number;
  readonly slew_V_per_s: number;
  /** Of a pulse; 0 where nothing pulses. */
  readonly energy_J: number;
}

/** Whatever the device's state. */
function worstOf(all: readonly AtNode[]): Worst {
  const [top, bottom] = (["dut.top", "dut.bottom"] as const).map((node) =>
    sideOf(all.filter((one) => one.node === node)),
  );
  if (!top || !bottom) return { voltage_V: 0, current_A: 0, power_W: 0, slew_V_per_s: 0, energy_J: 0 };
  const voltage_V = Math.max(top.high_V - bottom.low_V, bottom.high_V - top.low_V);
  const current_A = Math.min(top.current_A, bottom.current_A);
  // Largest where the device matches the resistances of both sides.
  const matched_W = voltage_V ** 2 / (4 * (top.source_ohm + bottom.source_ohm));
  const power_W = voltage_V === 0 ? 0 : Math.min(voltage_V * current_A, matched_W);
  const pulse_s = longestPulse(all.flatMap(({ pulses }) => pulses ?? []));
  return {
    voltage_V,
    current_A,
    power_W,
    slew_V_per_s: top.slew_V_per_s + bottom.slew_V_per_s,
    energy_J: power_W === 0 || pulse_s === 0 ? 0 : power_W * pulse_s,
  };
}

/**
 * The time at full power that has at least the energy of any stretch without a rest: two pulses that meet have less than the
 * longer of them at the power of both. Infinity where one may go on in the rest of another.
 */
function longestPulse(all: readonly Pulses[]): number {
  const chained = all.some((one, k) => all.some((other, m) => k !== m && one.rest_s <= other.longest_s));
  return chained ? Infinity : all.reduce((most_s, { longest_s }) => Math.max(most_s, longest_s), 0);
}

/** Sources at one node: side by side their currents add. A node without one is at ground. */
function sideOf(sources: readonly AtNode[]): Force {
  if (sources.length === 0) return { low_V: 0, high_V: 0, current_A: Infinity, source_ohm: 0, slew_V_per_s: 0 };
  return {
    low_V: Math.min(0, ...sources.map(({ low_V }) => low_V)),
    high_V: Math.max(0, ...sources.map(({ high_V }) => high_V)),
    current_A: sources.reduce((sum, { current_A }) => sum + current_A, 0),
    source_ohm: 1 / sources.reduce((sum_S, { source_ohm }) => sum_S + 1 / source_ohm, 0),
    // Their mean, weighted by what each can drive, is no steeper than the steepest.
    slew_V_per_s: Math.max(...sources.map(({ slew_V_per_s }) => slew_V_per_s)),
  };
}
