import type { Lab } from "../../lab.js";
import { RegisterGroup, ScpiError, untilWoken } from "../../scpi/index.js";
import type { ScpiInstrument } from "../../scpi/index.js";
import { Channel } from "./channel.js";
import { levelsOf } from "./levels.js";
import type { ModelB2900 } from "./models.js";
import type { Sample } from "./records.js";
import { Sequencer } from "./sequencer.js";
import type { SequencerPort } from "./sequencer.js";
import { MOST_READINGS } from "./settings.js";

export const actions = ["transition", "acquire"] as const;
export type ActionName = (typeof actions)[number];

interface Lane {
  readonly channel: Channel;
  readonly transition: Sequencer;
  readonly acquire: Sequencer;
  /** Of the sequence that was started last. */
  levels: readonly number[];
}

/** First bit of an action in the operation status: idle, waiting for a trigger, waiting for an arm. */
const firstBit: Readonly<Record<ActionName, readonly number[]>> = { transition: [1, 7], acquire: [4, 10] };
const lostBit: Readonly<Record<ActionName, readonly number[]>> = { transition: [11, 13], acquire: [12, 14] };
const protectionBit = [2, 3];
/** First bit of a channel in the measurement status: limit test, reading available, overflow, buffer available, full. */
const measurementBit = [0, 6];
const OVERFLOW = 1 << 13;

/** The channels, their trigger systems and what the status registers tell of them. */
export class Unit {
  readonly lanes: readonly Lane[];
  readonly measurement = new RegisterGroup();
  format = "ASC";
  byteOrder = "NORM";
  elements: readonly string[] = ["VOLT", "CURR", "RES", "TIME", "STAT", "SOUR"];
  line_Hz = 50;
  stampResets = true;
  private stampFrom_s = 0;
  private readonly waiters = new Set<() => void>();

  constructor(
    readonly model: ModelB2900,
    readonly lab: Lab,
    readonly scpi: ScpiInstrument,
    label: string,
    seed: number,
  ) {
    this.lanes = Array.from({ length: model.channels }, (_, i) => {
      const channel = new Channel(i + 1, model, lab, label, seed, () => this.stampFrom_s);
      const lane: Lane = {
        channel,
        levels: [],
        transition: new Sequencer(this.port(channel, "transition", () => lane)),
        acquire: new Sequencer(this.port(channel, "acquire", () => lane)),
      };
      return lane;
    });
    this.update();
  }

  get numbers(): readonly number[] {
    return this.lanes.map(({ channel }) => channel.number);
  }

  /** @throws ScpiError -220 */
  lane(number: number): Lane {
    const lane = this.lanes[number - 1];
    if (!lane) throw new ScpiError(-220, "Invalid channel list");
    return lane;
  }

  channel(number: number): Channel {
    return this.lane(number).channel;
  }

  reset(): void {
    this.abort(this.numbers, actions);
    for (const { channel } of this.lanes) channel.reset();
    this.format = "ASC";
    this.byteOrder = "NORM";
    this.elements = ["VOLT", "CURR", "RES", "TIME", "STAT", "SOUR"];
    this.stampResets = true;
    this.update();
  }

  restartStamp(): void {
    this.stampFrom_s = this.lab.now_s;
  }

  isRunning(numbers: readonly number[]): boolean {
    return numbers.some((number) => actions.some((action) => this.lane(number)[action].running));
  }

  /** @throws ScpiError -213: one of them is under way; nothing was started */
  init(numbers: readonly number[], which: readonly ActionName[]): void {
    for (const number of numbers) {
      if (which.some((action) => this.lane(number)[action].running)) throw new ScpiError(-213, `channel ${number}`);
      const { trigger, arm } = this.channel(number).settings.acquire;
      if (which.includes("acquire") && trigger.count * arm.count > MOST_READINGS) {
        throw new ScpiError(-221, `too many measurements; channel ${number}`);
      }
    }
    const levels = numbers.map((number) => levelsOf(this.channel(number).settings));
    if (this.stampResets) this.restartStamp();
    const end = this.scpi.operations.begin();
    for (const [i, number] of numbers.entries()) {
      const lane = this.lane(number);
      lane.levels = levels[i] ?? [];
      if (lane.channel.settings.output.onAuto && !lane.channel.outputIsOn) lane.channel.outputOn();
      if (which.includes("acquire")) lane.channel.data.clear();
    }
    for (const action of which) for (const number of numbers) this.lane(number)[action].start();
    void this.idle(numbers, new AbortController().signal).then(end);
  }

  abort(numbers: readonly number[], which: readonly ActionName[]): void {
    for (const number of numbers) {
      const lane = this.lane(number);
      if (which.includes("acquire")) lane.channel.abandon();
      for (const action of which) lane[action].stop();
    }
  }

  /** `*TRG` or `:TRIGger`. @throws ScpiError -211: nothing waits for it */
  trigger(numbers: readonly number[], which: readonly ActionName[]): void {
    const taken = numbers.flatMap((number) => which.map((action) => this.lane(number)[action].bus()));
    if (!taken.includes(true)) throw new ScpiError(-211);
  }

