import { MemrigError } from "../../errors.js";
import { ground, type Quantity } from "../netlist/types.js";
import { waveValue } from "../netlist/waveform.js";
import type { Waveforms } from "./api.js";
import { readerOf, type Reader } from "./quantities.js";
import { channelShares, type Recorder } from "./recorder.js";
import type { System } from "./system.js";

/**
 * Currents of the circuit's probes where devices or limiters have events: a current then depends on what they are doing,
 * and is read while a step is made. Elsewhere it follows from the recorded states.
 */
export class Channels {
  readonly keys: readonly string[];
  private readonly readers: readonly Reader[];
  private readonly x: Float64Array;
  private readonly dx: Float64Array;

  constructor(private readonly system: System) {
    const { probes } = system.circuit;
    const currents = system.hybrid ? probes.filter(({ quantity }) => quantity.kind === "current") : [];
    this.keys = currents.map(({ quantity }) => (quantity.kind === "current" ? quantity.element : ""));
    this.readers = currents.map(({ name, quantity }) => readerOf(system, quantity, `the probe ${name}`));
    this.x = new Float64Array(system.size);
    this.dx = new Float64Array(system.size);
  }

  get count(): number {
    return this.readers.length;
  }

  /** Values of all channels at the given shares of the accepted part of the step just made. */
  read(t: number, h: number, share: number, out: Float64Array, at: number, shares: readonly number[]): void {
    const { system, x, dx, readers } = this;
    shares.forEach((part, k) => {
      const s = part * share;
      const [low, high] = [Math.max(0, s - slopeShare), Math.min(1, s + slopeShare)];
      for (let i = 0; i < x.length; i++) {
        x[i] = system.inside(i, s);
        dx[i] = (system.inside(i, high) - system.inside(i, low)) / ((high - low) * h);
      }
      readers.forEach((reader, c) => (out[at + c * shares.length + k] = reader(t + s * h, x, dx)));
    });
  }
}

/** Share of a step over which slopes are taken, for the currents of capacitors. */
const slopeShare = 1e-3;

/** Value of a quantity in row `row`, at the share s of its whole step. */
type RowReader = (row: number, s: number) => number;

/** The recorded steps as functions of time. */
export class RecordedWaveforms implements Waveforms {
  private readonly rows: Float64Array;
  private readonly count: number;
  private readonly rowSize: number;
  private readonly keys: readonly string[];

  constructor(
    private readonly system: System,
    recorder: Recorder | undefined,
    channels: Channels,
  ) {
    this.count = recorder?.count ?? 0;
    this.rowSize = recorder?.rowSize ?? 0;
    this.rows = recorder?.rows ?? new Float64Array(0);
    this.keys = channels.keys;
  }

  get times_s(): Float64Array {
    const times_s = new Float64Array(this.count === 0 ? 0 : this.count + 1);
    for (let row = 0; row < this.count; row++) times_s[row] = this.start_s(row);
    if (this.count > 0) times_s[this.count] = this.end_s(this.count - 1);
    return times_s;
  }

  atSteps(quantity: Quantity): Float64Array {
    const read = this.reader(quantity);
    const values = new Float64Array(this.count === 0 ? 0 : this.count + 1);
    for (let row = 0; row < this.count; row++) values[row] = read(row, 0);
    if (this.count > 0) values[this.count] = read(this.count - 1, this.share(this.count - 1));
    return values;
  }

  sample(quantity: Quantity, times_s: ArrayLike<number>): Float64Array {
    const read = this.reader(quantity);
    const values = new Float64Array(times_s.length);
    let row = 0;
    for (let i = 0; i < times_s.length; i++) {
      const t_s = times_s[i]!;
      if (i > 0 && t_s < times_s[i - 1]!) row = 0;
      while (row < this.count - 1 && this.end_s(row) <= t_s) row++;
      this.checkInside(t_s);
      const s = (t_s - this.start_s(row)) / this.rows[row * this.rowSize + 1]!;
      values[i] = read(row, Math.min(this.share(row), Math.max(0, s)));
    }
    return values;
  }

  polyline(quantity: Quantity, share = 1e-3): { readonly times_s: Float64Array; readonly values: Float64Array } {
    const read = this.reader(quantity);
    const steps = this.atSteps(quantity);
    let [low, high] = [Infinity, -Infinity];
    for (const value of steps) [low, high] = [Math.min(low, value), Math.max(high, value)];
    const allowed = Math.max((high - low) * share, Number.MIN_VALUE);
    const times_s: number[] = [];
    const values: number[] = [];
    const add = (row: number, s: number, value: number): void => {
      times_s.push(this.start_s(row) + s * this.rows[row * this.rowSize + 1]!);
      values.push(value);
    };
    const bend = (row: number, s0: number, v0: number, s1: number, v1: number, depth: number): void => {
      const middle = (s0 + s1) / 2;
      const value = read(row, middle);
      if (depth === 0 || Math.abs(value - (v0 + v1) / 2) <= allowed) return;
      bend(row, s0, v0, middle, value, depth - 1);
      add(row, middle, value);
      bend(row, middle, value, s1, v1, depth - 1);
    };
    for (let row = 0; row < this.count; row++) {
      const [first, last] = [read(row, 0), read(row, this.share(row))];
      const jumped = values.length > 0 && Math.abs(first - values.at(-1)!) > allowed;
      if (row === 0 || jumped) add(row, 0, first);
      bend(row, 0, first, this.share(row), last, 8);
      add(row, this.share(row), last);
    }
    return { times_s: Float64Array.from(times_s), values: Float64Array.from(values) };
  }

