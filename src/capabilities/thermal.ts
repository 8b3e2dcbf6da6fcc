import type { Instrument } from "./instrument.js";

/** A set-point, and what it must stay below. */
export interface TemperaturePlan {
  /** Output (heater loop), numbered from 1. */
  readonly output: number;
  readonly setpoint_K: number;
  /** Rate of the way there; as fast as the loop can where left out. */
  readonly ramp_K_per_min?: number;
  /** The controller's own over-temperature limit of the loop's input, set and read back before the heater goes on. */
  readonly limit_K: number;
  /** 1 low, 2 medium, 3 high. */
  readonly heaterRange: 1 | 2 | 3;
}

export interface TemperatureReading {
  readonly temperature_K: number;
  readonly setpoint_K: number;
  /** Of full scale, 0 to 1. */
  readonly heater: number;
}

export interface TemperatureRanges {
  /** Sensor inputs by name, `A` first. */
  readonly inputs: readonly string[];
  readonly outputs: number;
  readonly maxSetpoint_K: number;
}

/** Holds a stage at a temperature: a controller with sensors and heaters. Its output that can harm is the heater. */
export interface TemperatureController extends Instrument {
  readonly ranges: TemperatureRanges;
  /**
   * Temperature of a sensor.
   *
   * @throws MemrigError `bad-reply`: the sensor is open, shorted or out of its range; the message says which
   */
  temperature_K(input: string): Promise<number>;
  /** Temperature, set-point and heater of a loop. */
  read(output: number): Promise<TemperatureReading>;
  /**
   * Sets a set-point and turns its heater on. Limit first, then ramp, then set-point, then heater; all read back.
   *
   * @throws MemrigError `invalid-request`: beyond the ranges or the plan's limit; nothing was sent
   * @throws MemrigError `instrument-refused`: reads back another setting; heater off
   */
  regulate(plan: TemperaturePlan): Promise<void>;
  /** Heater of the loop off; the stage drifts to its surroundings. Safe in any state, any number of times. */
  heaterOff(output: number): Promise<void>;
}
