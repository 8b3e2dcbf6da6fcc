import type { Lab } from "../../lab.js";
import type { Action } from "./settings.js";

export type Stage = "idle" | "arm" | "trigger" | "acting";

/** What a sequencer is told of the world, and tells it. */
export interface SequencerPort {
  readonly lab: Lab;
  /** Shortest interval between two automatic triggers. */
  readonly interval_s: number;
  settings(): Action;
  /** False: an automatic trigger waits for the other action of the channel. */
  ready(index: number): boolean;
  /** Does the action number `index` since INIT, from 0. @param done to be called when it is over */
  act(index: number, done: () => void): void;
  /** A trigger of the timer came while the action before was under way. */
  lost(): void;
  changed(): void;
  ended(): void;
}

const EPSILON_S = 1e-9;

/** The ARM-TRIGger model for one action of one channel (user's guide, trigger system): two layers, each with its count. */
export class Sequencer {
  stage: Stage = "idle";
  /** Actions that are over since INIT. */
  done = 0;
  /** Actions whose trigger has come since INIT. */
  begun = 0;
  private arms = 0;
  private triggers = 0;
  private ticks = 0;
  private begin_s = 0;
  private armed_s = 0;
  private waitsFor: "BUS" | "other" | undefined;
  private cancel: (() => void) | undefined;

  constructor(private readonly port: SequencerPort) {}

  get running(): boolean {
    return this.stage !== "idle";
  }

  start(): void {
    this.done = this.begun = this.arms = 0;
    this.begin_s = this.port.lab.now_s;
    this.awaitArm();
  }

  /** Ends it where it is. */
  stop(): void {
    if (!this.running) return;
    this.cancel?.();
    this.cancel = undefined;
    this.waitsFor = undefined;
    this.enter("idle");
    this.port.ended();
  }

  /** `*TRG`, or a trigger command. @returns whether it waited for one */
  bus(): boolean {
    if (this.waitsFor !== "BUS") return false;
    this.waitsFor = undefined;
    if (this.stage === "arm") this.armAfterDelay();
    else this.fire();
    return true;
  }

  /** The other action of the channel has gone on. */
  poke(): void {
    if (this.waitsFor !== "other" || !this.port.ready(this.done)) return;
    this.waitsFor = undefined;
    this.later(0, () => this.fire());
  }

  private enter(stage: Stage): void {
    this.stage = stage;
    this.port.changed();
  }

  private later(delay_s: number, then: () => void): void {
    this.cancel = this.port.lab.schedule(this.port.lab.now_s + delay_s, then);
  }

  private awaitArm(): void {
    this.enter("arm");
    const { source, timer_s } = this.port.settings().arm;
    if (source === "AINT") this.armAfterDelay();
    else if (source === "TIM") {
      const due_s = this.begin_s + this.arms * timer_s;
      this.later(Math.max(0, due_s - this.port.lab.now_s), () => this.armAfterDelay());
    } else this.waitsFor = source === "BUS" ? "BUS" : undefined; // no edge ever comes on the other lines
  }

  private armAfterDelay(): void {
    this.later(this.port.settings().arm.delay_s, () => {
      this.triggers = this.ticks = 0;
      this.armed_s = this.port.lab.now_s;
      this.awaitTrigger();
    });
  }

  private awaitTrigger(): void {
    this.enter("trigger");
    const { source, timer_s } = this.port.settings().trigger;
    const now_s = this.port.lab.now_s;
    if (source === "AINT") {
      if (!this.port.ready(this.done)) this.waitsFor = "other";
      else this.later(this.triggers === 0 ? 0 : this.port.interval_s, () => this.fire());
    } else if (source === "TIM") {
      if (now_s > this.armed_s + this.ticks * timer_s + EPSILON_S) {
        this.ticks = Math.ceil((now_s - this.armed_s) / timer_s - EPSILON_S);
        this.port.lost();
      }
      this.later(Math.max(0, this.armed_s + this.ticks * timer_s - now_s), () => this.fire());
    } else if (source === "BUS") this.waitsFor = "BUS";
  }

  private fire(): void {
    this.begun++;
    this.enter("acting");
    this.later(this.port.settings().trigger.delay_s, () => this.port.act(this.done, () => this.acted()));
  }

  private acted(): void {
    const { arm, trigger } = this.port.settings();
    this.done++;
    this.triggers++;
    this.ticks++;
    if (this.triggers < trigger.count) this.awaitTrigger();
    else if (++this.arms < arm.count) this.awaitArm();
    else {
      this.cancel = undefined;
      this.enter("idle");
      this.port.ended();
    }
    this.port.changed();
  }
}
