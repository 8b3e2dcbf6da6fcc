import type { Capture, CapturePlan, CaptureRanges, CaptureScope, Identity } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import { si } from "../../src/units.js";
import type { SafeState } from "../entry.js";
import { anyOn, turnOff } from "../support/outputs.js";
import { pause, stopIfAborted } from "../support/wait.js";

/** What an armed scope is doing: filling its memory before the trigger, waiting for one, or stopped. */
export type Progress = "filling" | "waiting" | "done";

/** Records of a complete plan, ready to be read one after the other. */
export interface ReadOut {
  /** Time of each trigger, against any zero. */
  readonly times_s: readonly number[];
  readonly start_s: number;
  readonly step_s: number;
  /** By channel; `load` fills them. */
  readonly volts: ReadonlyMap<number, Float64Array>;
  readonly load: (segment: number) => Promise<void> | void;
  /** Nothing is asked of the scope by `load` any more: all records are in memory. */
  readonly inMemory?: boolean;
}

/** What one family of scopes says to do what all of them do. */
export interface ScopeDialect {
  readonly ranges: CaptureRanges;
  readonly safe: SafeState;
  /**
   * Questions about outputs that only some instruments have, and the others would leave unanswered. Asked for while it is made
   * safe: it may turn them off to find out.
   */
  furtherOutputs?(): Promise<readonly string[]>;
  /** @throws MemrigError `invalid-request`: what it can not capture; nothing was sent */
  check(plan: CapturePlan): void;
  /** Sets everything up, reads back what matters, and starts. */
  start(plan: CapturePlan): Promise<void>;
  /** Starts once more with what `start` has set up and nobody has changed since; all but the records of before. */
  restart?(plan: CapturePlan): Promise<void>;
  progress(plan: CapturePlan): Promise<Progress>;
  /** Records taken by a scope that has stopped. */
  taken(plan: CapturePlan): Promise<number>;
  /** Stops it. What was taken is kept. */
  halt(): Promise<void>;
  readOut(plan: CapturePlan, signal: AbortSignal): Promise<ReadOut>;
}

/** Between two looks at the state: a share of the time waited so far, so that little is lost after the last trigger. An abort is seen within one. */
const POLL_MS = { min: 2, max: 50 };
const POLL_SHARE = 1 / 16;
/** Filling the memory before the trigger takes the record's own time, and this for the instrument. */
const ARMING_S = 10;

/** A scope that captures on an edge: arming, waiting, counting and being safe are the same for all families. */
export class EdgeScope implements CaptureScope {
  #armed: CapturePlan | undefined;
  /** The plan that the scope is set up for, in words; its records came whole. */
  #setUp: string | undefined;
  #inMemory = false;
  /** Undefined until it was made safe once. */
  #further: readonly string[] | undefined;

  constructor(
    private readonly scpi: ScpiClient,
    readonly label: string,
    readonly identity: Identity,
    private readonly dialect: ScopeDialect,
  ) {}

  get ranges(): CaptureRanges {
    return this.dialect.ranges;
  }

  get recordsInMemory(): boolean {
    return this.#inMemory;
  }

