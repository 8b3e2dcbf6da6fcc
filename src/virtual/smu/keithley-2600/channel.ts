import { createRandom } from "../../../simulator/random.js";
import type { Random } from "../../../simulator/random.js";
import type { Drive } from "../../../simulator/one-port.js";
import type { Lab } from "../../lab.js";
import { INFINITY, NOT_A_NUMBER } from "../../scpi/index.js";
import { TspError } from "../../tsp/errors.js";
import { Aperture } from "../aperture.js";
import { rangeFor, rangeNamed, rounded } from "../models.js";
import type { RangeFacts } from "../models.js";
import { OVERRANGE_2600, steadyRange } from "./models.js";
import type { PulseRegion2600, Smu2600Model } from "./models.js";
import { resetChannel, VOLTS } from "./settings.js";
import type { ChannelSettings } from "./settings.js";

/** Power line frequency: `localnode.linefreq`, and the unit of an aperture. */
export const LINE_HZ = 50;
/** With the interlock open no more than this reaches the terminals of those that have one. */
const INTERLOCK_V = 42;

/** Bits of a reading's status. @see 2600BS-901-01, smuX.nvbufferY.statuses */
const STATUS = {
  measureAutorange: 0x04,
  sourceAutorange: 0x08,
  remoteSense: 0x10,
  rel: 0x20,
  limited: 0x40,
  filter: 0x80,
};

/** Settling that auto delay allows before a measurement, by the current range in use. */
const autoDelays_s: readonly (readonly [number, number])[] = [
  [1e-10, 0.015],
  [1e-9, 0.015],
  [1e-8, 5e-3],
  [1e-7, 1e-3],
];

/** Both quantities, from one aperture. */
export interface ChannelReading {
  readonly voltage_V: number;
  readonly current_A: number;
  readonly source: number;
  readonly at_s: number;
  readonly status: number;
}

/**
 * The analog side of one channel: what it puts on the device, and what it reads.
 *
 * The source is ideal behind its limit. Voltage and current are measured in the same aperture, by a converter each. There is
 * no gain or offset error, and autorange and autozero take no time. With the output off the device is disconnected,
 * whatever the off mode.
 */
export class Channel2600 {
  settings: ChannelSettings;
  /** Level of a sweep that is in force in place of the programmed one; kept when a sweep is aborted or holds its end. */
  private swept: number | undefined;
  /** Limit while a swept level is in force, where the sweep has its own. */
  private sweptLimit: number | undefined;
  private output = 0;
  private limited = false;
  private readonly noise: Random;
  private readonly aperture: Aperture;
  private cancel: (() => void) | undefined;

  /** @param terminal `label.high`, `label.2.high` */
  constructor(
    readonly model: Smu2600Model,
    readonly lab: Lab,
    private readonly terminal: string,
    seed: number,
  ) {
    this.settings = resetChannel(model);
    this.noise = createRandom(seed, `noise:${terminal}`);
    this.aperture = new Aperture(lab, terminal);
  }

  reset(): void {
    this.abandon();
    this.switchOutput(0);
    this.settings = resetChannel(this.model);
  }

  /** 0 off, 1 on, 2 off with the relay open. */
  get outputState(): number {
    return this.output;
  }

  get sourcesVoltage(): boolean {
    return this.settings.source.func === VOLTS;
  }

  private get wired(): boolean {
    return this.lab.wiring.portOf(this.terminal) !== undefined;
  }

  /** The level on the terminals where nothing limits it. */
  get level(): number {
    const { levelv, leveli } = this.settings.source;
    return this.swept ?? (this.sourcesVoltage ? levelv : leveli);
  }

  /** The limit is active now. */
  get compliance(): boolean {
    if (this.output !== 1 || !this.wired) return false;
    const { voltage_V, current_A } = this.lab.seenAt(this.terminal);
    return this.isLimited(voltage_V, current_A);
  }

  /** What the last reading saw, for the status registers. */
  get lastLimited(): boolean {
    return this.limited;
  }

  ranges(volts: boolean): readonly RangeFacts[] {
    return volts ? this.model.voltage : this.model.current;
  }

  sourceRange(volts: boolean): RangeFacts {
    const { autorangev, autorangei, rangev, rangei, lowrangev, lowrangei, levelv, leveli } = this.settings.source;
    const [auto, fixed, low, level] = volts
      ? [autorangev, rangev, lowrangev, levelv]
      : [autorangei, rangei, lowrangei, leveli];
    const inForce = volts === this.sourcesVoltage ? this.level : level;
    return auto === 1
      ? ranged(this.ranges(volts), Math.max(Math.abs(inForce), low))
      : rangeNamed(this.ranges(volts), fixed);
  }

