import { createRandom } from "../../../simulator/random.js";
import type { Random } from "../../../simulator/random.js";
import type { Lab } from "../../lab.js";
import { INFINITY, NOT_A_NUMBER, ScpiError } from "../../scpi/index.js";
import { Aperture } from "../aperture.js";
import type { ApertureMeans } from "../aperture.js";
import { digitised } from "../converter.js";
import { driveOf } from "../drive.js";
import { rangeFor, rangeNamed, rounded, topOf } from "../models.js";
import type { RangeFacts } from "../models.js";
import type { SourceFunction } from "../settings.js";
import { envelope } from "./models.js";
import type { ModelB2900 } from "./models.js";
import { Records } from "./records.js";
import type { Sample } from "./records.js";
import { resetSettings } from "./settings.js";
import type { ChannelSettings } from "./settings.js";

const Status = { sourcesCurrent: 1 << 0, compliance: 1 << 1, overflow: 1 << 13 } as const;

/** Settling of the current output by range (user's guide, current output settling time): what a wait that is automatic allows. */
const settling_s: readonly (readonly [upTo_A: number, wait_s: number])[] = [
  [1e-7, 10e-3],
  [1e-6, 500e-6],
  [1e-4, 250e-6],
  [Infinity, 80e-6],
];

/**
 * The analog side of one channel. The source is ideal behind its limit; voltage and current are measured at the same time,
 * each a mean over the aperture with the noise of its range. Autorange takes no time.
 */
export class Channel {
  settings: ChannelSettings;
  readonly data = new Records();
  readonly trace = new Records();
  /** Frequency of the mains that the instrument was told, Hz. */
  line_Hz = 50;
  /** The limit has turned the output off. */
  tripped = false;
  private on = false;
  /** Level of a sweep or trigger; undefined: the immediate one. */
  private stepped: number | undefined;
  private changed_s = 0;
  private cancel: (() => void) | undefined;
  private readonly aperture: Aperture;
  private readonly noise: Random;
  private readonly terminal: string;

  constructor(
    readonly number: number,
    readonly model: ModelB2900,
    readonly lab: Lab,
    label: string,
    seed: number,
    private readonly stampFrom_s: () => number,
  ) {
    this.terminal = number === 1 ? `${label}.high` : `${label}.${number}.high`;
    this.aperture = new Aperture(lab, this.terminal);
    this.noise = createRandom(seed, `noise:${label}:${number}`);
    this.settings = resetSettings(this.line_Hz);
  }

  get outputIsOn(): boolean {
    return this.on;
  }

  ranges(of: SourceFunction): readonly RangeFacts[] {
    return of === "VOLT" ? this.model.voltage : this.model.current;
  }

  get limits(): SourceFunction {
    return this.settings.sourceFunction === "VOLT" ? "CURR" : "VOLT";
  }

  /** The range a level is programmed on. */
  sourceRange(of: SourceFunction, level = this.settings.source[of].level): RangeFacts {
    const { range, lowerRange } = this.settings.source[of];
    if (range !== undefined) return rangeNamed(this.ranges(of), range);
    return rangeFor(this.ranges(of), Math.max(Math.abs(level), lowerRange));
  }

  reset(): void {
    this.outputOff();
    this.abandon();
    this.settings = resetSettings(this.line_Hz);
    this.stepped = undefined;
    this.tripped = false;
    this.data.clear();
    this.trace.clear();
  }

  outputOn(): void {
    this.checkEnvelope(this.level);
    this.on = true;
    this.tripped = false;
    this.apply();
  }

  /** Disconnected, whatever the off mode is. */
  outputOff(): void {
    this.on = false;
    this.stepped = undefined;
    this.lab.drive(this.terminal, undefined);
  }

  private get level(): number {
    return this.stepped ?? this.settings.source[this.settings.sourceFunction].level;
  }

  /** @throws ScpiError -222 beyond a fixed range, -221 more power than the channel has; the old level stays */
  setImmediate(of: SourceFunction, level: number): void {
    const { source, sourceFunction } = this.settings;
    if (Math.abs(level) > topOf(this.sourceRange(of, level)) * (1 + 1e-9))
      throw new ScpiError(-222, this.told("level"));
    if (of === sourceFunction) this.checkEnvelope(level);
    source[of].level = level;
    source[of].triggered = undefined;
    if (of !== sourceFunction) return;
    this.stepped = undefined;
    this.apply();
  }

  /** A trigger's level, until the next one or `settle`. @throws ScpiError -221 */
  step(level: number): void {
    this.checkEnvelope(level);
    this.stepped = level;
    this.apply();
  }

  /** Back to the immediate level. */
  settle(): void {
    if (this.stepped === undefined) return;
    this.stepped = undefined;
    this.apply();
  }

  /** Brings what drives the device in line with the settings. */
  apply(): void {
    if (this.on) {
      const { sourceFunction, fourWire } = this.settings;
      const range = this.sourceRange(sourceFunction, this.level);
      const programmed = Math.max(-topOf(range), Math.min(topOf(range), rounded(this.level, range.sourceStep)));
      this.lab.drive(this.terminal, driveOf(sourceFunction, programmed, this.limit), fourWire);
    }
    this.changed_s = this.lab.now_s;
  }

