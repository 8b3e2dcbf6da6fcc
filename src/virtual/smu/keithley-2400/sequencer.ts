import { messageOf } from "../../../errors.js";
import { RegisterGroup, ScpiError } from "../../scpi/index.js";
import type { ScpiInstrument } from "../../scpi/index.js";
import { rangeFor } from "../models.js";
import type { Smu } from "../smu.js";
import { linearLevels, logLevels } from "../sweep.js";
import { chooseMeasured, isLimited, sampleOf } from "./measuring.js";
import type { Sample } from "./measuring.js";
import { MOST_READINGS } from "./state.js";
import type { State2400 } from "./state.js";

/** Bits of the measurement event register, and of the operation register. */
const Measurement = { available: 1 << 6, twoInBuffer: 1 << 8, full: 1 << 9, compliance: 1 << 14 } as const;
const Operation = { sweeping: 1 << 3, trigger: 1 << 5, arm: 1 << 6, idle: 1 << 10 } as const;

/** The data store: filled once by what is measured while it is fed. */
export interface DataStore {
  size: number;
  readonly samples: Sample[];
  feed: string;
  feeding: boolean;
  timestamps: string;
}

/**
 * The trigger model: arm layer, trigger layer, and in it source, delay, measure. From INIT until it is idle again no other
 * command is executed.
 */
export class Sequencer {
  /** Readings since the last INIT. */
  samples: Sample[] = [];
  readonly store: DataStore = { size: 100, samples: [], feed: "SENS", feeding: false, timestamps: "ABS" };
  readonly measurement = new RegisterGroup();
  private ended: (() => void) | undefined;
  private cancel: (() => void) | undefined;
  private levels: readonly number[] = [];
  private next = 0;
  private armed = 0;
  private triggered = 0;
  private waitsForBus = false;

  constructor(
    private readonly smu: Smu,
    readonly state: State2400,
    private readonly scpi: ScpiInstrument,
  ) {
    scpi.status.operation.condition = Operation.idle;
  }

  get running(): boolean {
    return this.ended !== undefined;
  }

  /** @throws ScpiError -213 it is running; 803 the output is off, and stays off; -221 a sweep without its points */
  init(): void {
    const { state, smu } = this;
    if (this.running) throw new ScpiError(-213);
    if (!smu.outputIsOn && !state.autoOff) throw new ScpiError(803);
    this.levels = this.sweepLevels();
    if (!smu.outputIsOn) smu.outputOn();
    chooseMeasured(smu, state);
    this.samples = [];
    this.next = this.armed = this.triggered = 0;
    this.ended = this.scpi.operations.begin();
    this.scpi.status.operation.condition = Operation.sweeping;
    this.guarded(() => this.arm());
  }

  /** Ends where it is; the source stays at its level. Nothing running: nothing happens. */
  abort(): void {
    if (this.running) this.finish();
  }

  /** `*TRG` and group execute trigger. @throws ScpiError -211: nothing waits for it */
  trigger(): void {
    if (!this.waitsForBus) throw new ScpiError(-211);
    this.waitsForBus = false;
    this.scpi.status.operation.assign(Operation.arm, false);
    this.beginLayer();
  }

  reset(): void {
    this.abort();
    this.samples = [];
  }

  clearStore(): void {
    this.store.samples.length = 0;
    this.measurement.assign(Measurement.full | Measurement.twoInBuffer, false);
  }

  /** Level of the source when it is taken out of a sweep: its programmed one. */
  fix(): void {
    const { sourceFunction, source } = this.smu.settings;
    const level = this.programmed ?? source[sourceFunction].level;
    this.programmed = undefined;
    if (level !== source[sourceFunction].level) this.smu.setLevel(sourceFunction, level);
  }

  /** Fixed level that was programmed, while a sweep has the source elsewhere; undefined: it is at that level. */
  programmed: number | undefined;

