import { untilWoken } from "../scpi/index.js";
import type { LabStep } from "../lab.js";
import { EdgeTrigger } from "./edge-trigger.js";
import { History, type Traces } from "./history.js";
import { type AwaitedPulse, PulseTrigger } from "./pulse-trigger.js";

/** What an acquisition needs of the lab. */
export interface Circuit {
  readonly now_s: number;
  /** Time passes without the scope asking for it. */
  readonly moving: boolean;
  watch(probe: (step: LabStep) => void, resolution_s?: number): () => void;
  schedule(at_s: number, action: () => void): () => void;
}

/** What is to be acquired: taken from the settings when the scope is armed. */
export interface AcquisitionPlan {
  /** Beginning and end of a record, relative to its trigger. */
  readonly from_s: number;
  readonly to_s: number;
  /** Between two samples of a record. */
  readonly sample_s?: number;
  /** Records to take. */
  readonly count: number;
  /** Least time from one trigger to the next. */
  readonly holdoff_s: number;
  /** Forces a trigger when none has come; undefined: waits for ever. */
  readonly auto_s: number | undefined;
  /** Undefined: no trigger ever comes. */
  readonly trigger:
    | {
        readonly source: "top" | "bottom";
        readonly level_V: number;
        readonly slope: "POS" | "NEG" | "EITH" | "ALT";
        readonly hysteresis_V: number;
        /** Waits for a pulse in place of an edge. */
        readonly pulse?: AwaitedPulse | undefined;
      }
    | undefined;
}

/** One record: what both nodes did around a trigger, before it is sampled. */
export interface ScopeRecord extends Traces {
  /** Counts all records since the scope was built: each has noise of its own. */
  readonly serial: number;
  readonly trigger_s: number;
}

/** From the end of a record until the memory takes the next one. */
const rearm_s = 1e-6;

/**
 * Waits for triggers and keeps the records. Where time passes, the memory before the trigger fills first, and triggers
 * count from then on. Where the lab's clock stands still, it is filled at once with what the nodes are at: on a bench
 * milliseconds pass between arming and the first trigger.
 */
export class Acquisition {
  records: ScopeRecord[] = [];
  /** A trigger came since this was last set to false. */
  triggered = false;
  /** Called after every change of `state`, or when a trigger came. */
  onChange: () => void = () => undefined;
  #plan: AcquisitionPlan | undefined;
  #detector: EdgeTrigger | PulseTrigger | undefined;
  #history = new History();
  #unwatch: () => void = () => undefined;
  #cancelAuto: () => void = () => undefined;
  #cancelEnd: () => void = () => undefined;
  #filled = false;
  #trigger_s: number | undefined;
  #earliest_s = -Infinity;
  #serial = 0;
  readonly #waiters = new Set<() => void>();

  constructor(private readonly circuit: Circuit) {}

  /** Armed, and not complete yet. */
  get active(): boolean {
    return this.#plan !== undefined;
  }

  /** Armed, the memory before the trigger is filled, and the next trigger has not come yet. */
  get waiting(): boolean {
    return this.active && this.#filled && this.#trigger_s === undefined;
  }

  /**
   * Forgets the records of before and waits for triggers.
   *
   * @param givenUp nobody else has any records of before: their memory is used again
   */
  arm(plan: AcquisitionPlan, givenUp = false): void {
    this.#disarm();
    this.records = [];
    this.#plan = plan;
    const { trigger } = plan;
    this.#detector = trigger && detectorOf(trigger);
    this.#history.clear(givenUp);
    this.#trigger_s = undefined;
    this.#unwatch = this.circuit.watch((step) => this.#follow(step), plan.sample_s); // may set a free-running generator going
    const { moving, now_s } = this.circuit;
    this.#earliest_s = now_s + (moving ? Math.max(0, -plan.from_s) : 0);
    this.#filled = !moving;
    if (moving) this.#cancelAuto = this.circuit.schedule(this.#earliest_s, () => this.#ready());
    else this.#setAuto();
    this.onChange();
  }

