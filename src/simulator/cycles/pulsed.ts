import type { Device } from "../models/device.js";
import { DevicePort } from "../transient/device-port.js";
import { actsOnItself, PulsedStates } from "./pulsed-states.js";

/** A device behind a source resistance that is held at one level after the other. */
export interface Pulsed {
  /** At the end of the last level, at the terminals. */
  readonly voltage_V: number;
  readonly current_A: number;
  /** From the start of the last level to the device's first event in it, s; NaN without one. */
  readonly eventAfter_s: number;
  /** All states, now. */
  readonly state: ArrayLike<number>;
  /** Lets time pass at a level. @throws SimulationError the solve failed */
  hold(level_V: number, length_s: number): void;
}

/** State by state where no state acts on another and there is no capacitance, by the solver for all devices otherwise. */
export function pulsed(device: Device, source_ohm: number, tolerance: number): Pulsed {
  if (device.size > 0 && device.capacitance_F === 0 && actsOnItself(device))
    return new PulsedStates(device, source_ohm, tolerance);
  return new PulsedPort(device, source_ohm, tolerance);
}

class PulsedPort implements Pulsed {
  eventAfter_s = NaN;
  private start_s = 0;
  private readonly port: DevicePort;
  private readonly emf = { times_s: [0], values: [0] };
  private readonly drive;

  constructor(device: Device, series_ohm: number, tolerance: number) {
    const fire = device.fire.bind(device);
    device.fire = (v, x) => {
      if (Number.isNaN(this.eventAfter_s)) this.eventAfter_s = this.port.time_s - this.start_s;
      fire(v, x);
    };
    this.port = new DevicePort(device, tolerance);
    this.drive = { emf: this.emf, series_ohm, limit_A: Infinity };
  }

  get voltage_V(): number {
    return this.port.voltage_V;
  }

  get current_A(): number {
    return this.port.current_A;
  }

  get state(): ArrayLike<number> {
    return this.port.state;
  }

  hold(level_V: number, length_s: number): void {
    this.start_s = this.port.time_s;
    this.eventAfter_s = NaN;
    this.emf.values[0] = level_V;
    this.port.advance(this.start_s + length_s, this.drive);
  }
}