  /** `what; channel 1`: detail of an error. */
  told(what: string): string {
    return `${what}; channel ${this.number}`;
  }

  /** @throws ScpiError -221: the limit does not go with the level that is set */
  checkPower(): void {
    this.checkEnvelope(this.level);
  }

  private checkEnvelope(level: number): void {
    const { sense } = this.settings;
    const [voltage_V, current_A] =
      this.settings.sourceFunction === "VOLT"
        ? [Math.abs(level), sense.CURR.limit]
        : [sense.VOLT.limit, Math.abs(level)];
    if (envelope.some(([most_V, most_A]) => voltage_V <= most_V * 1.0001 && current_A <= most_A * 1.0001)) return;
    throw new ScpiError(-221, this.told("output and compliance exceed the channel's power"));
  }

  /** The compliance, or the end of a fixed measuring range below it. */
  private get limit(): number {
    const { limit, range } = this.settings.sense[this.limits];
    return range === undefined ? limit : Math.min(limit, topOf(rangeNamed(this.ranges(this.limits), range)));
  }

  private isLimited(voltage_V: number, current_A: number): boolean {
    return Math.abs(this.limits === "CURR" ? current_A : voltage_V) >= this.limit * (1 - 1e-4);
  }

  get limitTripped(): boolean {
    if (!this.on) return false;
    const { voltage_V, current_A } = this.lab.seenAt(this.terminal);
    return this.isLimited(voltage_V, current_A);
  }

  /** When a measurement may begin after the last change of the level. */
  private get ready_s(): number {
    const { on, auto, gain, offset_s } = this.settings.senseWait;
    if (!on) return this.lab.now_s;
    const { limit } = this.settings.sense.CURR;
    const range_A = this.settings.sourceFunction === "CURR" ? this.sourceRange("CURR").full : limit;
    const built_s = settling_s.find(([upTo_A]) => range_A <= upTo_A * 1.01)?.[1] ?? 0;
    return Math.max(this.lab.now_s, this.changed_s + (auto ? gain * built_s : 0) + offset_s);
  }

  /** One measurement from now on, or from the end of its wait. @param done told when it is over */
  measure(done: (sample: Sample) => void): void {
    this.cancel = this.lab.schedule(this.ready_s, () => {
      const begin_s = this.lab.now_s;
      this.aperture.open();
      this.cancel = this.lab.schedule(begin_s + this.settings.aperture_s, () => {
        this.cancel = undefined;
        const sample = this.sample(this.aperture.shut(this.leads_ohm), begin_s);
        if (this.settings.output.shutOff && (sample.STAT & Status.compliance) !== 0) {
          this.outputOff();
          this.tripped = true;
        }
        done(sample);
      });
    });
  }

  /** Gives up a measurement that is under way. */
  abandon(): void {
    this.cancel?.();
    this.cancel = undefined;
    this.aperture.abandon();
  }

  private get leads_ohm(): number {
    return this.settings.fourWire ? 0 : this.lab.wiring.leads_ohm(this.terminal);
  }

  private sample(means: ApertureMeans, begin_s: number): Sample {
    const { sourceFunction, functions, aperture_s } = this.settings;
    const cycles = Math.max(aperture_s * this.line_Hz, 1e-4);
    const draws = { VOLT: this.noise.normal(), CURR: this.noise.normal() };
    const seen = (of: SourceFunction) => {
      const value =
        this.lab.fault !== undefined ? NaN : !this.on ? 0 : of === "VOLT" ? means.voltage_V : means.current_A;
      return digitised(this.measuringRange(of, value), value, draws[of], cycles);
    };
    const voltage_V = seen("VOLT");
    const current_A = seen("CURR");
    const overflow = Math.max(Math.abs(voltage_V), Math.abs(current_A)) === INFINITY;
    const limited = this.on && this.isLimited(means.voltage_V - means.current_A * this.leads_ohm, means.current_A);
    return {
      VOLT: functions.has("VOLT") ? voltage_V : NOT_A_NUMBER,
      CURR: functions.has("CURR") ? current_A : NOT_A_NUMBER,
      RES: !functions.has("RES") || current_A === 0 || overflow ? NOT_A_NUMBER : voltage_V / current_A,
      TIME: begin_s - this.stampFrom_s(),
      STAT:
        (sourceFunction === "CURR" ? Status.sourcesCurrent : 0) |
        (limited ? Status.compliance : 0) |
        (overflow ? Status.overflow : 0),
      SOUR: this.level,
    };
  }

  private measuringRange(of: SourceFunction, value: number): RangeFacts {
    const { sourceFunction, sense } = this.settings;
    const ranges = this.ranges(of);
    // What is forced is measured on the range it is forced on, unless the limit has taken it elsewhere.
    if (of === sourceFunction)
      return rangeFor(ranges, Math.max(Math.abs(value), this.sourceRange(of, this.level).full));
    const { range, lowerRange } = sense[of];
    return range === undefined ? rangeFor(ranges, Math.max(Math.abs(value), lowerRange)) : rangeNamed(ranges, range);
  }
}
