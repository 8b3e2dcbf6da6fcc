import { TspError } from "../../tsp/errors.js";
import { Detector } from "../../tsp/events.js";
import type { TspInstrument } from "../../tsp/instrument.js";
import type { TspReadingBuffer } from "../../tsp/reading-buffer.js";
import type { Channel2600, ChannelReading } from "./channel.js";
import type { PulseRegion2600 } from "./models.js";

/** What a sweep stores, and where. */
export interface Storing {
  readonly of: readonly (keyof typeof quantities)[];
  readonly buffers: readonly TspReadingBuffer[];
}

/** What is computed of a reading, by the letter of its command. */
export const quantities = {
  v: ({ voltage_V }: ChannelReading) => voltage_V,
  i: ({ current_A }: ChannelReading) => current_A,
  r: ({ voltage_V, current_A }: ChannelReading) => (current_A === 0 ? 9.91e37 : voltage_V / current_A),
  p: ({ voltage_V, current_A }: ChannelReading) => voltage_V * current_A,
};

/** Puts a reading into the buffers that are given. */
export function store(reading: ChannelReading, { of, buffers }: Storing): void {
  const { source, at_s, status } = reading;
  for (const [place, letter] of of.entries()) {
    buffers[place]?.append({ value: quantities[letter](reading), source, at_s, status });
  }
}

/** Least time of a step, so that one without delay and measurement takes some. */
const STEP_S = 2e-5;
const DISABLED = 0;
const ASYNC = 2;
const SOURCE_IDLE = 0;

/** Levels that `trigger.source.linearv` and its like set. */
export interface SweptLevels {
  readonly volts: boolean;
  readonly levels: readonly number[];
}

/**
 * The remote trigger model of one channel: arm, then for each count source, measure and end of pulse, each behind the event
 * it waits for, then the end of the sweep.
 *
 * `smua.abort()` leaves the level where the sweep was; the programmed level reads as before. The manual says that nothing
 * is changed, and not what is on the terminals.
 *
 * @see 2600BS-901-01, remote triggering overview; smuX.abort()
 */
export class TriggerModel2600 {
  readonly events: Readonly<Record<"armed" | "source" | "measure" | "pulse" | "sweep" | "idle", number>>;
  readonly arm: Detector;
  readonly source: Detector;
  readonly measure: Detector;
  readonly endPulse: Detector;
  readonly settings = resetTrigger();
  swept: SweptLevels | undefined;
  storing: Storing | undefined;
  private ended: (() => void) | undefined;
  private cancel: (() => void) | undefined;
  /** Ends a pulse that is longer than its region has it. */
  private cutShort: (() => void) | undefined;
  private pulseBegan_s = 0;
  /** No pulse begins before: the share of the time that its region has is used up. */
  private rested_s = 0;
  private region: PulseRegion2600 | undefined;
  private sweeps = 0;
  private step = 0;

  constructor(
    private readonly channel: Channel2600,
    private readonly tsp: TspInstrument,
  ) {
    const bus = tsp.events;
    const [armed, source, measure, pulse, sweep, idle] = Array.from({ length: 6 }, () => bus.number());
    this.events = { armed, source, measure, pulse, sweep, idle } as TriggerModel2600["events"];
    [this.arm, this.source, this.measure, this.endPulse] = [1, 2, 3, 4].map(() => new Detector(bus)) as [
      Detector,
      Detector,
      Detector,
      Detector,
    ];
  }

  get running(): boolean {
    return this.ended !== undefined;
  }

  reset(): void {
    this.abort();
    Object.assign(this.settings, resetTrigger());
    this.swept = this.storing = undefined;
    for (const detector of this.detectors) detector.stimulus = 0;
  }

  private get detectors(): readonly Detector[] {
    return [this.arm, this.source, this.measure, this.endPulse];
  }

  /** @throws TspError 5042: it runs; 5059, 5060: an action without what it is to do */
  initiate(): void {
    const { sourceAction, measureAction } = this.settings;
    if (this.running) throw new TspError(5042);
    if (sourceAction !== DISABLED && !this.swept) throw new TspError(5059);
    if (measureAction !== DISABLED && !this.storing) throw new TspError(5060);
    if (measureAction !== DISABLED) for (const buffer of this.storing?.buffers ?? []) buffer.begin();
    this.ended = this.tsp.operations.begin();
    this.sweeps = this.step = 0;
    for (const detector of this.detectors) detector.clear();
    this.nextSweep();
  }

