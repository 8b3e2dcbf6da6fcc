import type { Bias } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { rampBetween } from "../../src/scpi/index.js";
import type { DriverSettings } from "../entry.js";
import { offAfter } from "../support/outputs.js";
import { runRamp } from "../support/ramp.js";
import { pause, stopIfAborted } from "../support/wait.js";
import { checkBias, checkChannel, checkLimit, foundOn } from "./checks.js";
import type { SmuFacts } from "./checks.js";
import { slewOf } from "./way-home.js";

/** A bias with nothing left open. */
export interface SetBias {
  readonly channel: number;
  readonly drive: "voltage" | "current";
  readonly level: number;
  readonly compliance: number;
  readonly slew_per_s: number;
  readonly wires: 2 | 4;
}

/** What a driver does, one step at a time, so that its `BiasHolder` can keep the order. */
export interface BiasPort extends SmuFacts {
  readonly settings: DriverSettings;
  isOn(channel: number): Promise<boolean>;
  /** The output is off: everything the bias relies on, level at zero, limit set. Looks at the error queue. */
  prepare(bias: SetBias): Promise<void>;
  /** On a channel that is on: room for this level where the source range in use has none. Looks at the error queue. */
  reach(bias: SetBias): Promise<void>;
  /** Looks at the error queue. */
  setLimit(bias: SetBias): Promise<void>;
  limitInForce(bias: SetBias): Promise<number>;
  /** Looks at the error queue. */
  outputOn(bias: SetBias): Promise<void>;
  /** A step of a ramp: does not look at the error queue. */
  setLevel(bias: SetBias, level: number): Promise<void>;
  /** @throws MemrigError `instrument-refused`: the error queue is not empty */
  check(): Promise<void>;
  /** To zero in steps, off, and asked. */
  turnOff(channel: number): Promise<void>;
}

interface Held {
  readonly bias: SetBias;
  /** Set last. */
  level: number;
}

/** Held levels of one instrument: the order of limit, level and output that `BiasSmu` promises, the same for every driver. */
export class BiasHolder {
  readonly #held = new Map<number, Held>();

  constructor(private readonly port: BiasPort) {}

  /** What the channel holds. @throws MemrigError `invalid-request`: nothing, or no such channel */
  held(channel: number): SetBias {
    checkChannel(this.port.label, this.port.channels, channel);
    const held = this.#held.get(channel);
    if (held) return held.bias;
    throw new MemrigError(
      "invalid-request",
      `${this.port.label}: a reading of channel ${channel} was asked for, which holds no level. Nothing was sent. ` +
        `Hold a level first.`,
      { channel },
    );
  }

  /** As `BiasSmu.hold`. */
  async hold(asked: Bias, signal: AbortSignal): Promise<void> {
    const { port } = this;
    checkBias(port, asked);
    const bias = this.#complete(asked);
    const { channel } = bias;
    const before = this.#held.get(channel);
    if (before) checkSame(port.label, before.bias, bias);
    stopIfAborted(signal, port.label, before ? "the level held before is still held" : "nothing was sent");
    const on = await port.isOn(channel);
    if (on && !before) throw foundOn(port.label, "A held level");
    if (!on) this.#held.delete(channel); // turned off at the front panel, say
    let failure: unknown;
    try {
      if (on && before) await this.#change(before, bias, signal);
      else await this.#begin(bias, signal);
      return;
    } catch (error) {
      failure = error;
    }
    this.#held.delete(channel);
    await offAfter(failure, () => port.turnOff(channel));
    throw failure;
  }

  async release(channel: number): Promise<void> {
    checkChannel(this.port.label, this.port.channels, channel);
    this.#held.delete(channel);
    await this.port.turnOff(channel);
  }

  /** To be called before everything is made safe: nothing is held any more, and a hold that is under way does not go on. */
  forget(): void {
    this.#held.clear();
  }

  async #begin(bias: SetBias, signal: AbortSignal): Promise<void> {
    const { port } = this;
    const held = { bias, level: 0 };
    this.#held.set(bias.channel, held);
    await port.prepare(bias);
    await this.#checkLimit(bias);
    stopIfAborted(signal, port.label, "the output is off");
    this.#stillHolding(held);
    await port.outputOn(bias);
    await this.#step(held, bias, signal);
  }

  /** The limit first where it grows, last where it shrinks: on the way the device sees no less than both need. */
  async #change(before: Held, bias: SetBias, signal: AbortSignal): Promise<void> {
    const { port } = this;
    const grows = bias.compliance > before.bias.compliance;
    const held = { bias, level: before.level };
    this.#held.set(bias.channel, held);
    if (grows) await this.#limit(bias);
    await port.reach(bias);
    await this.#step(held, bias, signal);
    if (bias.compliance < before.bias.compliance) await this.#limit(bias);
  }

  async #limit(bias: SetBias): Promise<void> {
    await this.port.setLimit(bias);
    await this.#checkLimit(bias);
  }

  async #checkLimit(bias: SetBias): Promise<void> {
    checkLimit(this.port.label, bias.drive, bias.compliance, await this.port.limitInForce(bias));
  }

  async #step(held: Held, bias: SetBias, signal: AbortSignal): Promise<void> {
    const { port } = this;
    const ramp = rampBetween(held.level, bias.level, bias.slew_per_s);
    await runRamp(
      ramp,
      async (level) => {
        this.#stillHolding(held);
        await port.setLevel(bias, level);
        held.level = level;
      },
      signal,
    );
    // The next ramp may begin at once: the last step has its time, too.
    if (ramp.levels.length > 0) await pause(1000 * ramp.step_s, signal);
    stopIfAborted(signal, port.label, "on the way to a level; the output is brought to zero and off");
    await port.check();
    this.#stillHolding(held);
  }

  /** @throws MemrigError `aborted`: released or made safe while this hold was on its way */
  #stillHolding(held: Held): void {
    if (this.#held.get(held.bias.channel) === held) return;
    const { label } = this.port;
    throw new MemrigError("aborted", `${label} was made safe on the way to a level; the output is off.`, {
      instrument: label,
    });
  }

  #complete({ channel = 1, drive, level, compliance, slew_per_s, wires }: Bias): SetBias {
    const { settings } = this.port;
    return {
      channel,
      drive,
      level,
      compliance,
      slew_per_s: slew_per_s ?? slewOf(drive, settings),
      wires: wires ?? settings.wires ?? 2,
    };
  }
}

function checkSame(label: string, before: SetBias, bias: SetBias): void {
  const differs =
    before.drive !== bias.drive
      ? `a ${bias.drive}, where a ${before.drive} is held`
      : before.wires !== bias.wires
        ? `${bias.wires} wires, where a level is held with ${before.wires}`
        : undefined;
  if (differs === undefined) return;
  throw new MemrigError(
    "invalid-request",
    `${label}: ${differs}, was asked for on channel ${bias.channel}. Nothing was sent, and the level is still held. ` +
      `Release the channel first.`,
    { before, asked: bias },
  );
}