  /** The forced quantity is measured on the range it is sourced on. */
  measureRange(volts: boolean, value: number): RangeFacts {
    if (volts === this.sourcesVoltage) return this.sourceRange(volts);
    const { autorangev, autorangei, rangev, rangei, lowrangev, lowrangei } = this.settings.measure;
    const [auto, fixed, low] = volts ? [autorangev, rangev, lowrangev] : [autorangei, rangei, lowrangei];
    return auto === 0
      ? rangeNamed(this.ranges(volts), fixed)
      : ranged(this.ranges(volts), Math.max(Math.abs(value), low));
  }

  /** @throws TspError 802: the interlock is open; the output stays as it is */
  switchOutput(state: number): void {
    if (state === 1 && this.output !== 1) this.checkInterlock(this.level);
    this.output = state;
    if (state === 1) {
      this.apply();
      return;
    }
    this.swept = this.sweptLimit = undefined;
    this.limited = false;
    this.lab.drive(this.terminal, undefined);
  }

  /** A level that was programmed takes the place of what a sweep left. */
  programmed(): void {
    this.swept = this.sweptLimit = undefined;
    this.apply();
  }

  /** @param limit of the sweep's own; undefined: the programmed one */
  sweepTo(level: number, limit: number | undefined): void {
    this.checkInterlock(level);
    this.swept = level;
    this.sweptLimit = limit;
    this.apply();
  }

  /**
   * What holds for a level and limit of a sweep, where only pulses have them.
   *
   * @throws TspError 5007: not even pulses have them
   */
  regionOf(level: number, limit: number | undefined): PulseRegion2600 | undefined {
    const { limitv, limiti } = this.settings.source;
    return this.region(this.sourcesVoltage, level, limit ?? (this.sourcesVoltage ? limiti : limitv));
  }

  /** Whether the channel keeps pulses as they are asked for. */
  pulseFits(volts: boolean, level: number, limit: number, on_s: number, off_s: number): boolean {
    try {
      const region = this.region(volts, level, limit);
      return region === undefined || (on_s <= region.width_s && on_s <= region.duty * (on_s + off_s) * (1 + 1e-9));
    } catch (error) {
      if (error instanceof TspError) return false;
      throw error;
    }
  }

  private region(volts: boolean, level: number, limit: number): PulseRegion2600 | undefined {
    const [voltage_V, current_A] = volts ? [Math.abs(level), limit] : [limit, Math.abs(level)];
    const { corner_V, highVoltageCurrent_A, current, pulses } = this.model;
    const steady_A = voltage_V > corner_V ? highVoltageCurrent_A : steadyRange(current).full * OVERRANGE_2600;
    if (current_A <= steady_A * (1 + 1e-9)) return undefined;
    const within = (value: number, most: number) => value <= most * OVERRANGE_2600;
    const region = pulses.find(({ most_V, most_A }) => within(voltage_V, most_V) && within(current_A, most_A));
    if (!region) throw new TspError(5007);
    return region;
  }

  /** @throws TspError 802 */
  checkInterlock(level: number): void {
    const asked_V = this.sourcesVoltage ? Math.abs(level) : this.settings.source.limitv;
    if (this.model.interlocked && asked_V > INTERLOCK_V) throw new TspError(802);
  }

  /** Brings what drives the device in line with the settings. */
  apply(): void {
    if (this.output !== 1) return;
    this.lab.drive(this.terminal, this.drive(), this.settings.sense === 1);
  }

  private drive(): Drive {
    const { full, sourceStep } = this.sourceRange(this.sourcesVoltage);
    const most = full * OVERRANGE_2600;
    const level = Math.max(-most, Math.min(most, rounded(this.level, sourceStep)));
    if (this.sourcesVoltage) return { emf: steady(level), series_ohm: 0, limit_A: this.limit };
    return { emf: steady(Math.sign(level) * this.limit), series_ohm: 0, limit_A: Math.abs(level) };
  }

  /** Of the quantity that is not forced; the power limit counts where there is one. */
  private get limit(): number {
    const { limitv, limiti, limitp } = this.settings.source;
    const plain = this.sweptLimit ?? (this.sourcesVoltage ? limiti : limitv);
    const level = Math.abs(this.level);
    return limitp > 0 && level > 0 ? Math.min(plain, limitp / level) : plain;
  }