  private start_s(row: number): number {
    return this.rows[row * this.rowSize]!;
  }

  private share(row: number): number {
    return this.rows[row * this.rowSize + 2]!;
  }

  private end_s(row: number): number {
    return this.start_s(row) + this.share(row) * this.rows[row * this.rowSize + 1]!;
  }

  private checkInside(t_s: number): void {
    if (this.count > 0 && t_s >= this.start_s(0) && t_s <= this.end_s(this.count - 1) * (1 + 1e-12)) return;
    const span = this.count === 0 ? "nothing was recorded" : `recorded is 0 to ${this.end_s(this.count - 1)} s`;
    throw new MemrigError("invalid-request", `The waveform was asked for at ${t_s} s; ${span}.`, { t_s });
  }

  private reader(quantity: Quantity): RowReader {
    if (quantity.kind === "current") {
      return this.system.hybrid ? this.channel(quantity.element) : this.current(quantity);
    }
    const unknown = this.system.unknownOf(quantity);
    if (unknown >= 0) return (row, s) => this.inside(row, unknown, s);
    if (quantity.kind === "state") throw this.unknownQuantity(`${quantity.element}.${quantity.index}`);
    const { node, over = ground } = quantity;
    const voltage = this.voltage(node);
    const under = this.voltage(over);
    return (row, s) => voltage(row, s) - under(row, s);
  }

  private voltage(node: string): RowReader {
    const place = this.system.layout.places.get(node);
    if (!place) throw this.unknownQuantity(`V(${node})`);
    const sources = place.offsets.map(({ source, sign }) => ({
      sign,
      atoms: this.system.layout.sources[source]!.atoms,
    }));
    return (row, s) => {
      const t_s = this.start_s(row) + s * this.rows[row * this.rowSize + 1]!;
      const forced = sources.reduce((sum, { sign, atoms }) => sum + sign * waveValue(atoms, t_s), 0);
      return forced + (place.unknown < 0 ? 0 : this.inside(row, place.unknown, s));
    };
  }

  private inside(row: number, unknown: number, s: number): number {
    const { rows } = this;
    const n = this.system.size;
    const at = row * this.rowSize + 3 + unknown;
    const bend = rows[at + 2 * n]! + s * (rows[at + 3 * n]! + s * rows[at + 4 * n]!);
    return (1 - s) * rows[at]! + s * (rows[at + n]! + (1 - s) * bend);
  }

  /** From the states, with the sources as they are then. */
  private current(quantity: Quantity): RowReader {
    const { system } = this;
    const read = readerOf(system, quantity, "the waveform");
    const [x, dx] = [new Float64Array(system.size), new Float64Array(system.size)];
    return (row, s) => {
      const h = this.rows[row * this.rowSize + 1]!;
      const [low, high] = [Math.max(0, s - slopeShare), Math.min(1, s + slopeShare)];
      for (let i = 0; i < x.length; i++) {
        x[i] = this.inside(row, i, s);
        dx[i] = (this.inside(row, i, high) - this.inside(row, i, low)) / ((high - low) * h);
      }
      // from the start of the step: at its end a source may already have jumped
      system.begin(this.start_s(row));
      return read(s * h, x, dx);
    };
  }

  /** A curve of order 4 through the five values kept in each step. */
  private channel(element: string): RowReader {
    const index = this.keys.indexOf(element);
    if (index < 0) {
      const known = this.keys.join(", ") || "none";
      throw new MemrigError(
        "invalid-request",
        `The current of ${element} was asked for, but the circuit has no probe for it; recorded are: ${known}. Add a probe.`,
        { element, recorded: this.keys },
      );
    }
    const points = channelShares.length;
    return (row, s) => {
      const at = row * this.rowSize + 3 + 5 * this.system.size + index * points;
      const share = s / this.share(row);
      let sum = 0;
      for (let i = 0; i < points; i++) {
        let weight = this.rows[at + i]!;
        for (let j = 0; j < points; j++) {
          if (j !== i) weight *= (share - channelShares[j]!) / (channelShares[i]! - channelShares[j]!);
        }
        sum += weight;
      }
      return sum;
    };
  }

  private unknownQuantity(name: string): MemrigError {
    const names = this.system.layout.names;
    return new MemrigError(
      "invalid-request",
      `${name} is no quantity of the circuit; there are: ${names.join(", ")}.`,
      { name },
    );
  }
}
