import type { Device } from "../models/device.js";
import type { Drive, OnePort, Probe, Pwl } from "../one-port.js";
import { DevicePort } from "../transient/device-port.js";
import { cornersUntil, emfAt } from "../transient/pwl.js";
import { actsOnItself, PulsedStates, type StepTold } from "./pulsed-states.js";

/** Relative error allowed in a step: switching delays to 1e-4, settled resistances to the last digits (`PulsedStates`). */
const tolerance = 1e-3;
/** A step handed to a probe is cut until straight lines meet voltage and current to this share. */
const straightness = 1e-3;
const maxCuts = 10;

/**
 * A device as the virtual bench drives it: by the exponential step (`PulsedStates`) where a voltage source without a limit stands behind
 * it, as a generator does, and by the solver for all drives elsewhere. Both go on from the same state.
 */
export class ExponentialPort implements OnePort {
  private readonly general: DevicePort;
  private readonly states: PulsedStates;
  private fast = false;
  // of the level being told
  private probe: Probe | undefined;
  private resolution_s = 0;
  private start_s = 0;

  /** Whether a device can be taken so: no charge is stored, and no state acts on another. */
  static suits(device: Device): boolean {
    return device.size > 0 && device.capacitance_F === 0 && device.emf_V === undefined && actsOnItself(device);
  }

  constructor(device: Device) {
    this.general = new DevicePort(device);
    this.states = new PulsedStates(device, 0, tolerance);
  }

  get time_s(): number {
    return this.general.time_s;
  }

  get voltage_V(): number {
    return this.fast ? this.states.voltage_V : this.general.voltage_V;
  }

  get current_A(): number {
    return this.fast ? this.states.current_A : this.general.current_A;
  }

  setTemperature(temperature_K: number): void {
    this.general.setTemperature(temperature_K); // both work on the same device
  }

  advance(until_s: number, drive: Drive, probe?: Probe, resolution_s = 0): void {
    const { general, states } = this;
    this.fast = drive.limit_A === Infinity && drive.series_ohm < Infinity && drive.around === undefined;
    if (!this.fast) {
      general.advance(until_s, drive, probe);
      return;
    }
    general.check(until_s, drive);
    states.connect(drive.series_ohm);
    states.state.set(general.state);
    this.probe = probe;
    this.resolution_s = resolution_s;
    try {
      if (general.time_s >= until_s) states.rest(emfAt(drive.emf, until_s, Infinity));
      else this.pass(until_s, drive.emf, probe && this.told);
    } finally {
      general.state.set(states.state);
    }
  }

  /** Piece by piece of the source, as `emfAt` has it, with one search for all of them. */
  private pass(until_s: number, emf: Pwl, told: StepTold | undefined): void {
    const { general, states } = this;
    const { times_s, values } = emf;
    for (let after = cornersUntil(emf, general.time_s); general.time_s < until_s; after++) {
      const now_s = general.time_s;
      const t1 = times_s[after] ?? Infinity;
      if (t1 <= now_s) continue; // the source jumps
      const end_s = Math.min(until_s, t1);
      const v1 = values[Math.min(after, times_s.length - 1)]!;
      let [start_V, end_V] = [v1, v1];
      if (after > 0 && t1 < Infinity) {
        const t0 = times_s[after - 1]!;
        const v0 = values[after - 1]!;
        start_V = v0 + ((v1 - v0) * (now_s - t0)) / (t1 - t0);
        if (end_s < t1) end_V = v0 + ((v1 - v0) * (end_s - t0)) / (t1 - t0);
      }
      this.start_s = now_s;
      states.pass(start_V, (end_V - start_V) / (end_s - now_s), end_s - now_s, told);
      general.time_s = end_s;
    }
  }

  private readonly told = (): void => {
    const { states, start_s } = this;
    const from_s = start_s + states.told_s[0]!;
    const length_s = states.told_s[1]!;
    if (length_s > this.resolution_s)
      this.tell(0, states.from_V, states.from_A, 1, states.voltage_V, states.current_A, maxCuts);
    else this.probe?.(from_s, states.from_V, states.from_A, from_s + length_s, states.voltage_V, states.current_A);
  };

  private tell(s0: number, v0: number, i0: number, s1: number, v1: number, i1: number, cuts: number): void {
    const { states, start_s } = this;
    const from_s = start_s + states.told_s[0]!;
    const length_s = states.told_s[1]!;
    if (cuts > 0 && (s1 - s0) * length_s > this.resolution_s) {
      const middle = (s0 + s1) / 2;
      states.inside(middle);
      const [v, i] = [states.inside_V, states.inside_A];
      if (isBent(v0, v, v1) || isBent(i0, i, i1)) {
        this.tell(s0, v0, i0, middle, v, i, cuts - 1);
        this.tell(middle, v, i, s1, v1, i1, cuts - 1);
        return;
      }
    }
    this.probe?.(from_s + s0 * length_s, v0, i0, from_s + s1 * length_s, v1, i1);
  }
}

function isBent(start: number, middle: number, end: number): boolean {
  const largest = Math.max(Math.abs(start), Math.abs(end));
  return Math.abs(middle - (start + end) / 2) > straightness * largest;
}