  private sweepLevels(): readonly number[] {
    const { sourceFunction } = this.smu.settings;
    const { points, spacing, direction } = this.state;
    const { mode, start, stop, list, listStart } = this.state.source[sourceFunction];
    if (mode === "FIX") return [];
    if (mode === "LIST") {
      if (list.length < listStart) throw new ScpiError(-221);
      return list.slice(listStart - 1);
    }
    if (points < 2) throw new ScpiError(-221);
    const levels = spacing === "LOG" ? logLevels(start, stop, points, 0) : linearLevels(start, stop, points);
    return direction === "DOWN" ? levels.reverse() : levels;
  }

  private after(delay_s: number, action: () => void): void {
    this.cancel = this.smu.lab.schedule(this.smu.lab.now_s + delay_s, () => {
      this.cancel = undefined;
      this.guarded(action);
    });
  }

  /** What goes wrong inside a run ends it. */
  private guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.fail(error);
    }
  }

  private arm(): void {
    const { armSource, armTimer_s } = this.state;
    this.next = this.armed === 0 || this.levels.length === 0 ? this.next : 0; // a sweep begins anew
    if (armSource === "IMM" || (armSource === "TIM" && this.armed === 0)) this.beginLayer();
    else if (armSource === "TIM") this.after(armTimer_s, () => this.beginLayer());
    else {
      // Lines and keys that lead nowhere: it waits until it is aborted.
      this.waitsForBus = armSource === "BUS";
      this.scpi.status.operation.assign(Operation.arm, true);
    }
  }

  private beginLayer(): void {
    this.triggered = 0;
    this.step();
  }

  private step(): void {
    const { triggerSource, triggerDelay_s } = this.state;
    if (triggerSource !== "IMM") {
      this.scpi.status.operation.assign(Operation.trigger, true);
      return;
    }
    if (triggerDelay_s === 0) this.source();
    else this.after(triggerDelay_s, () => this.source());
  }

  private source(): void {
    const { smu, state } = this;
    const { sourceFunction, source } = smu.settings;
    if (this.levels.length > 0) {
      const level = this.levels[this.next++ % this.levels.length] as number;
      const most = this.levels.reduce((largest, each) => Math.max(largest, Math.abs(each)), 0);
      if (state.ranging === "BEST") source[sourceFunction].range = rangeFor(smu.ranges(sourceFunction), most).full;
      if (state.ranging === "AUTO") source[sourceFunction].range = undefined;
      this.programmed ??= source[sourceFunction].level;
      smu.setLevel(sourceFunction, level);
    }
    smu.measure((reading) => this.guarded(() => this.keep(sampleOf(smu, state, reading))));
  }

  private keep(sample: Sample): void {
    const { state, store, measurement } = this;
    if (this.samples.length < MOST_READINGS) this.samples.push(sample);
    measurement.assign(Measurement.compliance, isLimited(sample));
    measurement.latch(Measurement.available);
    if (store.feeding) {
      store.samples.push(sample);
      if (store.samples.length >= 2) measurement.assign(Measurement.twoInBuffer, true);
      if (store.samples.length >= store.size) {
        store.feeding = false;
        measurement.assign(Measurement.full, true);
      }
    }
    if (state.abortOnCompliance !== "NEV" && isLimited(sample)) {
      this.finish();
      return;
    }
    this.triggered++;
    if (this.triggered < state.triggerCount) this.step();
    else if (++this.armed < state.armCount) this.arm();
    else this.finish();
  }

  private fail(error: unknown): void {
    if (error instanceof ScpiError) this.scpi.raise(error.code, error.detail, error.text);
    else this.scpi.raise(900, messageOf(error).replaceAll('"', "'"), "Internal System Error");
    this.finish();
  }

  private finish(): void {
    this.cancel?.();
    this.cancel = undefined;
    this.waitsForBus = false;
    this.smu.abandon();
    if (this.state.autoOff) this.smu.outputOff();
    this.scpi.status.operation.condition = Operation.idle;
    const ended = this.ended;
    this.ended = undefined;
    ended?.();
  }
}
