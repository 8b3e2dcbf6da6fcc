import { messageOf } from "../../errors.js";
import { ScpiError } from "../scpi/index.js";
import type { ScpiInstrument } from "../scpi/index.js";
import type { Buffers } from "./buffers.js";
import { FIRST_OF_GROUP } from "./reading-buffer.js";
import type { Reading } from "./reading-buffer.js";
import type { SourceFunction } from "./settings.js";
import type { Smu } from "./smu.js";

/** One set of source settings that a trigger model recalls. `range` undefined: as the level needs; "keep": as it is. */
export interface SourceConfig {
  readonly of: SourceFunction;
  readonly level: number;
  readonly range: number | undefined | "keep";
  /** Of a pulse, or of what is between pulses: the limit that goes with it, without a source delay. */
  readonly limit?: number;
}

/** Blocks of a trigger model. Targets and numbers count from 1. */
export type Block =
  | { readonly kind: "recall"; readonly list: string; readonly index: number }
  | { readonly kind: "next"; readonly list: string }
  | { readonly kind: "output"; readonly on: boolean }
  | { readonly kind: "delay"; readonly duration_s: number }
  | { readonly kind: "measure"; readonly buffer: string; readonly count: number; readonly limitedTarget?: number }
  | { readonly kind: "clear"; readonly buffer: string }
  | { readonly kind: "counter"; readonly passes: number; readonly target: number }
  | { readonly kind: "always"; readonly target: number }
  /** `event`: short form, such as `COMM`, `DISP`, `DIG2`, `NOT1`. */
  | { readonly kind: "wait"; readonly event: string }
  | { readonly kind: "notify"; readonly number: number }
  /** Back to the target until so much time has passed since INIT. */
  | { readonly kind: "duration"; readonly limit_s: number; readonly target: number }
  | { readonly kind: "nothing" };

export type TriggerState = "EMPTY" | "BUILDING" | "IDLE" | "RUNNING" | "WAITING" | "ABORTED" | "FAILED";

/** How often the real one brings its state up to date. */
const refresh_s = 0.1;
/** Blocks that take no time may follow each other this often; then a moment passes, as in the real one. */
const spinsAllowed = 1000;
const spin_s = 1e-5;

/** Steps through blocks on the lab's clock, from INIT to the last one: sweeps are timed by the instrument. */
export class TriggerModel {
  readonly lists = new Map<string, SourceConfig[]>();
  private readonly cursors = new Map<string, number>();
  private blocks: Block[] = [];
  private counts: number[] = [];
  private state: TriggerState = "EMPTY";
  private block = 0;
  private next = 1;
  private shown = { state: "EMPTY" as TriggerState, block: 0, at_s: 0 };
  private ended: (() => void) | undefined;
  private cancel: (() => void) | undefined;
  private measuring = 0;
  private begin_s = 0;
  /** The next reading is the first one since INIT. */
  private fresh = false;
  /** Events that came since INIT and that no wait block has used up. */
  private readonly seen = new Set<string>();
  private awaited = "";

  constructor(
    private readonly smu: Smu,
    private readonly buffers: Buffers,
    private readonly scpi: ScpiInstrument,
  ) {}

  get running(): boolean {
    return this.state === "RUNNING" || this.state === "WAITING";
  }

  /** The blocks as they stand, first one first. */
  get listed(): readonly Block[] {
    return this.blocks;
  }

  /** Takes the place of the model that was there. @throws ScpiError -213: that one is running */
  load(blocks: readonly Block[]): void {
    if (this.running) throw new ScpiError(-213);
    this.blocks = [...blocks];
    this.state = blocks.length === 0 ? "EMPTY" : "IDLE";
    this.block = 0;
    this.show();
  }

  /** Puts one block in its place, filling up with blocks that do nothing. */
  setBlock(number: number, block: Block): void {
    if (this.running) throw new ScpiError(-213);
    while (this.blocks.length < number - 1) this.blocks.push({ kind: "nothing" });
    this.blocks[number - 1] = block;
    this.state = "BUILDING";
    this.show();
  }

  /** @throws ScpiError -213: it is running; -200: there are no blocks */
  init(): void {
    if (this.running) throw new ScpiError(-213);
    if (this.blocks.length === 0) throw new ScpiError(-200, undefined, "Execution error, trigger model is empty");
    this.ended = this.scpi.operations.begin();
    this.counts = this.blocks.map(() => 0);
    this.state = "RUNNING";
    this.next = 1;
    this.begin_s = this.smu.lab.now_s;
    this.fresh = true;
    this.seen.clear();
    this.scpi.raise(2731, undefined, "Trigger model, started", "information");
    this.show();
    this.proceed();
  }

  /** Ends it where it is; the output stays as it is. Nothing running: nothing happens. */
  abort(): void {
    if (!this.running) return;
    this.scpi.raise(2728, undefined, "Trigger model, aborted by user", "information");
    this.finish("ABORTED");
  }

  /** The command trigger: lets a wait block go on. @throws ScpiError -211: none waits for it */
  trigger(): void {
    if (this.state !== "WAITING" || this.awaited !== "COMM") throw new ScpiError(-211);
    this.state = "RUNNING";
    this.proceed();
  }

