import { createRandom } from "../../simulator/random.js";
import type { Random } from "../../simulator/random.js";
import type { Drive } from "../../simulator/one-port.js";
import type { Lab } from "../lab.js";
import { INFINITY, ScpiError } from "../scpi/index.js";
import { Aperture } from "./aperture.js";
import type { ApertureMeans } from "./aperture.js";
import { converted } from "./converter.js";
import { driveOf } from "./drive.js";
import { OVERRANGE, rangeFor, rangeNamed, rounded } from "./models.js";
import type { RangeFacts, SmuModel } from "./models.js";
import { emptyReading } from "./reading-buffer.js";
import type { Reading } from "./reading-buffer.js";
import { inUnit, readingUnit, withinOhms } from "./reading-unit.js";
import { resetSettings } from "./settings.js";
import type { SmuSettings, SourceFunction } from "./settings.js";

/** Power line frequency: reply of `:SYST:LFR?` and unit of an aperture. */
export const LINE_HZ = 50;

const SOURCE_LIMITED = 0x20;
const FOUR_WIRE = 0x40;
const OUTPUT_ON = 0x80;
const FRONT = 0x008;

/** Settling that auto delay allows after a step, by the current range in use; from the 2450's table of auto delays. */
const autoDelays_s: readonly (readonly [number, number])[] = [
  [1e-8, 0.15],
  [1e-7, 0.1],
  [1e-6, 3e-3],
  [1e-5, 2e-3],
];
const autoDelay_s = 1e-3;

/**
 * The analog side of the virtual SMU: what it puts on the device, and what it reads.
 *
 * The source is ideal behind its limit, without overshoot: the limit acts at once. A reading is a mean over an aperture,
 * plus the noise of the range, rounded to its last digit. With read-back on, the source value is read immediately before,
 * in an aperture of its own (2450-901-01 p. 6-77): while a device switches, the two need not belong together. Autozero
 * takes two more apertures. There is no gain or offset error: it is a freshly calibrated one. Autorange takes no time.
 */
export class Smu {
  settings: SmuSettings;
  private on = false;
  private protectionTripped = false;
  private limited = false;
  private readonly noise: Random;
  private readonly aperture: Aperture;
  private readonly reading = emptyReading();
  /** Past values for the moving filter. */
  private readonly moving: number[] = [];
  private cancel: (() => void) | undefined;
  /** True value of the source in the aperture before; undefined: none was taken. */
  private readBack: number | undefined;
  /** No reading begins before: the source delay after its last step. */
  private ready_s = 0;

  constructor(
    readonly model: SmuModel,
    readonly lab: Lab,
    readonly label: string,
    seed: number,
  ) {
    this.settings = resetSettings(model);
    this.noise = createRandom(seed, `noise:${label}`);
    this.aperture = new Aperture(lab, this.terminal);
  }

  private get terminal(): string {
    return `${this.label}.high`;
  }

  get outputIsOn(): boolean {
    return this.on;
  }

  /** The limit of the source was active in the last reading, or is active now. */
  get limitTripped(): boolean {
    if (!this.on) return false;
    const { voltage_V, current_A } = this.lab.seenAt(this.terminal);
    return this.isLimited(voltage_V, current_A);
  }

  get overvoltageTripped(): boolean {
    return this.protectionTripped;
  }

  ranges(of: SourceFunction): readonly RangeFacts[] {
    return of === "VOLT" ? this.model.voltage : this.model.current;
  }

  /** The range a level is programmed on. */
  sourceRange(of: SourceFunction): RangeFacts {
    const { range, level } = this.settings.source[of];
    return range === undefined ? rangeFor(this.ranges(of), level) : rangeNamed(this.ranges(of), range);
  }

  reset(): void {
    this.outputOff();
    this.settings = resetSettings(this.model);
    this.moving.length = 0;
    this.protectionTripped = false;
  }

  /** @throws ScpiError -221: the interlock is open and the level needs it closed; the output stays off */
  outputOn(): void {
    const { sourceFunction, source } = this.settings;
    const asked_V = sourceFunction === "VOLT" ? Math.abs(source.VOLT.level) : source.CURR.limit;
    if (asked_V > this.model.interlock_V) {
      throw new ScpiError(-221, undefined, "Settings conflict, interlock is open: output above 42 V is blocked");
    }
    this.on = true;
    this.apply();
    this.ready_s = this.lab.now_s + this.sourceDelay_s;
  }

