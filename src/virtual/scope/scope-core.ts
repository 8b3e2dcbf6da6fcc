import { createRandom } from "../../simulator/random.js";
import type { Lab } from "../lab.js";
import { ScpiError } from "../scpi/index.js";
import { Acquisition, type AcquisitionPlan, type ScopeRecord } from "./acquisition.js";
import { NoiseTable } from "./front-end.js";
import type { InputSettings } from "./input.js";
import type { AwaitedPulse } from "./pulse-trigger.js";
import { type Reading, RecordReader } from "./record-reader.js";

/** Without a trigger AUTO takes a record anyway after this time. */
const auto_s = 50e-3;
/** A query in RUN waits so long, by the wall clock, for a newer record than the one that was read already. */
const fresh_ms = 200;
/** The first record of AUTO comes without a trigger; a slow computer gets this long for it. */
const first_ms = 5000;
const divisions = 8;

/** The settings at the time: a change after the acquisition changes nothing of what was acquired. */
export interface Taken<Input extends InputSettings = InputSettings> {
  readonly reading: Reading;
  readonly channels: readonly Input[];
}

/** Records and how they were taken. */
export interface Held<Input extends InputSettings = InputSettings> extends Taken<Input> {
  readonly records: readonly ScopeRecord[];
}

/** What an acquisition depends on, whatever the words it was set with. */
export interface Setup<Input extends InputSettings = InputSettings> extends Taken<Input> {
  /** Records that make an acquisition complete. */
  readonly count: number;
  readonly trigger: {
    readonly auto: boolean;
    /** Undefined: a source or a kind of trigger that is not simulated, and so never comes. */
    readonly channel: number | undefined;
    readonly level_V: number;
    readonly slope: "POS" | "NEG" | "EITH" | "ALT";
    readonly holdoff_s: number;
    readonly noiseReject: boolean;
    /** Waits for a pulse in place of an edge. */
    readonly pulse?: AwaitedPulse | undefined;
  };
}

/** Run state and records of a simulated oscilloscope, in no dialect. */
export abstract class ScopeCore<Input extends InputSettings = InputSettings> {
  readonly acquisition: Acquisition;
  readonly reader: RecordReader;
  /** Armed since it was last asked. */
  wasArmed = false;
  #state: "stop" | "run" | "single" = "run";
  #held: Held<Input> | undefined;
  #unread = false;
  #taken: Taken<Input> | undefined;

  constructor(
    protected readonly lab: Lab,
    protected readonly label: string,
    seed: number,
  ) {
    this.acquisition = new Acquisition(lab);
    this.acquisition.onChange = () => this.#showState();
    this.reader = new RecordReader(new NoiseTable(createRandom(seed, `noise:${label}`)));
  }

  protected abstract get setup(): Setup<Input>;
  /** Told of every change of the run state. */
  protected abstract stateChanged(): void;

  get running(): boolean {
    return this.#state !== "stop";
  }

  /** Nothing taken yet, and no 50 ohm input. */
  protected restart(state: "run" | "stop", channels: number): void {
    this.acquisition.stop();
    for (let n = 1; n <= channels; n += 1) this.lab.load(`${this.label}.${n}`, undefined);
    this.#held = undefined;
    this.#state = state;
    this.#showState();
  }

  run(): void {
    this.#state = "run";
    this.#arm();
  }

  single(): void {
    this.#state = "single";
    this.#arm();
  }

  /** Stops; of a segmented acquisition the segments so far are kept. */
  stop(): void {
    this.#state = "stop";
    this.acquisition.stop();
    this.#hold();
    this.#showState();
  }

  /** After a change of what an acquisition under way depends on: it begins anew. */
  changed(): void {
    if (this.acquisition.active) this.#arm();
  }

  /** Sets the input resistance; 50 ohm loads the node that the channel is wired to. */
  setImpedance(number: number, impedance: "ONEM" | "FIFT"): void {
    const channel = this.setup.channels[number - 1];
    if (!channel) throw new ScpiError(-114);
    channel.impedance = impedance;
    this.lab.load(`${this.label}.${number}`, impedance === "FIFT" ? 50 : undefined);
  }

