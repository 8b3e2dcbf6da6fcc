import type { CaptureScope } from "./capture.js";
import type { PulseSource } from "./pulse.js";
import type { SourceMeasureUnit, SweepSmu } from "./sweep.js";
import type { TemperatureController } from "./thermal.js";

/** A scope channel that sees a voltage of the circuit. */
export interface VoltageProbe {
  readonly channel: number;
}

/** A scope channel across a known resistance that carries the device's current. */
export interface CurrentProbe {
  readonly channel: number;
  readonly resistance_ohm: number;
  readonly impedance: "1M" | "50";
  /**
   * Of this resistance, what the voltage probe sees in series with the device: all of it where left out, as with a shunt at the
   * bottom. What measures the current itself (a pulse card) drops nothing there, but may have a resistor in its line.
   */
  readonly inSeries_ohm?: number;
}

/**
 * A generator that drives the top of a two-terminal device, with a scope that sees the voltage there and the current
 * that leaves the bottom through a shunt. A second current channel, where wired, is used at a finer range.
 */
export interface PulseStation {
  readonly source: PulseSource;
  readonly sourceChannel: number;
  readonly scope: CaptureScope;
  readonly top: VoltageProbe;
  /** One or two, to be used at coarse and fine range. Never empty. */
  readonly current: readonly CurrentProbe[];
}

/** A device on a stage whose temperature is held, and the source-measure unit across it. */
export interface TemperatureStation {
  readonly smu: SourceMeasureUnit;
  readonly thermal: TemperatureController;
  /** Heater loop of the stage, numbered from 1. */
  readonly loop: number;
  /** Sensor next to the device. */
  readonly input: string;
}

/** What a protocol may ask a bench for, by name. The bench joins instruments and wiring into it, limits included. */
export interface Stations {
  readonly "sweep-smu": SweepSmu;
  /** Sweeps, and holds a level and reads it when asked. */
  readonly smu: SourceMeasureUnit;
  readonly "temperature-station": TemperatureStation;
  readonly "pulse-station": PulseStation;
}
export type StationName = keyof Stations;