  private isLimited(voltage_V: number, current_A: number): boolean {
    return Math.abs(this.sourcesVoltage ? current_A : voltage_V) >= this.limit * (1 - 1e-4);
  }

  get aperture_s(): number {
    const { enable, type, count } = this.settings.filter;
    return (this.settings.measure.nplc / LINE_HZ) * (enable === 1 && type !== 0 ? count : 1);
  }

  private get measureDelay_s(): number {
    const { delay, delayfactor } = this.settings.measure;
    if (delay >= 0) return delay;
    const range_A = this.sourcesVoltage
      ? this.measureRange(false, this.settings.source.limiti)
      : this.sourceRange(false);
    return delayfactor * (autoDelays_s.find(([upTo_A]) => range_A.full <= upTo_A * 1.01)?.[1] ?? 0);
  }

  /**
   * Takes one reading, from now on.
   *
   * @param done gets it when its aperture is over
   */
  measure(done: (reading: ChannelReading) => void): void {
    this.after(this.measureDelay_s, () => {
      const at_s = this.lab.now_s;
      this.aperture.open();
      this.after(this.aperture_s, () => done(this.complete(at_s)));
    });
  }

  private after(time_s: number, action: () => void): void {
    this.cancel = this.lab.schedule(this.lab.now_s + time_s, () => {
      this.cancel = undefined;
      action();
    });
  }

  /** Gives up a reading that is under way. */
  abandon(): void {
    this.cancel?.();
    this.cancel = undefined;
    this.aperture.abandon();
  }

  private complete(at_s: number): ChannelReading {
    const { sense, filter, rel, source, measure } = this.settings;
    const leads_ohm = sense === 1 ? 0 : this.lab.wiring.leads_ohm(this.terminal);
    const means = this.aperture.shut(leads_ohm);
    const drawn = [this.noise.normal(), this.noise.normal()] as const;
    const [true_V, true_A] = this.atTerminals(means.voltage_V, means.current_A);
    this.limited = this.output === 1 && this.wired && this.isLimited(true_V - true_A * leads_ohm, true_A);
    const voltage_V = this.converted(true, true_V, drawn[0]) - (rel.enablev === 1 ? rel.levelv : 0);
    const current_A = this.converted(false, true_A, drawn[1]) - (rel.enablei === 1 ? rel.leveli : 0);
    const autoranged = this.sourcesVoltage ? measure.autorangei : measure.autorangev;
    const sourceAuto = this.sourcesVoltage ? source.autorangev : source.autorangei;
    const status =
      (autoranged === 1 ? STATUS.measureAutorange : 0) |
      (sourceAuto === 1 ? STATUS.sourceAutorange : 0) |
      (sense === 1 ? STATUS.remoteSense : 0) |
      (rel.enablev === 1 || rel.enablei === 1 ? STATUS.rel : 0) |
      (this.limited ? STATUS.limited : 0) |
      (filter.enable === 1 ? STATUS.filter : 0);
    return { voltage_V, current_A, source: this.level, at_s, status };
  }

  private atTerminals(voltage_V: number, current_A: number): readonly [number, number] {
    if (this.output !== 1) return [0, 0];
    return this.lab.fault === undefined ? [voltage_V, current_A] : [NaN, NaN];
  }

  private converted(volts: boolean, value: number, draw: number): number {
    if (Number.isNaN(value)) return NOT_A_NUMBER;
    const range = this.measureRange(volts, value);
    if (Math.abs(value) > range.full * OVERRANGE_2600 * (1 + 1e-6)) return Math.sign(value) * INFINITY;
    const cycles = Math.max(this.aperture_s * LINE_HZ, 1e-4);
    return rounded(value + (range.noise / Math.sqrt(cycles)) * draw, range.readStep);
  }
}

/** The most sensitive range that takes a magnitude, 1 % beyond its name included; the largest where none does. */
function ranged(ranges: readonly RangeFacts[], magnitude: number): RangeFacts {
  const wanted = magnitude * (1 - 1e-9);
  return ranges.find(({ full }) => wanted <= full * OVERRANGE_2600) ?? rangeFor(ranges, magnitude);
}

const levelTime_s = [0];

function steady(level: number): Drive["emf"] {
  return { times_s: levelTime_s, values: [level] };
}