  /** The node a channel sees; undefined: nothing is connected, or ground. */
  nodeOf(number: number): "top" | "bottom" | undefined {
    const node = this.lab.wiring.wireOf(`${this.label}.${number}`)?.node;
    return node === "dut.top" ? "top" : node === "dut.bottom" ? "bottom" : undefined;
  }

  /** What was acquired. Undefined: nothing yet. */
  get held(): Held<Input> | undefined {
    this.#hold();
    return this.#held;
  }

  /**
   * What a query for data is answered from. While the scope runs, that is a record nobody has read yet, taken now where
   * none is there; where no trigger comes in time, the last one.
   *
   * @throws ScpiError -230 nothing was acquired
   */
  async fresh(signal: AbortSignal): Promise<Held<Input>> {
    this.#hold();
    if (this.#state === "run" && (this.setup.trigger.auto || !this.#unread)) {
      if (!this.acquisition.active) this.#arm();
      const certain = this.setup.trigger.auto && this.#held === undefined;
      const patience = AbortSignal.any([signal, AbortSignal.timeout(certain ? first_ms : fresh_ms)]);
      await this.acquisition.complete(patience).catch((error: unknown) => {
        if (signal.aborted) throw error;
      });
      this.#hold();
    }
    this.#unread = false;
    if (!this.#held) throw new ScpiError(-230);
    return this.#held;
  }

  /** How the present settings take a record. */
  get present(): Taken<Input> {
    const { reading, channels } = this.setup;
    return { reading, channels: structuredClone(channels) };
  }

  /** Data words of one record, or of the mean of all, 32768 at the middle. */
  wordsOf(held: Held<Input>, number: number, record: number | "average", words: Uint16Array): void {
    const channel = held.channels[number - 1];
    const one = record === "average" ? held.records[0] : held.records[record];
    if (!channel || !one) throw new ScpiError(-230);
    const node = this.nodeOf(number);
    if (record === "average") this.reader.average(held.records, node, number, channel, held.reading, words);
    else this.reader.read(one, node, number, channel, held.reading, words);
  }

  #arm(): void {
    this.#held = this.#state === "run" ? this.held : undefined;
    this.acquisition.arm(this.#plan(), this.#held === undefined);
    this.#taken = this.present;
    this.#showState();
  }

  #plan(): AcquisitionPlan {
    const { reading, trigger, count, channels } = this.setup;
    const { channel: number } = trigger;
    const node = number === undefined ? undefined : this.nodeOf(number);
    const channel = channels[(number ?? 1) - 1];
    return {
      from_s: reading.from_s,
      to_s: reading.from_s + reading.window_s,
      sample_s: reading.window_s / reading.samples,
      count,
      holdoff_s: trigger.holdoff_s,
      auto_s: trigger.auto ? Math.max(auto_s, 2 * reading.window_s) : undefined,
      trigger: node && channel && channel.coupling !== "GND" ? triggerAt(node, channel, trigger) : undefined,
    };
  }

  /** Takes over what the acquisition has. */
  #hold(): void {
    const { records, active } = this.acquisition;
    if (records.length === 0 || !this.#taken) return;
    if (active && this.#state === "run") return;
    if (this.#held?.records === records) return;
    this.#held = { ...this.#taken, records };
  }

  #showState(): void {
    if (this.#state === "single" && !this.acquisition.active) this.#state = "stop";
    if (!this.acquisition.active && this.acquisition.records.length > 0) this.#unread = true;
    if (this.acquisition.waiting) this.wasArmed = true;
    this.stateChanged();
  }
}

/** The trigger as the node sees it: probe factor and inversion taken back. */
function triggerAt(
  source: "top" | "bottom",
  channel: InputSettings,
  { level_V: shown_V, slope, noiseReject, pulse }: Setup["trigger"],
): AcquisitionPlan["trigger"] {
  const level_V = shown_V / channel.probe;
  const turned = <T extends string>(word: T) => (word === "POS" ? "NEG" : word === "NEG" ? "POS" : word);
  const division_V = channel.range_V / divisions / channel.probe;
  return {
    source,
    level_V: channel.invert ? -level_V : level_V,
    slope: channel.invert ? turned(slope) : slope,
    pulse: pulse && channel.invert ? { ...pulse, polarity: turned(pulse.polarity) } : pulse,
    hysteresis_V: division_V * (noiseReject ? 0.6 : 0.1),
  };
}
