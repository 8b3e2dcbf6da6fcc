import type { Device } from "../models/device.js";
import { DrivenDevice } from "../transient/driven-device.js";
import type { Rates } from "./exponential-step.js";

/** A device without capacitance behind a source and its resistance, in the layout of the exponential step. */
export class BehindResistance implements Rates {
  private readonly driven: DrivenDevice;
  private readonly n: number;
  private readonly x: Float64Array;
  private readonly rates: Float64Array;
  private readonly byState: Float64Array;
  private readonly byTime: Float64Array;
  private emf_V = NaN;

  constructor(device: Device, series_ohm: number) {
    this.driven = new DrivenDevice(device);
    this.driven.connect(series_ohm, Infinity);
    const n = device.size;
    this.n = n;
    [this.x, this.rates, this.byTime] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
    this.byState = new Float64Array(n * n);
  }

  /** [0] is the source's voltage. */
  flow(io: Float64Array): void {
    const { driven, n, x, rates } = this;
    this.take(io);
    driven.rates(0, x, rates);
    io[n + 1] = driven.current_A(0, driven.solved_V, x);
    for (let i = 0; i < n; i++) io[n + 2 + i] = rates[i]!;
  }

  linearise(io: Float64Array): void {
    const { driven, n, x, rates, byState, byTime } = this;
    this.take(io);
    driven.linearise(0, x, rates, byState, byTime);
    io[n + 1] = driven.current_A(0, driven.solved_V, x);
    for (let i = 0; i < n; i++) {
      io[n + 2 + i] = rates[i]!;
      io[3 * n + 3 + i] = byTime[i]!; // the line below rises by 1 V/s: this is df/demf
    }
    for (let k = 0; k < n * n; k++) io[4 * n + 3 + k] = byState[k]!;
  }

  private take(io: Float64Array): void {
    this.drive(io[0]!);
    for (let i = 0; i < this.n; i++) this.x[i] = io[1 + i]!;
  }

  private drive(emf_V: number): void {
    if (emf_V !== this.emf_V) this.driven.line(emf_V, 1);
    this.emf_V = emf_V;
  }
}