  /** The device is disconnected, whatever the output-off state is set to. */
  outputOff(): void {
    this.on = false;
    this.limited = false;
    this.lab.drive(this.terminal, undefined);
  }

  /** @throws ScpiError -221: see `outputOn`; the old level stays */
  setLevel(of: SourceFunction, level: number, delay_s?: number): void {
    if (this.on && of === this.settings.sourceFunction && of === "VOLT" && Math.abs(level) > this.model.interlock_V) {
      throw new ScpiError(-221, undefined, "Settings conflict, interlock is open: levels above 42 V are blocked");
    }
    this.settings.source[of].level = level;
    if (!this.on) return;
    this.apply();
    this.ready_s = this.lab.now_s + (delay_s ?? this.sourceDelay_s);
  }

  /** Brings what drives the device in line with the settings. */
  apply(): void {
    if (!this.on) return;
    const { senseFunction, sense } = this.settings;
    this.lab.drive(this.terminal, this.sourceDrive(), sense[senseFunction].fourWire);
  }

  private sourceDrive(): Drive {
    const { sourceFunction, source, protection_V } = this.settings;
    const { level, limit } = source[sourceFunction];
    const { sourceStep, full } = this.sourceRange(sourceFunction);
    const wanted = rounded(level, sourceStep);
    const programmed = Math.max(-full * OVERRANGE, Math.min(full * OVERRANGE, wanted));
    if (sourceFunction === "VOLT") {
      this.protectionTripped = Math.abs(programmed) > protection_V;
      const level_V = Math.max(-protection_V, Math.min(protection_V, programmed));
      return driveOf("VOLT", level_V, this.effectiveLimit());
    }
    this.protectionTripped = false;
    return driveOf("CURR", programmed, Math.min(limit, protection_V));
  }

  /** The limit of the source, or the end of a fixed measure range below it: no more than that can be read. */
  private effectiveLimit(): number {
    const { sourceFunction, source, senseFunction, sense } = this.settings;
    const { limit } = source[sourceFunction];
    const limits = sourceFunction === "VOLT" ? "CURR" : "VOLT";
    const fixed = senseFunction === limits ? sense[limits].range : undefined;
    return fixed === undefined ? limit : Math.min(limit, fixed * OVERRANGE);
  }

  private isLimited(voltage_V: number, current_A: number): boolean {
    const { sourceFunction, source, protection_V } = this.settings;
    if (sourceFunction === "VOLT") return Math.abs(current_A) >= this.effectiveLimit() * (1 - 1e-4);
    return Math.abs(voltage_V) >= Math.min(source.CURR.limit, protection_V) * (1 - 1e-4);
  }

  /** Time between a step of the source and the aperture, as set or by auto delay. */
  get sourceDelay_s(): number {
    const { sourceFunction, source } = this.settings;
    const { delayAuto, delay_s } = source[sourceFunction];
    if (!delayAuto) return delay_s;
    const range_A = sourceFunction === "CURR" ? this.sourceRange("CURR").full : this.senseRangeInUse_A();
    return autoDelays_s.find(([upTo_A]) => range_A <= upTo_A * 1.01)?.[1] ?? autoDelay_s;
  }

  private senseRangeInUse_A(): number {
    const fixed = this.settings.sense.CURR.range;
    return fixed ?? rangeFor(this.model.current, this.settings.source.VOLT.limit).full;
  }

  /** Time a reading integrates. */
  get aperture_s(): number {
    const { senseFunction, sense } = this.settings;
    const { nplc, averaging, averageMode, averageCount } = sense[senseFunction];
    return (nplc / LINE_HZ) * (averaging && averageMode === "REP" ? averageCount : 1);
  }

  /** From the beginning of a reading until its aperture is over, reading back included. */
  get readingTime_s(): number {
    return this.aperture_s * (this.readsBack ? 2 : 1);
  }

  private get readsBack(): boolean {
    const { sourceFunction, senseFunction, source } = this.settings;
    return source[sourceFunction].readBack && sourceFunction !== senseFunction;
  }

  /**
   * Takes one reading, from now on, or from the end of the source delay.
   *
   * @param done gets the reading when its aperture and autozero are over; one object, used again for the next
   */
  measure(done: (reading: Reading) => void): void {
    if (this.lab.now_s >= this.ready_s) this.openAperture(done);
    else this.cancel = this.lab.schedule(this.ready_s, () => this.openAperture(done));
  }