  reset(): void {
    if (this.running) this.finish("ABORTED");
    this.lists.clear();
    this.cursors.clear();
    this.load([]);
  }

  /** Reply of `:TRIG:STAT?`. Brought up to date each 100 ms of its clock, or at once where that clock stands still. */
  get status(): string {
    const now_s = this.smu.lab.now_s;
    const stands = this.smu.lab.time === "fast" && this.state !== "RUNNING";
    if (stands || now_s - this.shown.at_s >= refresh_s) this.show();
    return `${this.shown.state};${this.shown.state};${this.shown.block}`;
  }

  private show(): void {
    this.shown = { state: this.state, block: this.block, at_s: this.smu.lab.now_s };
  }

  private after(delay_s: number): void {
    this.cancel = this.smu.lab.schedule(this.smu.lab.now_s + delay_s, this.proceed);
  }

  private readonly proceed = (): void => {
    this.cancel = undefined;
    try {
      for (let spins = 0; spins < spinsAllowed; spins++) {
        const block = this.blocks[this.next - 1];
        if (!block) {
          this.scpi.raise(2732, undefined, "Trigger model, ended normally", "information");
          this.finish("IDLE");
          return;
        }
        this.block = this.next++;
        if (this.takesTime(block)) return;
      }
      this.after(spin_s);
    } catch (error) {
      this.fail(error);
    }
  };

  /** Does one block. @returns true where the model goes on later, by itself */
  private takesTime(block: Block): boolean {
    switch (block.kind) {
      case "recall":
        return this.source(block.list, block.index);
      case "next":
        return this.source(block.list, (this.cursors.get(block.list) ?? 0) + 1);
      case "output":
        if (block.on) this.smu.outputOn();
        else this.smu.outputOff();
        if (!block.on || this.smu.sourceDelay_s === 0) return false;
        this.after(this.smu.sourceDelay_s);
        return true;
      case "delay":
        if (block.duration_s === 0) return false;
        this.after(block.duration_s);
        return true;
      case "measure":
        this.measuring = block.count;
        this.smu.measure((reading) => this.store(reading, block));
        return true;
      case "clear":
        this.buffers.get(block.buffer).clear();
        return false;
      case "counter":
        this.count(block.passes, block.target);
        return false;
      case "always":
        this.next = block.target;
        return false;
      case "notify":
        this.seen.add(`NOT${block.number}`);
        return false;
      case "duration":
        if (this.smu.lab.now_s - this.begin_s < block.limit_s) this.next = block.target;
        return false;
      case "wait":
        if (this.seen.delete(block.event)) return false;
        this.awaited = block.event;
        this.state = "WAITING";
        return true;
      default:
        return false;
    }
  }

  private source(list: string, index: number): boolean {
    const configs = this.lists.get(list);
    if (!configs || configs.length === 0) throw new ScpiError(-292);
    const place = (index - 1) % configs.length; // behind the end it begins again
    this.cursors.set(list, place + 1);
    const config = configs[place] as SourceConfig;
    const { settings } = this.smu;
    settings.sourceFunction = config.of;
    if (config.range !== "keep") settings.source[config.of].range = config.range;
    if (config.limit !== undefined) {
      settings.source[config.of].limit = config.limit;
      this.smu.setLevel(config.of, config.level, 0);
      return false;
    }
    this.smu.setLevel(config.of, config.level);
    if (!this.smu.outputIsOn || this.smu.sourceDelay_s === 0) return false;
    this.after(this.smu.sourceDelay_s);
    return true;
  }

  private store(reading: Reading, block: Block & { kind: "measure" }): void {
    if (this.fresh) reading.status |= FIRST_OF_GROUP;
    this.fresh = false;
    try {
      this.buffers.get(block.buffer).append(reading);
    } catch (error) {
      this.fail(error);
      return;
    }
    if (block.limitedTarget !== undefined && (reading.sourceStatus & 0x20) !== 0) {
      this.scpi.raise(2733, undefined, "Trigger model, ended by a condition", "information");
      this.next = block.limitedTarget;
    } else if (--this.measuring > 0) {
      this.smu.measure((more) => this.store(more, block));
      return;
    }
    this.proceed();
  }

  private count(passes: number, target: number): void {
    const at = this.block - 1;
    const done = (this.counts[at] ?? 0) + 1;
    if (done < passes) {
      this.counts[at] = done;
      this.next = target;
    } else {
      this.counts[at] = 0;
    }
  }

  private fail(error: unknown): void {
    if (error instanceof ScpiError) this.scpi.raise(error.code, error.detail, error.text);
    else this.scpi.raise(-310, messageOf(error));
    this.smu.outputOff();
    this.finish("FAILED");
  }

  private finish(state: TriggerState): void {
    this.cancel?.();
    this.cancel = undefined;
    this.smu.abandon();
    this.state = state;
    if (state !== "IDLE") this.show();
    const ended = this.ended;
    this.ended = undefined;
    ended?.();
  }
}