  /** @throws DeviceClear the signal was aborted first */
  async idle(numbers: readonly number[], signal: AbortSignal): Promise<void> {
    while (this.isRunning(numbers)) {
      await untilWoken(signal, (wake) => {
        this.waiters.add(wake);
        return () => this.waiters.delete(wake);
      });
    }
  }

  /** One measurement of each channel. @throws ScpiError -213: a channel is under way */
  async spot(numbers: readonly number[], signal: AbortSignal): Promise<void> {
    if (this.isRunning(numbers)) throw new ScpiError(-213);
    let left = numbers.length;
    const channels = numbers.map((number) => this.channel(number));
    for (const channel of channels) {
      if (channel.settings.output.onAuto && !channel.outputIsOn) channel.outputOn();
      channel.data.clear();
    }
    try {
      await untilWoken(signal, (wake) => {
        for (const channel of channels) {
          channel.measure((sample) => {
            channel.data.append(sample);
            this.update();
            if (--left === 0) wake();
          });
        }
        return () => undefined;
      });
    } catch (error) {
      for (const channel of channels) channel.abandon();
      throw error;
    }
  }

  private port(channel: Channel, name: ActionName, lane: () => Lane): SequencerPort {
    const other = (): Sequencer => (name === "transition" ? lane().acquire : lane().transition);
    return {
      lab: this.lab,
      interval_s: this.model.interval_s,
      settings: () => channel.settings[name],
      // Source and measurement take turns where both go by themselves.
      ready: (index) => {
        if (
          !other().running ||
          channel.settings[name === "transition" ? "acquire" : "transition"].trigger.source !== "AINT"
        )
          return true;
        if (name === "transition") return other().done >= index;
        // A pulse and its measurement begin together: the delays say when in the pulse it is.
        return (channel.settings.shape === "DC" ? other().done : other().begun) > index;
      },
      act: (index, done) => (name === "transition" ? this.step(lane(), index, done) : this.take(channel, done)),
      lost: () => this.scpi.status.questionable.latch(1 << (lostBit[name][channel.number - 1] ?? 0)),
      changed: () => this.update(),
      ended: () => {
        // The last level stays until its measurement is over.
        if (!other().running && !channel.settings.continuous) channel.settle();
        if (!other().running && channel.settings.output.offAuto) channel.outputOff();
        this.update();
      },
    };
  }

  private step({ channel, levels }: Lane, index: number, done: () => void): void {
    const level = levels[index % levels.length] ?? 0; // behind its end a sweep begins anew
    const { shape, pulse } = channel.settings;
    try {
      if (shape === "DC") {
        channel.step(level);
        done();
        return;
      }
    } catch (error) {
      this.fail(channel, error);
      return;
    }
    this.lab.schedule(this.lab.now_s + pulse.delay_s, () => {
      if (!this.lane(channel.number).transition.running) return;
      try {
        channel.step(level);
      } catch (error) {
        this.fail(channel, error);
        return;
      }
      this.lab.schedule(this.lab.now_s + pulse.width_s, () => {
        if (!this.lane(channel.number).transition.running) return;
        channel.settle();
        done();
      });
    });
  }

  private take(channel: Channel, done: () => void): void {
    channel.measure((sample) => {
      channel.data.append(sample);
      this.keep(channel, sample);
      done();
    });
  }

  private keep(channel: Channel, sample: Sample): void {
    const { trace } = channel.settings;
    if (trace.control !== "NEXT" || channel.trace.count >= trace.points) return;
    channel.trace.append(sample);
    if (channel.trace.count >= trace.points) trace.control = "NEV";
  }

  private fail(channel: Channel, error: unknown): void {
    if (error instanceof ScpiError) this.scpi.raise(error.code, error.detail);
    this.abort([channel.number], actions);
  }

  /** Brings the registers in line, and wakes who waits. */
  private update(): void {
    let operation = 0;
    let measurement = 0;
    let protection = 0;
    for (const [i, lane] of (this.lanes as readonly Lane[] | undefined)?.entries() ?? []) {
      for (const action of actions) {
        const { stage } = lane[action];
        const bit = firstBit[action][i] ?? 0;
        if (stage === "idle") operation |= 1 << bit;
        else if (stage === "trigger") operation |= 2 << bit;
        else if (stage === "arm") operation |= 4 << bit;
        lane[action].poke();
      }
      const { data, trace, settings, tripped } = lane.channel;
      const status = data.value(data.count - 1, "STAT");
      const bits =
        (status !== undefined ? 2 : 0) |
        (((status ?? 0) & OVERFLOW) !== 0 ? 4 : 0) |
        (trace.count > 0 ? 8 : 0) |
        (trace.count >= settings.trace.points ? 16 : 0);
      measurement |= bits << (measurementBit[i] ?? 0);
      if (tripped) protection |= 1 << (protectionBit[i] ?? 0);
    }
    this.scpi.status.operation.condition = operation;
    this.measurement.condition = measurement;
    this.scpi.status.questionable.condition = protection;
    for (const wake of [...this.waiters]) wake();
  }
}