  private openAperture(done: (reading: Reading) => void): void {
    const { sourceFunction } = this.settings;
    if (!this.readsBack) {
      this.openSense(done);
      return;
    }
    this.aperture.open();
    this.cancel = this.lab.schedule(this.lab.now_s + this.aperture_s, () => {
      const { voltage_V, current_A } = this.aperture.shut(this.leads_ohm());
      this.readBack = sourceFunction === "VOLT" ? voltage_V : current_A;
      this.openSense(done);
    });
  }

  private openSense(done: (reading: Reading) => void): void {
    const { senseFunction, sense } = this.settings;
    const width_s = this.aperture_s;
    const begin_s = this.lab.now_s;
    this.aperture.open();
    this.cancel = this.lab.schedule(begin_s + width_s, () => {
      this.complete(this.aperture.shut(this.leads_ohm()), begin_s, width_s);
      if (sense[senseFunction].autozero)
        this.cancel = this.lab.schedule(begin_s + 3 * width_s, () => this.finish(done));
      else this.finish(done);
    });
  }

  private finish(done: (reading: Reading) => void): void {
    this.cancel = undefined;
    done(this.reading);
  }

  /** Gives up a reading that is under way; `done` is not called. */
  abandon(): void {
    this.cancel?.();
    this.cancel = undefined;
    this.readBack = undefined;
    this.aperture.abandon();
  }

  private leads_ohm(): number {
    const { senseFunction, sense } = this.settings;
    return sense[senseFunction].fourWire ? 0 : this.lab.wiring.leads_ohm(this.terminal);
  }

  private complete(means: ApertureMeans, begin_s: number, width_s: number): void {
    const { senseFunction, sense, sourceFunction, source, terminals } = this.settings;
    const reading = this.reading;
    // Both are drawn in any case, so that a setting does not shift the noise of the readings behind it.
    const drawSource = this.noise.normal();
    const drawSense = this.noise.normal();
    const cycles = Math.max(width_s * LINE_HZ, 1e-4);
    const limits: SourceFunction = sourceFunction === "VOLT" ? "CURR" : "VOLT";
    const trueValue = (of: SourceFunction) => {
      if (this.lab.fault !== undefined) return Number.NaN;
      return this.on ? (of === "VOLT" ? means.voltage_V : means.current_A) : 0;
    };
    this.limited = this.on && this.isLimited(means.voltage_V - means.current_A * this.leads_ohm(), means.current_A);
    const { readBack, level } = source[sourceFunction];
    const sourced = this.on ? (this.readBack ?? trueValue(sourceFunction)) : 0;
    this.readBack = undefined;
    const seen = converted(this, sourceFunction, sourced, drawSource, cycles);
    const other = converted(this, limits, trueValue(limits), drawSense, cycles);
    const [voltage_V, current_A] = sourceFunction === "VOLT" ? [seen, other] : [other, seen];
    reading.source = readBack ? seen : level;
    reading.unit = readingUnit(sense[senseFunction].unit);
    // In ohms or watts of a current or voltage the source counts as it is shown: programmed, where it is not read back.
    const [shown_V, shown_A] =
      senseFunction === "RES" || senseFunction === sourceFunction
        ? [voltage_V, current_A]
        : sourceFunction === "VOLT"
          ? [reading.source, current_A]
          : [voltage_V, reading.source];
    reading.value = inUnit(reading.unit, shown_V, shown_A, this.on);
    if (senseFunction === "RES") reading.value = withinOhms(reading.value, sense.RES.range);
    if (sense[senseFunction].averaging && sense[senseFunction].averageMode === "MOV") this.smooth(reading);
    const { relative } = sense[senseFunction];
    if (relative.on && Math.abs(reading.value) < INFINITY) reading.value -= relative.value;
    reading.at_s = begin_s;
    reading.sources = sourceFunction;
    reading.status = terminals === "FRON" ? FRONT : 0;
    reading.sourceStatus =
      (this.on ? OUTPUT_ON : 0) | (sense[senseFunction].fourWire ? FOUR_WIRE : 0) | (this.limited ? SOURCE_LIMITED : 0);
  }

  private smooth(reading: Reading): void {
    const { senseFunction, sense } = this.settings;
    this.moving.push(reading.value);
    while (this.moving.length > sense[senseFunction].averageCount) this.moving.shift();
    reading.value = this.moving.reduce((sum, value) => sum + value, 0) / this.moving.length;
  }
}