  async arm(plan: CapturePlan, signal: AbortSignal): Promise<void> {
    this.dialect.check(plan);
    stopIfAborted(signal, this.label, "nothing was sent");
    this.#armed = undefined;
    const words = JSON.stringify(plan);
    const again = this.#setUp === words && this.dialect.restart !== undefined;
    this.#setUp = undefined;
    await (again ? this.dialect.restart?.(plan) : this.dialect.start(plan));
    const waiting = await this.#poll(plan, ARMING_S + 2 * plan.pretrigger_s, signal, {
      until: (progress) => progress !== "filling",
      when: "while it was being armed",
    });
    if (!waiting) {
      await this.dialect.halt();
      throw new MemrigError("no-answer", `${this.label} did not come to wait for a trigger. It is stopped.`, {});
    }
    this.#armed = plan;
    this.#setUp = words;
  }

  async *captures(timeout_s: number, signal: AbortSignal): AsyncGenerator<Capture, void, undefined> {
    const plan = this.#armed;
    if (!plan) {
      throw new MemrigError("invalid-request", `${this.label} is not armed: there is nothing to wait for.`, {});
    }
    await this.#waitUntilComplete(plan, timeout_s, signal);
    this.#armed = undefined;
    this.#inMemory = false;
    const setUp = this.#setUp;
    this.#setUp = undefined;
    const { times_s, start_s, step_s, volts, load, inMemory = false } = await this.dialect.readOut(plan, signal);
    if (inMemory) this.#setUp = setUp;
    this.#inMemory = inMemory;
    for (let segment = 0; segment < plan.segments; segment++) {
      stopIfAborted(signal, this.label, `${segment} of ${plan.segments} records were read`);
      const loading = load(segment);
      if (loading) await loading;
      yield { segment, trigger_s: (times_s[segment] ?? NaN) - (times_s[0] ?? NaN), start_s, step_s, volts };
    }
  }

  async makeSafe(): Promise<void> {
    this.#armed = this.#setUp = undefined;
    await turnOff(this.scpi, this.#safe);
    if (this.#further !== undefined || !this.dialect.furtherOutputs) return;
    this.#further = await this.dialect.furtherOutputs();
    if (this.#further.length > 0) await turnOff(this.scpi, this.#safe);
  }

  async outputIsOn(): Promise<boolean> {
    return (await anyOn(this.scpi, this.#safe)) !== undefined;
  }

  get #safe(): SafeState {
    const { safe } = this.dialect;
    return { ...safe, isOn: [...safe.isOn, ...(this.#further ?? [])] };
  }

  async close(): Promise<void> {
    await this.scpi.session.close();
  }

  async #waitUntilComplete(plan: CapturePlan, timeout_s: number, signal: AbortSignal): Promise<void> {
    const done = await this.#poll(plan, timeout_s, signal, {
      until: (progress) => progress === "done",
      when: "while it waited for triggers",
    });
    if (!done) {
      this.#armed = undefined;
      await this.dialect.halt();
    }
    const taken = await this.dialect.taken(plan);
    if (!done) throw this.#tooFew(taken, plan, `within ${si(timeout_s, "s")}`);
    if (taken < plan.segments) throw this.#tooFew(taken, plan, "before it stopped");
  }

  /** @returns false where the time was over first */
  async #poll(
    plan: CapturePlan,
    timeout_s: number,
    signal: AbortSignal,
    { until, when }: { until: (progress: Progress) => boolean; when: string },
  ): Promise<boolean> {
    const began_ms = Date.now();
    const deadline_ms = began_ms + 1000 * timeout_s;
    for (;;) {
      if (until(await this.dialect.progress(plan))) return true;
      if (signal.aborted) {
        this.#armed = undefined;
        await this.dialect.halt();
        stopIfAborted(signal, this.label, `${when}; it takes no more records`);
      }
      const waited_ms = Date.now() - began_ms;
      if (Date.now() > deadline_ms) return false;
      await pause(Math.min(Math.max(POLL_MS.min, waited_ms * POLL_SHARE), POLL_MS.max), signal);
    }
  }

  #tooFew(taken: number, plan: CapturePlan, when: string): MemrigError {
    const { level_V, slope, channel } = plan.trigger;
    return new MemrigError(
      "no-answer",
      `${this.label}: ${taken} of ${plan.segments} triggers came ${when}. It is stopped. ` +
        `Does ${channel === "external" ? "the external trigger" : `channel ${channel}`} pass ` +
        `${si(level_V, "V")} ${slope}, and was the generator started after the scope was armed?`,
      { taken, segments: plan.segments },
    );
  }
}

/** @throws MemrigError `instrument-refused`: a range that came out smaller would cut the signal off */
export function refuseSmallerRange(label: string, channel: number, range_V: number, inForce_V: number): void {
  if (inForce_V >= range_V * (1 - 1e-3)) return;
  throw new MemrigError(
    "instrument-refused",
    `${label}: a range of ${si(range_V, "V")} was asked for on channel ${channel}, and the scope made it ` +
      `${si(inForce_V, "V")}. It is stopped. Choose a range that it has.`,
    { channel, asked_V: range_V, inForce_V },
  );
}

/** @throws MemrigError `bad-reply`: the block is not as long as was told before */
export function checkLength(label: string, channel: number, came: number, expected: number): void {
  if (came === expected) return;
  throw new MemrigError(
    "bad-reply",
    `${label}: the records of channel ${channel} came in ${came} bytes, and ${expected} were announced.`,
    { channel, came, expected },
  );
}

/** Of each channel's last record: to get 80 MB anew costs more than to read and convert what goes into it. */
export class RecordMemory {
  readonly #kept = new Map<number, Float64Array>();

  of(channel: number, points: number): Float64Array {
    const kept = this.#kept.get(channel);
    if (kept && kept.length >= points) return kept.subarray(0, points);
    const memory = new Float64Array(points);
    this.#kept.set(channel, memory);
    return memory;
  }
}