  /** Ends it where it is. */
  abort(): void {
    if (!this.running) return;
    this.cancel?.();
    this.cancel = undefined;
    this.endRegion();
    this.channel.abandon();
    for (const detector of this.detectors) detector.clear();
    this.finish();
  }

  private finish(): void {
    const ended = this.ended;
    this.ended = undefined;
    ended?.();
    this.fire("idle");
  }

  private fire(event: keyof TriggerModel2600["events"]): void {
    this.tsp.events.fire(this.events[event]);
  }

  private after(time_s: number, action: () => void): void {
    const { lab } = this.channel;
    this.cancel = lab.schedule(lab.now_s + time_s, action);
  }

  private nextSweep(): void {
    const { armCount } = this.settings;
    if (armCount !== 0 && this.sweeps >= armCount) {
      this.finish();
      return;
    }
    this.sweeps++;
    this.step = 0;
    this.arm.pass(() => {
      this.fire("armed");
      this.nextStep();
    });
  }

  private nextStep(): void {
    const { count } = this.settings;
    if (count !== 0 && this.step >= count) {
      if (this.settings.endSweepAction === SOURCE_IDLE) this.channel.programmed();
      this.fire("sweep");
      this.nextSweep();
      return;
    }
    this.source.pass(() => this.sourceStep());
  }

  private sourceStep(): void {
    const { sourceAction, limitv, limiti } = this.settings;
    const { swept, channel } = this;
    const { lab } = channel;
    if (lab.now_s < this.rested_s) {
      this.after(this.rested_s - lab.now_s, () => this.sourceStep());
      return;
    }
    if (sourceAction !== DISABLED && swept && swept.volts === channel.sourcesVoltage) {
      const asked = swept.volts ? limiti : limitv;
      const level = swept.levels[this.step % swept.levels.length] ?? 0;
      const limit = asked < 0 ? undefined : asked;
      try {
        this.beginRegion(channel.regionOf(level, limit));
        channel.sweepTo(level, limit);
      } catch (error) {
        if (!(error instanceof TspError)) throw error;
        this.tsp.queue(error.code, error.text);
        this.abort();
        return;
      }
    }
    this.step++;
    this.after(Math.max(channel.settings.source.delay, STEP_S), () => {
      this.fire("source");
      this.measureStep();
    });
  }

  private measureStep(): void {
    const { measureAction } = this.settings;
    if (measureAction === DISABLED) {
      this.endPulse.pass(() => this.endStep());
      return;
    }
    this.measure.pass(() => {
      this.channel.measure((reading) => {
        if (this.storing) store(reading, this.storing);
        this.fire("measure");
        if (measureAction !== ASYNC) this.endPulse.pass(() => this.endStep());
      });
      if (measureAction === ASYNC) this.endPulse.pass(() => this.endStep());
    });
  }

  /** Beyond what steady levels have, the channel itself keeps a pulse short. */
  private beginRegion(region: PulseRegion2600 | undefined): void {
    const { lab } = this.channel;
    this.region = region;
    this.pulseBegan_s = lab.now_s;
    if (region) this.cutShort = lab.schedule(lab.now_s + region.width_s, () => this.channel.programmed());
  }

  private endRegion(): void {
    this.cutShort?.();
    this.cutShort = undefined;
    if (!this.region) return;
    const lasted_s = this.channel.lab.now_s - this.pulseBegan_s - 2 * STEP_S; // what its steps take is not counted
    const width_s = Math.min(this.region.width_s, lasted_s);
    this.rested_s = this.pulseBegan_s + width_s / this.region.duty;
    this.region = undefined;
  }

  private endStep(): void {
    this.endRegion();
    if (this.settings.endPulseAction === SOURCE_IDLE) this.channel.programmed();
    this.fire("pulse");
    this.nextStep();
  }
}

function resetTrigger() {
  return {
    count: 1,
    armCount: 1,
    sourceAction: DISABLED,
    measureAction: DISABLED,
    endPulseAction: 1,
    endSweepAction: SOURCE_IDLE,
    limitv: LIMIT_AUTO,
    limiti: LIMIT_AUTO,
  };
}

/** `smua.LIMIT_AUTO`: the programmed limit counts in a sweep, too. */
export const LIMIT_AUTO = -1;
