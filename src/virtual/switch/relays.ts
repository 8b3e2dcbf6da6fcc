import { TspError } from "../tsp/errors.js";
import type { SwitchModel } from "./cards.js";

const NO_SUCH_CHANNEL = 1114;
const FORBIDDEN = 1115;

/** The relays of a mainframe: which are closed, how often each has moved, which may not be. */
export class Relays {
  /** All channels in order. */
  readonly channels: readonly string[];
  readonly forbidden = new Set<string>();
  readonly patterns = new Map<string, readonly string[]>();
  readonly delays_s = new Map<string, number>();
  /** Backplane relays that go with a channel, as they were told: `1911,1912`. Not moved here. */
  readonly backplanes = new Map<string, string>();
  readonly counts = new Map<string, number>();
  private readonly closed = new Set<string>();

  /** @param onMoved told of all that is closed, after every move */
  constructor(
    model: SwitchModel,
    private readonly onMoved: (closed: readonly string[]) => void = () => undefined,
  ) {
    this.channels = model.cards.flatMap(({ channels }, slot) => channels.map((name) => `${slot + 1}${name.slice(1)}`));
  }

  /**
   * Channels that a list names: `1A01,1B02`, `1A01:1A10`, `slot1`, `allslots`, the name of a pattern.
   *
   * @throws TspError 1114: a name that is none; nothing was moved
   */
  named(list: string): readonly string[] {
    return list
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "")
      .flatMap((part) => this.part(part));
  }

  private part(part: string): readonly string[] {
    const slot = /^slot(\d)$/i.exec(part)?.[1];
    if (/^allslots$/i.test(part)) return this.channels;
    if (slot !== undefined) return this.channels.filter((name) => name.startsWith(slot));
    const pattern = this.patterns.get(part);
    if (pattern) return pattern;
    const [first = -1, last = first] = part.split(":").map((name) => this.channels.indexOf(name.trim().toUpperCase()));
    if (first < 0 || last < first) throw new TspError(NO_SUCH_CHANNEL, `Invalid channel or pattern: ${part}`);
    return this.channels.slice(first, last + 1);
  }

  /** In the order of the channels. */
  closedOf(names: readonly string[]): readonly string[] {
    return names.filter((name) => this.closed.has(name));
  }

  /** @throws TspError 1115: one of them is forbidden; none was moved */
  checkAllowed(names: readonly string[]): void {
    const forbidden = names.find((name) => this.forbidden.has(name));
    if (forbidden !== undefined) throw new TspError(FORBIDDEN, `Channel is forbidden to close: ${forbidden}`);
  }

  close(names: readonly string[]): void {
    this.checkAllowed(names);
    for (const name of names) {
      if (!this.closed.has(name)) this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
      this.closed.add(name);
    }
    this.onMoved([...this.closed]);
  }

  open(names: readonly string[]): void {
    for (const name of names) this.closed.delete(name);
    this.onMoved([...this.closed]);
  }
}