  #ready(): void {
    this.#filled = true;
    this.#setAuto();
    this.onChange();
  }

  /** Gives up what is not complete; the records so far are kept. */
  stop(): void {
    if (!this.active) return;
    this.#disarm();
    this.#wake();
    this.onChange();
  }

  /** Takes the present moment as a trigger. @returns false where none is waited for */
  force(): boolean {
    if (!this.waiting) return false;
    const { now_s } = this.circuit;
    this.#take(now_s);
    return true;
  }

  /** @throws DeviceClear the signal was aborted first */
  async complete(signal: AbortSignal): Promise<void> {
    while (this.active) {
      await untilWoken(signal, (wake) => {
        this.#waiters.add(wake);
        return () => this.#waiters.delete(wake);
      });
    }
  }

  #follow(step: LabStep): void {
    const plan = this.#plan;
    if (!plan) return;
    const keepFrom_s = (this.#trigger_s ?? step.t0_s) + Math.min(0, plan.from_s);
    this.#history.append(step, keepFrom_s);
    // Several records may end and begin within one step of a slow solver.
    for (let from_s = step.t0_s; this.#plan === plan;) {
      if (this.#trigger_s === undefined) {
        const trigger_s = this.#triggerIn(step, from_s, plan);
        if (trigger_s === undefined) return;
        this.#take(trigger_s);
      }
      const end_s = (this.#trigger_s ?? 0) + Math.max(0, plan.to_s);
      if (end_s > step.t1_s) return;
      this.#keep(end_s);
      from_s = end_s;
    }
  }

  #triggerIn(step: LabStep, from_s: number, { trigger }: AcquisitionPlan): number | undefined {
    if (!trigger || !this.#detector) return undefined;
    const v0_V = trigger.source === "top" ? step.top0_V : step.bottom0_V;
    const v1_V = trigger.source === "top" ? step.top1_V : step.bottom1_V;
    if (from_s <= step.t0_s) return this.#detector.follow(step.t0_s, v0_V, step.t1_s, v1_V, this.#earliest_s);
    const share = (from_s - step.t0_s) / (step.t1_s - step.t0_s);
    return this.#detector.follow(from_s, v0_V + share * (v1_V - v0_V), step.t1_s, v1_V, this.#earliest_s);
  }

  #take(trigger_s: number): void {
    const plan = this.#plan;
    if (!plan) return;
    this.#trigger_s = trigger_s;
    this.triggered = true;
    this.#cancelAuto();
    this.#filled = true; // an edge at the very moment is seen before the scheduled call
    // Time has to go on to the end of the record, also where nothing else wants it to.
    const end_s = trigger_s + Math.max(0, plan.to_s);
    this.#cancelEnd = this.circuit.schedule(end_s, () => this.#endReached(plan, trigger_s, end_s));
    this.onChange();
  }

  /** The end came without a step across it: nothing drives the device, or the record ends where it began. */
  #endReached(plan: AcquisitionPlan, trigger_s: number, end_s: number): void {
    if (this.#plan === plan && this.#trigger_s === trigger_s) this.#keep(end_s);
  }

  #keep(end_s: number): void {
    const plan = this.#plan;
    const trigger_s = this.#trigger_s;
    if (!plan || trigger_s === undefined) return;
    this.#cancelEnd();
    const { times_s, top_V, bottom_V, first, end } = this.#history.cut(trigger_s + plan.from_s, trigger_s + plan.to_s);
    this.records.push({ times_s, top_V, bottom_V, first, end, serial: (this.#serial += 1), trigger_s });
    this.#trigger_s = undefined;
    if (this.#detector instanceof PulseTrigger) this.#detector.interrupt();
    // What the next record shows before its trigger must not belong to this one.
    const free_s = end_s + Math.max(rearm_s, -plan.from_s);
    this.#earliest_s = Math.max(free_s, trigger_s + plan.holdoff_s);
    if (this.records.length >= plan.count) {
      this.#disarm();
      this.#wake();
    } else this.#setAuto();
    this.onChange();
  }

  #setAuto(): void {
    const plan = this.#plan;
    if (plan?.auto_s === undefined) return;
    this.#cancelAuto = this.circuit.schedule(this.circuit.now_s + plan.auto_s, () => this.force());
  }

  #disarm(): void {
    this.#plan = undefined;
    this.#trigger_s = undefined;
    this.#unwatch();
    this.#cancelAuto();
    this.#cancelEnd();
    this.#unwatch = this.#cancelAuto = this.#cancelEnd = () => undefined;
  }

  #wake(): void {
    for (const wake of [...this.#waiters]) wake();
  }
}

function detectorOf({
  level_V,
  slope,
  hysteresis_V,
  pulse,
}: NonNullable<AcquisitionPlan["trigger"]>): EdgeTrigger | PulseTrigger {
  return pulse ? new PulseTrigger(level_V, pulse, hysteresis_V) : new EdgeTrigger(level_V, slope, hysteresis_V);
}
